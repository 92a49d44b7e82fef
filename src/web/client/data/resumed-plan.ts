// The plan of a suspended target as it will be once the suspension ends. Pure.
import type { Plan } from '../../../domain/plan/plan.ts';
import type { TargetView } from '../../../api-schema/views.ts';

/** The suspension itself refuses it too, as an open freeze window does. */
export function resumedPlan(plan: Plan, { frozen = [] }: Pick<TargetView, 'frozen'>): Plan {
  if (frozen.length > 0) return plan;
  return { ...plan, verdicts: plan.verdicts.filter(({ guard }) => guard !== 'frozen') };
}
