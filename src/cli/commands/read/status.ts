// `holdfast status`: the recorded state of every target, and the health of its credentials.
import { type Command, Option } from 'commander';
import { credentialsOf } from '../../../gateway/checks/credentials.ts';
import { openWindows } from '../../../domain/plan/freeze.ts';
import { isOfExpiry } from '../../../domain/problem/codes.ts';
import { EXIT } from '../../../domain/problem/exit.ts';
import { fail, HoldfastError } from '../../../domain/problem/problem.ts';
import { parseDuration } from '../../../lib/duration.ts';
import { inForce } from '../../../domain/state/suspension.ts';
import type { LastApplied } from '../../../domain/state/state.ts';
import { keyIdOf } from '../../../plan/digest.ts';
import { authMemoryOf } from '../../../state/auth-memory.ts';
import { rememberedStatus } from '../../../state/remembered-status.ts';
import type { TargetState } from '../../../state/store.ts';
import type { Target } from '../../../domain/target.ts';
import { accountLine, isInvalid, statusesText, type TargetStatus } from '../../../report/text/status.ts';
import type { WatchFlags } from '../../watch/watch.ts';
import type { Io } from '../../../compose/io.ts';
import { gatewayOptions, onCall, sourceOptions } from '../../io/options.ts';
import { openCommandSession } from '../../io/session.ts';
import type { Session } from '../../../compose/session.ts';
import { show, showWarnings } from '../../io/show.ts';
import { systemClock } from '../../../compose/system-clock.ts';
import {
  atTheDaemon,
  isRouted,
  type Routed,
  type RemoteFlags,
  remoteOptions,
} from '../../io/remote-options.ts';

interface Flags extends RemoteFlags {
  readonly offline?: boolean;
  readonly exitCode?: boolean;
  readonly watch?: boolean;
  readonly interval?: string;
}

export function define(command: Command, io: Io): void {
  const status = remoteOptions(sourceOptions(gatewayOptions(command)))
    .option('--exit-code', "exit with 2 if a target isn't in sync")
    .option('--offline', 'show only what Holdfast remembers, without a request')
    .addOption(
      new Option('-w, --watch', 'keep showing the targets until you press Ctrl-C or q').conflicts([
        'exitCode',
        'offline',
      ]),
    )
    .addOption(
      new Option(
        '--interval <time>',
        'with --watch and without --via: how often to check the targets (default: 30s)',
      ).conflicts('via'),
    )
    .addHelpText(
      'after',
      `
With --watch, a terminal shows one page that stays current. Elsewhere, each change is a line.
With --via, the daemon tells what happens. Without it, the targets are checked at an interval, and
nothing is written to them.

Examples:
  $ holdfast status
  $ holdfast status --watch --via https://holdfast.example
  $ holdfast status --offline --output json`,
    );
  onCall(status, (flags: Flags) => run(flags, io));
}

async function run(flags: Flags, io: Io): Promise<void> {
  if (flags.watch) return (await import('../../watch/watch.ts')).watch(watchFlags(flags), io);
  if (flags.interval !== undefined) throw fail('HF1001', '--interval needs --watch');
  if (isRouted(flags)) return runVia(flags, io);
  await using session = await openCommandSession(flags, io);
  const targets = await Promise.all(session.targets.map((target) => statusOf(session, target, flags)));
  const damaged = await Promise.all(session.targets.map(({ name }) => session.store.damaged(name)));
  showWarnings(io, flags, damaged.flat());
  showStatus(flags, io, { targets, stateIsNew: session.store.isNew });
}

/** ms. More often would cost the gateway more than it tells. */
const SHORTEST_INTERVAL = 5000;

function watchFlags({ interval = '30s', ...flags }: Flags): WatchFlags {
  const every = parseDuration(interval);
  if (every !== undefined && every >= SHORTEST_INTERVAL) return { ...flags, interval, every };
  throw fail('HF1001', `--interval takes a time from 5s, such as 30s or 5m, not "${interval}"`);
}

/** What the daemon knows; for one target, also the accounts of its gateway as they are now. */
async function runVia(flags: Routed<Flags>, io: Io): Promise<void> {
  const { remoteStatus } = await import('../../remote/commands.ts');
  showStatus(flags, io, await remoteStatus(flags, io));
}

