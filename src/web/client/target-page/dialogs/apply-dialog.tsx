// Applies exactly the plan that was shown: its digest is sent along, so that any other plan is refused as stale. If
// guards refuse, the user selects each override; the plan is then made again with them, and must otherwise be the
// same.
import { useState } from 'preact/hooks';
import type { Outcome } from '../../../../domain/outcome/outcome.ts';
import { pending, type Plan } from '../../../../domain/plan/plan.ts';
import type { Verdict } from '../../../../domain/plan/guard.ts';
import { allowValues, overrideOf } from '../../../../domain/plan/override.ts';
import { plural } from '../../../../lib/text.ts';
import type { ApplyRequest, TargetView } from '../../../../api-schema/views.ts';
import { type Answer, post, targetPath } from '../../data/api.ts';
import { targetNamed } from '../../data/fleet.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { StepLine } from '../../parts/step.tsx';
import { useAsking } from './asking.ts';
import { Result } from './result.tsx';
import { Message } from '../../parts/message.tsx';

interface Props {
  readonly plan: Plan;
  readonly target: TargetView;
  readonly close: () => void;
}

export function ApplyDialog({ plan, target, close }: Props) {
  const [allow, setAllow] = useState<ReadonlySet<string>>(new Set());
  const [refusal, setRefusal] = useState<Answer<unknown>>();
  const [planning, setPlanning] = useState(false);
  const asking = useAsking(target.name);
  const refused = plan.verdicts.filter(({ allowed }) => !allowed);
  const overrides = overridesOf(refused);
  const unruly = refused.some(({ override }) => override === undefined);
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
    <Dialog title={`Apply to ${target.name}`} close={close}>
      <p>
        {plural(pending(plan).length, 'change')} by {plural(plan.writes.length, 'request')}. Holdfast creates
        a backup first, verifies the result, and rolls back if verification fails.
      </p>
      {overrides.length > 0 && !answer?.ok && (
        <Overrides overrides={overrides} busy={busy} allow={allow} change={setAllow} />
      )}
      {unruly && <p class="tone-bad">One of the guards has no override. Change the files.</p>}
      <Result answer={answer} done="Applied." />
      {busy && <StepLine step={targetNamed(target.name)?.step ?? 'lock'} />}
      <footer class="dialog-foot">
        <button type="button" class="button" onClick={close}>
          {answer?.ok ? 'Close' : 'Cancel'}
        </button>
        {!answer?.ok && (
          <button
            type="button"
            class="button button-primary"
            disabled={busy || unruly || !isAnswered(refused, allow)}
            onClick={() => void apply()}
          >
            Apply
          </button>
        )}
      </footer>
    </Dialog>
  );
}

interface OverridesProps {
  readonly overrides: ReturnType<typeof overridesOf>;
  readonly busy: boolean;
  readonly allow: ReadonlySet<string>;
  readonly change: (allow: ReadonlySet<string>) => void;
}

function Overrides({ overrides, busy, allow, change }: OverridesProps) {
  return (
    <fieldset class="overrides" disabled={busy}>
      <legend>Guards refuse this plan. Select the findings that you intend:</legend>
      {overrides.map(({ value, message }) => (
        <label key={value} class="check">
          <input
            type="checkbox"
            checked={allow.has(value)}
            onChange={({ currentTarget }) => change(toggled(allow, value, currentTarget.checked))}
          />
          <span>
            <code class="break">{value}</code>
            <Message class="sub" text={message} />
          </span>
        </label>
      ))}
    </fieldset>
  );
}

function toggled(set: ReadonlySet<string>, value: string, on: boolean): ReadonlySet<string> {
  return on ? new Set([...set, value]) : new Set([...set].filter((one) => one !== value));
}

interface Override {
  /** As `--allow` accepts it. */
  readonly value: string;
  readonly message: string;
}

function overridesOf(refused: readonly Verdict[]): readonly Override[] {
  return refused.flatMap((verdict) =>
    valuesOf(verdict).map((value) => ({ value, message: verdict.message })),
  );
}

function valuesOf(verdict: Verdict): readonly string[] {
  const override = overrideOf(verdict);
  return override ? allowValues(override) : [];
}

/** Exactly one override of each refusal is selected. */
const isAnswered = (refused: readonly Verdict[], allow: ReadonlySet<string>): boolean =>
  refused.every((verdict) => valuesOf(verdict).filter((value) => allow.has(value)).length === 1);

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
  if (allow.length === 0) return { ok: true, value: { approved: plan.digest, ...mode } };
  const answer = await post<Outcome>(targetPath(plan.target, '/plan'), { allow, ...mode });
  if (!answer.ok) return answer;
  const again = answer.value.plan;
  return again && essence(again) === essence(plan)
    ? { ok: true, value: { approved: again.digest, allow: [...allow], ...mode } }
    : { ok: false, problem: CHANGED };
}

const essence = ({ changes, writes, revision }: Plan): string =>
  JSON.stringify([
    changes.map(({ path, kind, before, after }) => [path, kind, before, after]),
    writes,
    revision.digest,
  ]);
