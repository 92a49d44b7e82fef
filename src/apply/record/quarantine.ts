// A revision that failed, or that someone rolled back, is not applied again until the files or secrets change, or you
// apply with --retry (§10.11).
import type { Revision } from '../../domain/desired.ts';
import type { Outcome } from '../../domain/outcome/outcome.ts';
import { problem } from '../../domain/problem/problem.ts';
import type { ReconcileRequest } from '../run/context.ts';
import { conclude } from './outcome.ts';
import type { TargetState } from '../../state/store.ts';
import type { Run } from '../run/run.ts';
import type { PlannedTarget } from '../types/planned-target.ts';

/** The outcome if this revision is quarantined and nobody requested a retry. */
export function quarantined(
  run: Run,
  planned: PlannedTarget,
  request: ReconcileRequest,
): Outcome | undefined {
  const { quarantine } = run.state;
  if (!quarantine || request.retry || quarantine.revision !== planned.desired.revision.digest)
    return undefined;
  const { since, reason, by } = quarantine;
  const message =
    by === undefined ? `this revision failed before: ${reason}` : `this revision waits: ${reason}`;
  const found = problem('HF5030', message, { target: run.context.target.name });
  const { plan } = planned.prepared;
  return conclude(run, { kind: 'quarantined', since, reason, ...(by !== undefined && { by }), plan }, [
    found,
  ]);
}

/** State in which this revision isn't tried again. */
export const quarantineOf = (
  { context: { clock } }: Run,
  revision: Revision,
  reason: string,
): Pick<TargetState, 'quarantine'> => ({
  quarantine: { revision: revision.digest, since: clock.now(), reason },
});
