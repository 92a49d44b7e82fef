// Everything that can be checked in settings and desired state without a gateway.
import { readFile } from 'node:fs/promises';
import { dirname, relative } from 'node:path';
import type { Base, BaseSource } from '../../../apply/run/context.ts';
import { type BaseOptions, type Bases, openBases } from '../../../compose/bases.ts';
import type { PlanFlags } from '../../../compose/flags.ts';
import { loadDesired, type LoadedDesired } from '../../../desired/desired.ts';
import { type DesiredOptions } from '../../../desired/layers.ts';
import { ALL_LAYOUTS } from '../../../desired/layout/layout.ts';
import { literalSecretProblems } from '../../../desired/check/literal-secrets.ts';
import { isInWorkTree } from '../../../desired/read/revision.ts';
import { trackedStateProblems } from '../../../desired/check/tracked.ts';
import { versionProblems } from '../../../desired/check/versions.ts';
import { loadCatalog } from '../../../gateway/catalog/catalog.ts';
import { newerThanSupported } from '../../../gateway/observe/supported-versions.ts';
import { parseVersion } from '../../../lib/version.ts';
import { originOf, translate } from '../../../gateway/layout/translate.ts';
import { type Desired, positionAt } from '../../../domain/desired.ts';
import { formatPath, pointerTo } from '../../../domain/path.ts';
import { undeclaredIn } from '../../../plan/last-applied.ts';
import { fail, problem, type Problem } from '../../../domain/problem/problem.ts';
import type { Target } from '../../../domain/target.ts';
import { ciJobOf, isFromOutside } from '../../../input/ci-job.ts';
import type { Environment } from '../../../input/environment.ts';
import type { Unresolved } from '../../../input/references.ts';
import type { LoadedSettings, Settings } from '../../../settings/settings.ts';
import { exposed } from '../../edits/warnings.ts';
import { offlineSettings } from '../../io/offline-settings.ts';
import type { Io } from '../../../compose/io.ts';
import { systemClock } from '../../../compose/system-clock.ts';
import { selectedTargets } from '../../../compose/selected-targets.ts';

export interface Validation {
  readonly problems: readonly Problem[];
  readonly targets: number;
  /** Files with declarations, counted once however many targets use them. */
  readonly files: number;
}

interface Options {
  readonly allowUnresolved?: Unresolved;
  readonly target?: readonly string[];
  /** Report what this gateway version wouldn't support as declared. */
  readonly gatewayVersion?: string;
}

/** Throws HoldfastError if the settings themselves are invalid. */
export async function validateAll(flags: PlanFlags & Options, io: Io): Promise<Validation> {
  const { gatewayVersion } = flags;
  if (gatewayVersion !== undefined && !parseVersion(gatewayVersion))
    throw fail('HF1001', `"${gatewayVersion}" isn't a gateway version. Write it in the form 8.0.21`);
  const allowUnresolved = await unresolvedIn(io, flags);
  const loaded = await offlineSettings(flags, io, allowUnresolved);
  const { settings } = loaded;
  const targets = selectedTargets(settings.targets, flags.target);
  const { clock = systemClock, signal } = io;
  const options = { ...flags, allowUnresolved, signal, now: clock.now() };
  const bases = await basesOf(settings, loaded, { ...flags, allowUnresolved }, io);
  const each = await Promise.all(
    targets.map((target) => validateTarget(target, settings, loaded, options, bases?.of(target))),
  );
  const shown = relative(settings.dir, settings.state.dir) || '.';
  return {
    problems: [
      ...loaded.problems,
      ...each.flatMap(({ problems }) => problems),
      ...(gatewayVersion === undefined ? [] : newerThanSupported(withV(gatewayVersion))),
      ...(await trackedStateProblems(settings.state.dir, shown)),
      ...(await exposedValues(settings, io)),
    ],
    targets: targets.length,
    files: new Set(each.flatMap(({ files }) => files)).size,
  };
}

