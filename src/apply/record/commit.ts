// Records what was verified: last applied, history, the known files of this gateway. Closes the journal.
import type { Evidence, Outcome, OutcomeKind } from '../../domain/outcome/outcome.ts';
import { pending } from '../../domain/plan/plan.ts';
import { problem } from '../../domain/problem/problem.ts';
import type { HistoryEntry, Journal } from '../../domain/state/state.ts';
import { knownFilesWith } from '../../state/known-values.ts';
import type { TargetState } from '../../state/store.ts';
import { afterHealing, NO_DRIFT } from './contested.ts';
import { gapsWith } from './model-gaps.ts';
import { closeJournal } from './journal.ts';
import { conclude } from './outcome.ts';
import type { DeepLive } from '../run/read.ts';
import { recording } from '../run/recording.ts';
import { reached, type Run, step } from '../run/run.ts';
import type { Transaction } from '../types/transaction.ts';
import type { PlannedTarget } from '../types/planned-target.ts';
import type { Verified } from '../types/verified.ts';

export async function commit(run: Run, transaction: Transaction, verified: Verified): Promise<Outcome> {
  const { planned, backup, journal } = transaction;
  const { plan } = planned.prepared;
  const kept = await recording(run, 'what was applied', () =>
    remembering(run, journal, verified.settled.live, { drift: healed(run, planned) }),
  );
  const told = await recordEnd(run, journal, { outcome: 'applied', evidence: verified.evidence });
  if (kept && told) await closeJournal(run); // otherwise the next run completes the record from it
  step(run, 'commit');
  reached(run, 'committed');
  const { runtime, notServedYet, evidence } = verified;
  const restartNeeded = pending(plan).flatMap(({ restart, path }) => (restart ? [path] : []));
  return conclude(
    run,
    { kind: 'applied', plan, backup: backup.id, evidence, runtime, notServedYet, restartNeeded },
    warnings(run, verified),
  );
}

function warnings(run: Run, { runtime, notServedYet }: Verified): ReturnType<typeof problem>[] {
  const target = run.context.target.name;
  return [
    ...(runtime === 'unproven'
      ? [
          problem('HF5016', 'nothing observable shows that the running gateway follows its file', {
            target,
            severity: 'warning',
          }),
        ]
      : []),
    ...notServedYet.map((alias) =>
      problem('HF5017', `${alias} isn't listed by /v1/models yet`, { target, severity: 'warning' }),
    ),
  ];
}

/** Drift that this plan corrected counts for a path's backoff. */
function healed(run: Run, { prepared }: PlannedTarget): NonNullable<TargetState['drift']> {
  const paths = pending(prepared.plan)
    .filter(({ origin }) => origin === 'drift')
    .map(({ path }) => path);
  return afterHealing(run.state.drift ?? NO_DRIFT, paths, run.context.clock.now());
}

/** State after a verified transaction; also after one that a crash interrupted. */
export async function remembering(
  run: Run,
  journal: Pick<Journal, 'remembered'>,
  live: DeepLive,
  more: Pick<TargetState, 'drift'> = {},
): Promise<void> {
  const { store, target, clock } = run.context;
  await store.update(target.name, {
    ...journal.remembered,
    ...more,
    ...knownFilesWith(store, run.state, live),
    ...gapsWith(run, live),
    quarantine: undefined,
    writeMs: run.pace.writeMs,
    lastDeepCheck: { at: clock.now(), inSync: true },
  });
}

interface Ending {
  readonly outcome: OutcomeKind;
  readonly evidence: readonly Evidence[];
  readonly problems?: readonly string[];
}

/** `record`, on which the end of a transaction doesn't depend. */
export function recordEnd(run: Run, journal: Journal, ending: Ending): Promise<boolean> {
  return recording(run, 'the history entry', () => record(run, journal, ending));
}

/** One history entry per transaction, even if its end is found several times. */
export async function record(run: Run, journal: Journal, ending: Ending): Promise<void> {
  const { store, target, clock } = run.context;
  const earlier = await store.history(target.name, 1);
  if (earlier[0]?.id === journal.id && earlier[0].outcome === ending.outcome) return;
  const at = clock.now();
  const entry: HistoryEntry = {
    id: journal.id,
    at,
    outcome: ending.outcome,
    revision: journal.revision,
    planDigest: journal.planDigest,
    changes: journal.changes ?? [],
    writes: journal.writes ?? [],
    backup: journal.backup,
    evidence: ending.evidence,
    problems: ending.problems ?? [],
    durationMs: at - journal.openedAt,
    requests: run.client.counts(),
    ...(journal.by !== undefined && { by: journal.by }),
  };
  await store.appendHistory(target.name, entry);
}
