// What a running daemon says of its targets, as it happens. If it is lost, it is asked again until it answers.
import type { LiveEvent, Source, TargetView } from '../../api-schema/views.ts';
import type { Io } from '../../compose/io.ts';
import { selectedTargets } from '../../compose/selected-targets.ts';
import { systemClock } from '../../compose/system-clock.ts';
import type { SyncStatus } from '../../domain/outcome/sync-status.ts';
import type { Step } from '../../domain/outcome/event.ts';
import type { Code } from '../../domain/problem/codes.ts';
import { HoldfastError } from '../../domain/problem/problem.ts';
import { commitWords } from '../../report/text/commit.ts';
import type { Overview, OverviewRow } from '../../report/text/overview.ts';
import { doingText } from '../io/progress.ts';
import type { Routed, RemoteFlags } from '../io/remote-options.ts';
import { openRemote, type Remote } from '../remote/client.ts';
import type { Tell } from './watch.ts';

/** ms */
const SHORTEST_PAUSE = 1000;
const LONGEST_PAUSE = 10_000;

/** Runs until `io.signal` aborts. Rejects if the daemon doesn't answer at first, or refuses later. */
export async function followDaemon(flags: Routed<RemoteFlags>, io: Io, tell: Tell): Promise<void> {
  const { clock = systemClock, signal } = io;
  await using remote = await openRemote({ ...flags, quiet: true }, io);
  const origin = `Holdfast at ${new URL(flags.via).origin}`;
  let known: Known | undefined;
  let pause = SHORTEST_PAUSE;
  while (!signal.aborted) {
    const ended = await listen(remote, flags.target, known, (now) => {
      known = now;
      pause = SHORTEST_PAUSE;
      tell(overviewOf(origin, now));
    }).catch((error: unknown) => {
      if (!known || !isPassing(error)) throw error;
      return error.problems[0]?.message ?? error.message;
    });
    if (signal.aborted || !known) return;
    known = { ...known, lost: { since: known.lost?.since ?? clock.now(), why: ended } };
    tell(overviewOf(origin, known));
    await clock.sleep(pause, signal).catch(() => undefined);
    pause = Math.min(LONGEST_PAUSE, 2 * pause);
  }
}

/** It may be over soon: the daemon restarts, is asked too often, or the network is gone. A refusal stays. */
const PASSING: ReadonlySet<Code> = new Set(['HF7041', 'HF7044', 'HF7045', 'HF7047', 'HF7048']);

const isPassing = (error: unknown): error is HoldfastError =>
  error instanceof HoldfastError && error.problems.every(({ code }) => PASSING.has(code));

interface Known {
  readonly targets: readonly TargetView[];
  readonly source?: Source | undefined;
  readonly lost?: Overview['lost'];
}

/** Until the stream ends; resolves with why. */
async function listen(
  remote: Remote,
  names: readonly string[] | undefined,
  before: Known | undefined,
  tell: (known: Known) => void,
): Promise<string> {
  let known = before;
  for await (const event of remote.events()) {
    const next = isChange(event) ? changed(known, event) : known;
    // The first event asks for everything, so that nothing is missed between the stream and the list.
    known = next ?? (await loaded(remote, names));
    if (known !== before) tell(known);
  }
  return 'the connection was closed';
}

const isChange = ({ kind }: LiveEvent): boolean =>
  kind === 'target' || kind === 'source' || kind === 'settings';

async function loaded(remote: Remote, names: readonly string[] | undefined): Promise<Known> {
  const { targets, source } = await remote.targets();
  return { targets: selectedTargets(targets, names), source };
}

/** Undefined: everything has to be loaded again. */
function changed(known: Known | undefined, event: LiveEvent): Known | undefined {
  if (!known || event.kind === 'settings') return undefined;
  const { lost: _over, ...rest } = known;
  if (event.kind === 'source') return { ...rest, source: event.source };
  if (event.kind !== 'target') return rest;
  const { target } = event;
  return { ...rest, targets: known.targets.map((one) => (one.name === target.name ? target : one)) };
}

function overviewOf(origin: string, { targets, source, lost }: Known): Overview {
  return {
    origin,
    rows: targets.map(rowOf),
    ...(source?.commit && { source: sourceText(source) }),
    ...(lost && { lost }),
  };
}

function sourceText({ ref, commit, problem }: Source): string {
  const words = commit && commitWords(commit);
  const at = `${ref} at ${commit?.sha.slice(0, 8) ?? 'no commit'}${words === undefined ? '' : ` ${words}`}`;
  return problem === undefined ? at : `${at}; ${problem}`;
}

/** Steps that every check has. */
const CHECKING: ReadonlySet<Step> = new Set(['lock', 'observe', 'plan']);

const workOf = (step: Step): Pick<OverviewRow, 'checking' | 'doing'> =>
  CHECKING.has(step) ? { checking: true } : { doing: doingText(step) };

function rowOf(view: TargetView): OverviewRow {
  const { name, why, since, causes, differences, step, lastDeepCheck, lastShallowCheck } = view;
  const checkedAt = Math.max(lastDeepCheck?.at ?? 0, lastShallowCheck?.at ?? 0);
  return {
    target: name,
    standing: view.standing as SyncStatus, // the names are those of domain/outcome/sync-status.ts
    ...(causes && { causes }),
    ...(why !== undefined && { why }),
    ...(since !== undefined && { since }),
    ...(differences !== undefined && { differences }),
    ...(step !== undefined && workOf(step as Step)), // the names are those of domain/outcome/event.ts
    ...(checkedAt > 0 && { checkedAt }),
  };
}
