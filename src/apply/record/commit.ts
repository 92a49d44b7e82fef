// Records what was verified: last applied, the known files of this gateway.
import type { Outcome } from '../../domain/outcome/outcome.ts';
import { pending } from '../../domain/plan/plan.ts';
import { problem } from '../../domain/problem/problem.ts';
import type { Journal } from '../../domain/state/state.ts';
import { knownFilesWith } from '../../state/known-values.ts';
import type { StatePatch, TargetState } from '../../state/store.ts';
import { afterHealing, NO_DRIFT } from './contested.ts';
import { liftedBy } from './quarantine.ts';
import { gapsWith } from './model-gaps.ts';
import { endTransaction } from './end.ts';
import { conclude } from './outcome.ts';
import type { DeepLive } from '../run/read.ts';
import { reached, type Run, step } from '../run/run.ts';
import type { Transaction } from '../types/transaction.ts';
import type { PlannedTarget } from '../types/planned-target.ts';
import type { Verified } from '../types/verified.ts';

export async function commit(run: Run, transaction: Transaction, verified: Verified): Promise<Outcome> {
  const { planned, backup, journal } = transaction;
  const { plan } = planned.prepared;
  await endTransaction(run, journal, {
    outcome: 'applied',
    evidence: verified.evidence,
    remembers: {
      what: 'what was applied',
      state: { ...provenState(run, journal, verified.settled.live), drift: healed(run, planned) },
    },
  });
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

const EFFECT_UNTESTED =
  'the new values are in memory and file, but no check could show that requests of clients use them';

function warnings(run: Run, { runtime, notServedYet }: Verified): ReturnType<typeof problem>[] {
  const target = run.context.target.name;
  return [
    ...(runtime === 'unproven'
      ? [
          problem('HF5016', EFFECT_UNTESTED, {
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
export function provenState(
  run: Run,
  journal: Pick<Journal, 'remembered' | 'remains'> & Parameters<typeof liftedBy>[1],
  live: DeepLive,
): StatePatch {
  const { store, clock } = run.context;
  return {
    ...journal.remembered,
    ...knownFilesWith(store, run.state, live),
    ...gapsWith(run, live),
    ...liftedBy(run, journal),
    lastDeepCheck: { at: clock.now(), inSync: journal.remains === undefined },
  };
}
