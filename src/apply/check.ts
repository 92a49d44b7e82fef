// Plan, diff and drift: observes and plans, and writes nothing to the gateway.
import { lastCheckOf } from '../domain/plan/last-check.ts';
import { isRefused } from '../domain/plan/plan.ts';
import type { Outcome } from '../domain/outcome/outcome.ts';
import type { ReconcileRequest } from './run/context.ts';
import { conclude } from './record/outcome.ts';
import { readDeep, readShallow } from './run/read.ts';
import { tellOfOpenJournal } from './rollback/recover.ts';
import { loadDesired } from './reconcile.ts';
import { recording } from './run/recording.ts';
import { measured } from './run/pace.ts';
import { type Run, step } from './run/run.ts';
import { declaresBlind } from './steps/shallow.ts';
import { keepsFlat, plan } from './steps/refresh-and-plan.ts';
import { suspended } from './record/suspended.ts';
import type { PlannedTarget } from './types/planned-target.ts';

export async function checkUnderLock(run: Run, request: ReconcileRequest): Promise<Outcome> {
  const held = suspended(run, request);
  if (held) return held;
  await tellOfOpenJournal(run);
  const desired = await loadDesired(run);
  const keepFlat = keepsFlat(run, request);
  step(run, 'observe', request.depth ?? 'deep');
  if (request.depth === 'shallow') {
    const shallow = await readShallow(run, { keepFlat, blind: declaresBlind(desired) });
    return found(run, await plan(shallow.run, desired, shallow.live, request), 'shallow');
  }
  const deep = await readDeep(run, { keepFlat });
  return found(run, await plan(deep.run, desired, deep.live, request), 'deep');
}

async function found(run: Run, planned: PlannedTarget, depth: 'shallow' | 'deep'): Promise<Outcome> {
  const { store, target, clock } = run.context;
  const { plan: current } = planned.prepared;
  const { agreement, findings } = planned.live;
  run.context.listener({ kind: 'planned', target: target.name, plan: current });
  const stale =
    agreement.kind === 'differ' && agreement.cause === 'stale-memory' ? agreement.paths : undefined;
  const inSync = !stale && current.changes.length === 0;
  const checked = lastCheckOf(current, inSync, clock.now());
  const record =
    depth === 'deep'
      ? { lastDeepCheck: checked, undeclared: current.undeclared, ...measured(run) }
      : { lastShallowCheck: checked };
  // What is outside of `--only` can differ.
  if (!current.only) await recording(run, 'this check', () => store.update(target.name, record));
  const about = { plan: current };
  if (stale) return conclude(run, { kind: 'stale-memory', paths: stale, ...about }, findings);
  if (isRefused(current)) return conclude(run, { kind: 'refused', ...about }, findings);
  if (!inSync) return conclude(run, { kind: 'drifted', depth, ...about }, findings);
  return conclude(run, { kind: 'in-sync', depth, ...about }, findings);
}
