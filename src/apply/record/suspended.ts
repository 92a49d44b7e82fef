// Nothing is written to a suspended target until its suspension ends; reading is allowed.
import type { Outcome } from '../../domain/outcome/outcome.ts';
import { problem } from '../../domain/problem/problem.ts';
import { inForce } from '../../domain/state/suspension.ts';
import type { Allowance } from '../../domain/target.ts';
import { momentText } from '../../lib/text.ts';
import type { Plan } from '../../domain/plan/plan.ts';
import type { ReconcileRequest } from '../run/context.ts';
import { conclude } from './outcome.ts';
import type { Run } from '../run/run.ts';

/** `plan`: what differs meanwhile. Undefined if the target isn't suspended, or the request overrides it. */
export function suspended(run: Run, request: ReconcileRequest, plan?: Plan): Outcome | undefined {
  const { clock, target } = run.context;
  const suspension = inForce(run.state.suspension, clock.now());
  if (!suspension || request.ignoreSuspension) return undefined;
  if ([...target.policy.allow, ...(request.allow ?? [])].some(isForFrozen)) return undefined;
  const { until, reason } = suspension;
  const found = problem('HF5031', `suspended until ${momentText(until)}: ${reason}`, {
    target: target.name,
    remedy: `Wait until then, or end the suspension with \`holdfast resume --target ${target.name}\`. \`--allow frozen\` overrides it once.`,
  });
  return conclude(run, { kind: 'suspended', until, reason, ...(plan && { plan }) }, [found]);
}

/** The plan's guard would allow this too. */
const isForFrozen = ({ guard, path }: Allowance): boolean => guard === 'frozen' && path === undefined;
