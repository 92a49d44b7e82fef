// From flags to everything the engine needs: settings, store, one context per target. Closed when the
// command ends.
import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import type { Client } from '../gateway/client/client.ts';
import { createClient } from '../gateway/client/http-client.ts';
import { authMemoryOf } from '../state/auth-memory.ts';
import type { Clock } from '../domain/clock.ts';
import type { Listener } from '../domain/outcome/event.ts';
import { fail, HoldfastError, type Problem } from '../domain/problem/problem.ts';
import { onlyTarget } from '../domain/target-names.ts';
import type { Target } from '../domain/target.ts';
import type { Context } from '../apply/run/context.ts';
import { loadDesired, type LoadedDesired } from '../desired/desired.ts';
import { type DesiredOptions } from '../desired/layers.ts';
import type { Lease, Store } from '../state/store.ts';
import { ciJobOf, isFromOutside } from '../input/ci-job.ts';
import { jobIdOf } from '../input/ci-job.ts';
import type { Environment } from '../input/environment.ts';
import { loadSettings, type Settings } from '../settings/settings.ts';
import { guardedStore } from './guarded-store.ts';
import { inheritingStore } from './inheriting-store.ts';
import { openStore } from './open-store.ts';
import { withClient } from '../apply/run/with-run.ts';
import type { Io } from './io.ts';
import type { FileEdit } from './adoption.ts';
import { openBases } from './bases.ts';
import type { Question } from './job-base.ts';
import { credentialsIn } from './environment-secrets.ts';
import { selectedTargets } from './selected-targets.ts';
import { backupsVanish } from './lasting.ts';
import { systemClock } from './system-clock.ts';
import type { PlanFlags } from './flags.ts';

export interface Session extends AsyncDisposable {
  readonly settings: Settings;
  readonly store: Store;
  readonly clock: Clock;
  /** Variables of the process and of the file of variables. */
  readonly env: Environment;
  /** Those of `--target`, otherwise all. */
  readonly targets: readonly Target[];
  contextOf(target: Target): Context;
  /**
   * For commands without the engine: `work` has exclusive use of the target, and a client that sends only while the
   * lock is held.
   */
  withClient<T>(target: Target, command: string, work: (client: Client) => Promise<T>): Promise<T>;
  /** A Store in a new directory that starts with what is known of the target. */
  practiceStore(dir: string, target: Target): Promise<Store>;
  /** Where the files are those of a commit: commits edits of them to a branch of the followed repository. */
  readonly publish?: PublishEdits;
  /** `from`: where relative references start, if not at the settings file. */
  loadDesired(target: Target, from?: DesiredFrom): Promise<LoadedDesired>;
}

/** The branch is new. Rejects with HoldfastError. */
export type PublishEdits = (
  files: readonly FileEdit[],
  commit: { readonly branch: string; readonly message: string },
) => Promise<{ readonly branch: string; readonly sha: string }>;

interface Opening {
  /** Whether what only the daemon uses must be set. */
  readonly daemon?: boolean;
  /** What is asked of the gateway, where it matters what was applied before: a base is looked for in the environment. */
  readonly question?: Question;
  /** Called with warnings about the settings. */
  readonly warn?: (problems: readonly Problem[]) => void;
}

type DesiredFrom = Pick<
  DesiredOptions,
  'settingsDir' | 'commit' | 'source' | 'allowUnresolved' | 'rules' | 'texts' | 'referenced' | 'now'
> &
  Partial<Pick<DesiredOptions, 'env'>>;

