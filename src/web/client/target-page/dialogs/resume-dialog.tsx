// Ends a suspension, after showing what Holdfast writes then.
import { useEffect, useState } from 'preact/hooks';
import { isRefused, pending } from '../../../../domain/plan/plan.ts';
import { plural } from '../../../../lib/text.ts';
import type { PlanView, TargetView } from '../../../../api-schema/views.ts';
import { type Answer, post, targetPath } from '../../data/api.ts';
import { resumedPlan } from '../../data/resumed-plan.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { DialogFoot } from '../../parts/dialog-foot.tsx';
import { Skeleton } from '../../parts/loading.tsx';
import { Trouble } from '../../parts/trouble.tsx';
import { Guards } from '../plan/guards.tsx';
import { PlannedChanges } from '../plan/planned-changes.tsx';
import { useAsking } from './asking.ts';
import { Result } from './result.tsx';

interface Props {
  readonly target: TargetView;
  readonly close: () => void;
}

export function ResumeDialog({ target, close }: Props) {
  const { name, suspension } = target;
  const [waiting, setWaiting] = useState<Answer<PlanView>>();
  const asking = useAsking(name);
  useEffect(() => void post<PlanView>(targetPath(name, '/plan')).then(setWaiting), []);
  const resume = async (): Promise<void> => {
    const { ok } = await asking.ask('resume');
    if (ok) close();
  };
  return (
    <Dialog title={`Resume ${name}`} close={close}>
      {suspension && (
        <p class="muted">
          Suspended{suspension.by !== undefined && ` by ${suspension.by}`}: <bdi>{suspension.reason}</bdi>
        </p>
      )}
      {waiting ? <Waiting answer={waiting} target={target} /> : <Skeleton what="what waits" />}
      <Result answer={asking.answer} done="Resumed." />
      <DialogFoot close={close}>
        <button
          type="button"
          class="button button-primary"
          disabled={asking.busy || !waiting}
          onClick={() => void resume()}
        >
          Resume
        </button>
      </DialogFoot>
    </Dialog>
  );
}

interface WaitingProps extends Pick<Props, 'target'> {
  readonly answer: Answer<PlanView>;
}

function Waiting({ answer, target }: WaitingProps) {
  if (!answer.ok) return <Trouble problem={answer.problem} />;
  const { outcome } = answer.value;
  const plan = answer.value.plan && resumedPlan(answer.value.plan, target);
  if (!plan) {
    const problems = outcome?.problems.map(({ code, message, remedy }) => ({ code, message, remedy })) ?? [];
    const title = "What waits isn't known";
    return problems.length > 0 ? (
      <Trouble problem={{ type: 'about:blank', title, status: 0, problems }} />
    ) : (
      <p>Nothing waits: the gateway matches the files.</p>
    );
  }
  const changes = pending(plan);
  const left = plan.changes.length - changes.length;
  if (changes.length === 0)
    return (
      <p>
        Nothing waits to be written.
        {left > 0 && ` Mode ${plan.mode} leaves ${plural(left, 'difference')} as is.`}
      </p>
    );
  return (
    <>
      <p>
        {isRefused(plan)
          ? `Waiting: ${plural(changes.length, 'change')}, refused by a guard. Nothing is written until you decide.`
          : `Waiting: ${plural(changes.length, 'change')}. As soon as you resume, Holdfast applies:`}
      </p>
      {isRefused(plan) && <Guards verdicts={plan.verdicts.filter(({ allowed }) => !allowed)} />}
      <PlannedChanges plan={plan} />
    </>
  );
}
