// Shows a plan and applies exactly this one: its digest is sent along, so that any other plan is refused as stale. If
// guards refuse, the user selects each override; the plan is then made again with them, and must otherwise be the
// same.
import { useState } from 'preact/hooks';
import type { Outcome } from '../../../../domain/outcome/outcome.ts';
import { pending, type Plan } from '../../../../domain/plan/plan.ts';
import { plural } from '../../../../lib/text.ts';
import type { ApplyRequest, TargetView } from '../../../../api-schema/views.ts';
import { type Answer, post, targetPath } from '../../data/api.ts';
import { targetNamed } from '../../data/fleet.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { DialogFoot } from '../../parts/dialog-foot.tsx';
import { StepLine } from '../../parts/step.tsx';
import { useAsking } from './asking.ts';
import { Result } from './result.tsx';
import { Message } from '../../parts/message.tsx';
import { PlannedChanges } from '../plan/planned-changes.tsx';
import { isAnswered, Overrides } from './overrides.tsx';

/** `retry`: of a quarantined revision. `override`: guards refuse it. `correct`: it corrects drift. */
export type Purpose = 'apply' | 'retry' | 'override' | 'correct';

const WORDS: Record<Purpose, { readonly title: string; readonly verb: string }> = {
  apply: { title: 'Apply to', verb: 'Apply' },
  retry: { title: 'Retry the revision on', verb: 'Retry' },
  override: { title: 'Override guards on', verb: 'Override and apply' },
  correct: { title: 'Correct the drift of', verb: 'Apply' },
};

interface Props {
  readonly plan: Plan;
  readonly purpose: Purpose;
  readonly target: TargetView;
  readonly close: () => void;
}

export function ApplyDialog({ plan, purpose, target, close }: Props) {
  const [allow, setAllow] = useState<ReadonlySet<string>>(new Set());
  const [refusal, setRefusal] = useState<Answer<unknown>>();
  const [planning, setPlanning] = useState(false);
  const asking = useAsking(target.name);
  const refused = plan.verdicts.filter(({ allowed }) => !allowed);
  const { title, verb } = WORDS[purpose];
  const answer = asking.answer ?? refusal;
  const busy = planning || asking.busy;
  const apply = async (): Promise<void> => {
    setPlanning(true);
    const approved = await approvedWith(plan, target, [...allow]);
    setPlanning(false);
    if (approved.ok) await asking.ask('apply', approved.value);
    else setRefusal(approved);
  };
  return (
    <Dialog title={`${title} ${target.name}`} close={close}>
      {!answer?.ok && <Asked plan={plan} target={target} />}
      {refused.length > 0 && !answer?.ok && (
        <Overrides refused={refused} busy={busy} allow={allow} change={setAllow} />
      )}
      <Result answer={answer} done="Applied." />
      {busy && <StepLine step={targetNamed(target.name)?.step ?? 'lock'} />}
      <DialogFoot close={close} label={answer?.ok ? 'Close' : 'Cancel'}>
        {!answer?.ok && (
          <button
            type="button"
            class={`button ${refused.length > 0 ? 'button-danger' : 'button-primary'}`}
            disabled={busy || !isAnswered(refused, allow)}
            onClick={() => void apply()}
          >
            {verb}
          </button>
        )}
      </DialogFoot>
    </Dialog>
  );
}

/** What is confirmed. */
function Asked({ plan, target: { quarantine } }: Pick<Props, 'plan' | 'target'>) {
  return (
    <>
      <p>
        {plural(pending(plan).length, 'change')} by {plural(plan.writes.length, 'request')}. Holdfast creates
        a backup first, verifies the result, and rolls back if verification fails.
      </p>
      {quarantine && (
        <p class="tone-warn">
          This revision is quarantined: <Message text={quarantine.reason} />
        </p>
      )}
      <PlannedChanges plan={plan} />
    </>
  );
}

const CHANGED = {
  type: 'about:blank',
  title: 'The plan has changed',
  status: 409,
  detail: 'Nothing was written. Close this dialog, review the new plan, and apply it.',
};

async function approvedWith(
  plan: Plan,
  target: TargetView,
  allow: readonly string[],
): Promise<Answer<ApplyRequest>> {
  // A plan that was made to correct drift is applied in that mode.
  const mode = plan.mode === target.mode || plan.mode === 'observe' ? {} : { mode: plan.mode };
  // The user saw why the revision is quarantined.
  const retry = target.quarantine ? { retry: true } : {};
  if (allow.length === 0) return { ok: true, value: { approved: plan.digest, ...mode, ...retry } };
  const answer = await post<Outcome>(targetPath(plan.target, '/plan'), { allow, ...mode });
  if (!answer.ok) return answer;
  const again = answer.value.plan;
  return again && essence(again) === essence(plan)
    ? { ok: true, value: { approved: again.digest, allow: [...allow], ...mode, ...retry } }
    : { ok: false, problem: CHANGED };
}

const essence = ({ changes, writes, revision }: Plan): string =>
  JSON.stringify([
    changes.map(({ path, kind, before, after }) => [path, kind, before, after]),
    writes,
    revision.digest,
  ]);
