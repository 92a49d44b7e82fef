// Corrects drift once although the mode doesn't: makes a plan as in mode enforce, to be reviewed and confirmed.
import { useState } from 'preact/hooks';
import type { Outcome } from '../../../domain/outcome/outcome.ts';
import type { Plan } from '../../../domain/plan/plan.ts';
import type { TargetView } from '../../../api-schema/views.ts';
import { type Answer, post, targetPath } from '../data/api.ts';

interface Props {
  readonly target: TargetView;
  /** The last known plan. */
  readonly plan: Plan;
  readonly planned: (plan: Plan) => void;
  readonly failed: (answer: Answer<unknown>) => void;
}

export function HealButton({ target, plan, planned, failed }: Props) {
  const [busy, setBusy] = useState(false);
  if (!isLeftAlone(plan, target)) return null;
  const make = async (): Promise<void> => {
    setBusy(true);
    const answer = await post<Outcome>(targetPath(target.name, '/plan'), { mode: 'enforce' });
    setBusy(false);
    if (answer.ok && answer.value.plan) planned(answer.value.plan);
    else failed(answer);
  };
  return (
    <button type="button" class="button button-primary" disabled={busy} onClick={() => void make()}>
      Correct the drift…
    </button>
  );
}

function isLeftAlone({ changes, writes }: Plan, { mode }: TargetView): boolean {
  return (
    mode === 'apply' && writes.length === 0 && changes.some(({ disposition }) => disposition === 'report')
  );
}