/** The file of variables, if git would track it. One that is encrypted belongs there. */
async function exposedValues({ variables }: Settings, { cwd }: Io): Promise<readonly Problem[]> {
  if (variables === undefined || !isInWorkTree(dirname(variables))) return [];
  const text = await readFile(variables, 'utf8').catch(() => '');
  return text.trim() === '' || /^sops(_version=|:)/m.test(text) ? [] : exposed([variables], cwd);
}

/** No reference of a pull request from a fork is resolved, because its author chose what the references name. */
export async function unresolvedIn(
  io: Pick<Io, 'env'>,
  flags: PlanFlags & Pick<Options, 'allowUnresolved'>,
): Promise<Unresolved> {
  if (!flags.trustFork && isFromOutside(await ciJobOf(io.env))) return 'all';
  return flags.allowUnresolved === true;
}

/** The desired state of a target in whatever layout it is written, without contacting a gateway. */
export function loadAnyLayout(
  target: Target,
  settings: Settings,
  env: Environment,
  options: Partial<DesiredOptions>,
): Promise<LoadedDesired> {
  return loadDesired(target, {
    layouts: ALL_LAYOUTS,
    env,
    settingsDir: settings.dir,
    rules: settings.references,
    ...options,
  });
}

async function validateTarget(
  target: Target,
  settings: Settings,
  { env }: LoadedSettings,
  { allowUnresolved = false, gatewayVersion, signal, now }: Options & Pick<DesiredOptions, 'signal' | 'now'>,
  base: BaseSource | undefined,
): Promise<{ problems: readonly Problem[]; files: readonly string[] }> {
  const { desired, problems } = await loadAnyLayout(target, settings, env, { allowUnresolved, signal, now });
  const before = base && (await base.load());
  if (!desired) return { problems, files: [] };
  const catalog = loadCatalog(desired.layout);
  return {
    problems: [
      ...problems,
      ...literalSecretProblems(desired, catalog, target.policy.allow),
      ...(gatewayVersion === undefined ? [] : versionProblems(desired, withV(gatewayVersion))),
      ...(before?.kind === 'desired' ? undeclaredSince(before, desired, target) : []),
    ],
    files: [...new Set([...desired.positions.values()].map(({ file }) => file))],
  };
}

/** Only where one is named: validation needs no memory. */
async function basesOf(
  settings: Settings,
  { env }: LoadedSettings,
  { allowUnresolved, ...flags }: PlanFlags & Options,
  io: Io,
): Promise<Bases | undefined> {
  if (flags.base === undefined) return undefined;
  const load: BaseOptions['load'] = (target, options) =>
    loadAnyLayout(target, settings, env, {
      ...options,
      allowUnresolved: allowUnresolved === 'all' ? 'all' : true,
      runsCommands: !allowUnresolved,
      signal: io.signal,
    });
  return openBases({ settings, flags, cwd: io.cwd, processEnv: io.env, env, question: 'changes', load });
}

/** What an apply releases, or removes with `prune`. */
function undeclaredSince(
  { desired: before, commit }: Extract<Base, { kind: 'desired' }>,
  now: Desired,
  { name, policy }: Target,
): Problem[] {
  const catalog = loadCatalog(now.layout);
  const translation = translate(before.tree.open(), before.layout, now.layout);
  const becomes = policy.prune ? 'an apply removes it' : 'it stays in effect unless you apply with `--prune`';
  return undeclaredIn(catalog, translation.tree, now.tree.open()).map((path) =>
    problem(
      'HF2086',
      `\`${formatPath(path)}\` is declared in the base ${commit.commit.sha.slice(0, 12)}, and no longer: ${becomes}`,
      {
        severity: 'warning',
        path: formatPath(path),
        position: positionAt(before, originOf(translation, pointerTo(path.map((step) => step.name ?? '')))),
        target: name,
      },
    ),
  );
}

const withV = (version: string): string => (version.startsWith('v') ? version : `v${version}`);