/** Throws HoldfastError with all problems of the settings. */
export async function openSession(
  flags: PlanFlags,
  io: Io,
  listener: Listener = () => {},
  { daemon = false, question, warn = () => {} }: Opening = {},
): Promise<Session> {
  const ci = await ciJobOf(io.env);
  if (!flags.trustFork && isFromOutside(ci))
    throw fail('HF8010', `${ci?.run ?? 'this job'} is one of a fork`);
  const { settings, env } = await openSettings(flags, io, daemon, warn);
  const { clock = systemClock } = io;
  const ownStore = await openStore(settings.state, { clock, job: jobIdOf(io.env) });
  const store = inheritingStore(guardedStore(ownStore, io), settings);
  const { connect, closeAll } = connections(store, clock);
  const desiredOf = desiredLoader(settings, env, io, clock);
  const bases =
    question &&
    (await openBases({ settings, flags, cwd: io.cwd, processEnv: io.env, env, question, load: desiredOf }));
  const common = {
    store,
    clock,
    listener,
    owner: ci ? `holdfast in ${ci.link ?? ci.run}` : 'holdfast',
    ...(ci && { by: ci.run }),
    newId: () => randomBytes(6).toString('hex'),
    signal: io.signal,
    backupsVanish: backupsVanish(settings.state, store.isOfThisJob),
    ...(flags.gatewayConfig !== undefined && { gatewayConfigFile: resolve(io.cwd, flags.gatewayConfig) }),
  };
  return {
    settings,
    store,
    clock,
    env,
    targets: selectedTargets(settings.targets, flags.target),
    withClient: (target, command, work) =>
      withClient(
        { store, target, connect: (lease) => connect(target, lease) },
        { owner: `holdfast ${command}` },
        work,
      ),
    loadDesired: desiredOf,
    contextOf: (target) => {
      const base = bases?.of(target);
      return {
        ...common,
        ...(base && { base }),
        target,
        connect: (lease) => connect(target, lease),
        loadDesired: () => desiredOf(target),
      };
    },
    practiceStore: (dir, target) => practiceStore(ownStore, dir, target, { clock, io }),
    async [Symbol.asyncDispose]() {
      await closeAll();
      await ownStore.close();
    },
  };
}

async function practiceStore(
  own: Awaited<ReturnType<typeof openStore>>,
  dir: string,
  target: Target,
  { clock, io }: { readonly clock: Clock; readonly io: Io },
): Promise<Store> {
  const practice = await openStore({ dir }, { clock, hashKey: own.hashKey });
  await practice.update(target.name, await own.read(target.name));
  return guardedStore(practice, io);
}

export async function openSettings(
  flags: PlanFlags,
  io: Io,
  daemon: boolean,
  warn: (problems: readonly Problem[]) => void,
): Promise<{ readonly settings: Settings; readonly env: Environment }> {
  const { settings, env, problems } = await loadSettings({ flags, cwd: io.cwd, env: io.env, daemon });
  if (!settings) throw new HoldfastError(problems);
  warn(problems);
  io.hide?.(settings.secrets.open());
  io.hide?.(credentialsIn(env));
  return { settings, env };
}

/** What the files refer to as secrets is hidden from then on. */
function desiredLoader(settings: Settings, env: Environment, io: Io, clock: Clock): Session['loadDesired'] {
  return async (target, from = { settingsDir: settings.dir }) => {
    const { references: rules } = settings;
    const found = await loadDesired(target, { env, rules, now: clock.now(), ...from, signal: io.signal });
    const brought = found.desired?.secrets ?? found.secrets;
    if (brought) io.hide?.(brought.open());
    return settings.file === undefined ? withFirstStep(found) : found;
  };
}

/** Without settings and files, this is the wrong directory, or the first command of a new user. */
function withFirstStep(found: LoadedDesired): LoadedDesired {
  const remedy =
    'There is no holdfast.yaml here either. Run `holdfast init` to start a project, or change to the directory of yours.';
  const problems = found.problems.map((one) => (one.code === 'HF2001' ? { ...one, remedy } : one));
  return { ...found, problems };
}

/** Connections that are still open are closed at the end. */
function connections(store: Store, clock: Clock) {
  const open = new Set<Client>();
  return {
    connect(target: Target, lease: Pick<Lease, 'remainingMs'>): Client {
      const client = createClient(target, { clock, lease, authMemory: authMemoryOf(store, target.name) });
      open.add(client);
      // A daemon opens one per check, for as long as it runs.
      const close = (): Promise<void> => (open.delete(client), client.close());
      return { ...client, close };
    },
    closeAll: () => Promise.all([...open].map((client) => client.close())),
  };
}

/** The target of a command that works on only one. */
export const theTarget = ({ targets }: Pick<Session, 'targets'>, command: string): Target =>
  onlyTarget(targets, command);
