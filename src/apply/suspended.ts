// A suspended target is left alone until its suspension ends; looking is allowed.
import type { Outcome } from '../nouns/outcome.ts';
import { problem } from '../nouns/problem.ts';
import type { ReconcileRequest } from './context.ts';
import { conclude } from './outcome.ts';
import type { Run } from './run.ts';

export function suspended(run: Run, request: ReconcileRequest): Outcome | undefined {
  const { suspension } = run.state;
  const { clock, target } = run.context;
  if (!suspension || request.ignoreSuspension || suspension.until <= clock.now()) return undefined;
  const { until, reason } = suspension;
  const found = problem('HF5031', `suspended until ${new Date(until).toISOString()}: ${reason}`, {
    target: target.name,
  });
  return conclude(run, { kind: 'suspended', until, reason }, [found]);
}
