// One confirmation for several targets: what happens to each, and then what happened.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { plural } from '../../../lib/text.ts';
import type { TargetView } from '../../../api-schema/views.ts';
import type { Answer } from '../data/api.ts';
import { outcomeTitle, outcomeTone } from '../data/outcome-labels.ts';
import { Dialog } from '../parts/dialog.tsx';
import { DialogFoot } from '../parts/dialog-foot.tsx';
import { Icon } from '../parts/icon.tsx';
import { Skeleton } from '../parts/loading.tsx';
import { Message } from '../parts/message.tsx';
import { outcomeIn } from '../target-page/dialogs/asking.ts';
import { SuspensionFields, useSuspension } from '../target-page/dialogs/suspension.tsx';
import type { BulkAction, BulkStep } from './steps.ts';
import { eachOf } from './each-of.ts';
import { done, stepsOf } from './work.ts';

const WORDS: Record<BulkAction, { readonly title: string; readonly verb: string }> = {
  apply: { title: 'Apply to', verb: 'Apply to' },
  correct: { title: 'Correct the drift of', verb: 'Apply to' },
  suspend: { title: 'Suspend', verb: 'Suspend' },
  resume: { title: 'Resume', verb: 'Resume' },
};

interface Props {
  readonly action: BulkAction;
  readonly targets: readonly TargetView[];
  readonly close: () => void;
}

type Results = ReadonlyMap<string, Answer<unknown> | 'busy'>;

export function BulkDialog({ action, targets: selected, close }: Props) {
  // What is confirmed stays the same while the targets change.
  const [targets] = useState(selected);
  const [steps, setSteps] = useState<readonly BulkStep[]>();
  const [results, setResults] = useState<Results>(new Map());
  const suspension = useSuspension();
  const isOpen = useRef(true);
  useEffect(() => void stepsOf(action, targets).then(setSteps), []);
  // The cleanup of a plain effect waits for the next frame, and one more target would start meanwhile.
  useLayoutEffect(() => () => void (isOpen.current = false), []);
  const made = (steps ?? []).filter(({ kind }) => kind === 'will');
  const put = (target: string, result: Answer<unknown> | 'busy'): void =>
    setResults((before) => new Map(before).set(target, result));
  const run = async (): Promise<void> => {
    const body = action === 'suspend' ? suspension.request() : undefined;
    await eachOf(made, async (step) => {
      if (!isOpen.current) return;
      put(step.target, 'busy');
      put(step.target, (await done(body && step.kind === 'will' ? { ...step, body } : step)) ?? 'busy');
    });
  };
  const { title, verb } = WORDS[action];
  const started = results.size > 0;
  const ended = started && [...results.values()].filter((one) => one !== 'busy').length === made.length;
  return (
    <Dialog title={`${title} ${plural(targets.length, 'target')}`} close={close}>
      {action === 'suspend' && !started && <SuspensionFields suspension={suspension} />}
      {steps ? <Steps steps={steps} results={results} /> : <Skeleton what="what happens" />}
      <p role="status" class="muted">
        {steps && summary(steps, results)}
      </p>
      <DialogFoot close={close} label={ended ? 'Close' : started ? 'Stop after these' : 'Cancel'}>
        {!ended && (
          <button
            type="button"
            class="button button-primary"
            disabled={started || made.length === 0 || (action === 'suspend' && !suspension.isComplete)}
            onClick={() => void run()}
          >
            {verb} {plural(made.length, 'target')}
          </button>
        )}
      </DialogFoot>
    </Dialog>
  );
}

function summary(steps: readonly BulkStep[], results: Results): string {
  const left = steps.filter(({ kind }) => kind === 'skip').length;
  const failed = [...results.values()].filter((one) => one !== 'busy' && !isWell(one)).length;
  if (results.size > 0) return failed > 0 ? `${plural(failed, 'target')} didn't succeed.` : '';
  return left > 0 ? `${plural(left, 'target')} left out.` : '';
}

/** Finished as it was meant to, or merely accepted. */
function isWell(answer: Answer<unknown>): boolean {
  const outcome = answer.ok ? outcomeIn(answer.value) : undefined;
  return answer.ok && (outcome === undefined || outcomeTone(outcome.kind) === 'ok');
}

/** What happens precedes what is left out. */
function Steps({ steps, results }: { readonly steps: readonly BulkStep[]; readonly results: Results }) {
  const sorted = steps.toSorted((a, b) => Number(a.kind === 'skip') - Number(b.kind === 'skip'));
  return (
    <ul class="plain bulk-steps" tabIndex={0} aria-label="What happens">
      {sorted.map((step) => (
        <li key={step.target} class={step.kind === 'skip' ? 'skipped' : ''}>
          <b>{step.target}</b>
          <span>
            {step.kind === 'skip' && <span class="tag">left out</span>} <Message text={step.text} />
            <StepResult result={results.get(step.target)} />
          </span>
        </li>
      ))}
    </ul>
  );
}

function StepResult({ result }: { readonly result: Answer<unknown> | 'busy' | undefined }) {
  if (!result) return null;
  if (result === 'busy')
    return (
      <span class="step">
        <i class="spinner" aria-hidden="true" />
        working…
      </span>
    );
  if (!result.ok)
    return (
      <span class="bulk-result tone-bad">
        <Icon name="danger" />
        <Message text={result.problem.detail ?? result.problem.title} />
      </span>
    );
  const outcome = outcomeIn(result.value);
  return (
    <span class={`bulk-result tone-${outcome ? outcomeTone(outcome.kind) : 'ok'}`}>
      <Icon name={isWell(result) ? 'check' : 'danger'} />
      {outcome ? outcomeTitle(outcome.kind) : 'Done'}
    </span>
  );
}
