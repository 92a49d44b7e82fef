// Work on several targets at once, few of them at a time.
import type { Outcome } from '../../../domain/outcome/outcome.ts';
import type { PlanView, TargetView } from '../../../api-schema/views.ts';
import { type Answer, get, post, targetPath } from '../data/api.ts';
import { eachOf } from './each-of.ts';
import { type BulkAction, type BulkStep, type Seen, stepFor } from './steps.ts';

/** Puts together what the action does, from the plans of now. */
export function stepsOf(action: BulkAction, targets: readonly TargetView[]): Promise<readonly BulkStep[]> {
  return eachOf(targets, async (target) => {
    const answer = await seenOf(action, target);
    return answer.ok
      ? stepFor(action, target, answer.value)
      : { kind: 'skip', target: target.name, text: answer.problem.title };
  });
}

async function seenOf(action: BulkAction, target: TargetView): Promise<Answer<Seen>> {
  const { name, mode, suspension } = target;
  if (action === 'suspend' || (action === 'resume' && !suspension)) return { ok: true, value: {} };
  if (action === 'apply') return get<PlanView>(targetPath(name, '/plan'));
  if (action === 'correct' && (mode === 'observe' || suspension)) return { ok: true, value: {} };
  return post<PlanView>(targetPath(name, '/plan'), action === 'correct' ? { mode: 'enforce' } : {});
}

/** Undefined for a target that is left out. */
export async function done(step: BulkStep): Promise<Answer<Outcome | TargetView> | undefined> {
  if (step.kind === 'skip') return undefined;
  return post(targetPath(step.target, `/actions/${step.action}`), step.body);
}