function showStatus(
  flags: Flags,
  io: Io,
  found: { readonly targets: readonly TargetStatus[]; readonly stateIsNew: boolean },
): void {
  const now = systemClock.now();
  if (flags.exitCode && found.targets.some(({ standing }) => standing !== 'in-sync'))
    io.exit = EXIT.differences;
  if (found.targets.some(isInvalid)) io.exit = EXIT.invalid;
  show(io, flags, 'status', found, (style) => statusesText(found.targets, now, style));
}

async function statusOf(session: Session, target: Target, { offline }: Flags): Promise<TargetStatus> {
  // The request first: it shows whether the management key works, which the state then says.
  const credentials = offline ? undefined : await health(session, target);
  const found = await session.store.read(target.name);
  const declared = await declaration(session, target, found.lastApplied);
  const now = session.clock.now();
  const state = await current(session, target, found, declared);
  const { lastApplied, lastOutcome, lastDeepCheck, lastShallowCheck, quarantine, authBlock } = state;
  const suspension = inForce(state.suspension, now);
  return {
    target: target.name,
    ...(target.labels && { labels: target.labels }),
    standing: isInvalid(declared) ? 'invalid' : rememberedStatus(state, now),
    url: target.url.origin,
    mode: target.mode,
    ...declared,
    ...(lastApplied && { applied: { revision: lastApplied.revision, at: lastApplied.at } }),
    ...(lastOutcome && { lastOutcome }),
    ...(lastDeepCheck && { lastDeepCheck }),
    ...(lastShallowCheck && { lastShallowCheck }),
    ...(suspension && { suspension }),
    frozen: openWindows(target.policy.freeze, now),
    ...(quarantine && { quarantine }),
    ...(authBlock && { authBlock: { until: authBlock.until, reason: authBlock.reason } }),
    ...(credentials && { credentials }),
    released: state.released ?? [],
    ...(state.undeclared && target.policy.undeclared === 'report' && { undeclared: state.undeclared }),
    contested: state.drift?.contested ?? [],
    ...((state.rotations ?? []).length > 0 && { rotating: state.rotations?.map(({ path }) => path) ?? [] }),
  };
}

/** Without what was true of other management keys and of other files. */
async function current(
  { store }: Session,
  { name, keys }: Target,
  { authBlock, quarantine, ...state }: TargetState,
  { declared }: Declaration,
): Promise<TargetState> {
  const isBlocked = authBlock && (await authMemoryOf(store, name).blocked(keys)) !== undefined;
  const isOther = declared !== undefined && declared !== quarantine?.revision;
  return { ...state, ...(isBlocked && { authBlock }), ...(quarantine && !isOther && { quarantine }) };
}

type Declaration = Pick<TargetStatus, 'declared' | 'unresolved' | 'expiring'>;

/** Digest of what the files declare now. `validate` reports their errors; missing variables aren't an error here. */
async function declaration(
  session: Session,
  target: Target,
  applied: LastApplied | undefined,
): Promise<Declaration> {
  const { desired, problems } = await session.loadDesired(target);
  if (desired && isOfAnotherKey(target, applied))
    return { unresolved: `can't be compared: ${whyAnotherKey(target)}` };
  const expiring = problems.filter(({ code }) => isOfExpiry(code)).map(({ message }) => message);
  if (desired) return { declared: desired.revision.digest, ...(expiring.length > 0 && { expiring }) };
  const errors = problems.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  const isMissing = errors.every(({ code }) => code === 'HF2001' || code === 'HF2003');
  const elsewhere = isMissing ? atTheDaemon(session.settings) : undefined;
  if (elsewhere !== undefined) return { unresolved: elsewhere };
  // A directory that was there before and is missing now is an error; one that was never there is a beginning.
  if (!applied && first && isMissing)
    return { unresolved: `${first.message}; \`holdfast pull\` writes the files` };
  return first && errors.every(({ code }) => code === 'HF2020')
    ? { unresolved: `${first.message}. ${first.remedy}` }
    : {};
}

/** Digests are keyed, so those of another key say nothing about the files. */
function isOfAnotherKey({ digestKey }: Target, applied: LastApplied | undefined): boolean {
  return applied?.keyId !== undefined && applied.keyId !== keyIdOf(digestKey);
}

const whyAnotherKey = ({ keys }: Target): string =>
  keys.length === 0
    ? 'the target has no management key'
    : "the management key isn't the one of the last apply";

async function health(session: Session, target: Target): Promise<TargetStatus['credentials']> {
  try {
    const found = await session.withClient(target, 'status', credentialsOf);
    return { reached: true, accounts: found.map(accountLine) };
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    return { reached: false, why: error.problems.map(({ message }) => message).join(' ') };
  }
}
