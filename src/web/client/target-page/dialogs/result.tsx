// The result of an action: the outcome with its evidence and problems, or why it wasn't done.
import type { Outcome } from '../../../../domain/outcome/outcome.ts';
import type { Answer } from '../../data/api.ts';
import { OutcomeIcon } from '../../parts/icon.tsx';
import { Trouble } from '../../parts/trouble.tsx';
import { duration } from '../../data/labels.ts';
import { outcomeIn } from './asking.ts';
import { EvidenceList } from '../../parts/evidence.tsx';
import { outcomeStanding, outcomeTitle, outcomeTone } from '../../data/outcome-labels.ts';
import { Problems } from '../../parts/problems.tsx';
import { Message } from '../../parts/message.tsx';

interface Props {
  readonly answer: Answer<unknown> | undefined;
  /** The message if the response isn't an outcome. */
  readonly done: string;
}

export function Result({ answer, done }: Props) {
  if (!answer) return null;
  if (!answer.ok) return <Trouble problem={answer.problem} />;
  const outcome = outcomeIn(answer.value);
  return (
    <div class="result" role="status">
      {outcome ? <OutcomeBody outcome={outcome} /> : <p>{done}</p>}
    </div>
  );
}

function OutcomeBody({ outcome }: { readonly outcome: Outcome }) {
  return (
    <>
      <p class="result-head">
        <Head outcome={outcome} />
        <span class="muted">after {duration(outcome.durationMs)}</span>
      </p>
      {'reason' in outcome && !outcome.problems.some(({ message }) => message === outcome.reason) && (
        <p>
          <Message text={outcome.reason} />
        </p>
      )}
      {isRehearsal(outcome) && (
        <p>It would make {outcome.wouldChange === 1 ? '1 change' : `${outcome.wouldChange} changes`}.</p>
      )}
      {'remedy' in outcome && (
        <ol class="by-hand">
          {outcome.remedy.map((step) => (
            <li key={step}>
              <Message text={step} />
            </li>
          ))}
        </ol>
      )}
      {'evidence' in outcome && <EvidenceList evidence={outcome.evidence} />}
      {outcome.problems.length > 0 && <Problems problems={outcome.problems} />}
    </>
  );
}

/** What a dry run would change isn't drift of the target. */
function isRehearsal(outcome: Outcome): outcome is Outcome & { readonly wouldChange: number } {
  return outcome.kind === 'drifted' && outcome.wouldChange !== undefined;
}

function Head({ outcome }: { readonly outcome: Outcome }) {
  if (isRehearsal(outcome)) return <span class="standing">Dry run, nothing written</span>;
  return (
    <span class={`standing tone-${outcomeTone(outcome.kind)}`}>
      <OutcomeIcon kind={outcome.kind} standing={outcomeStanding(outcome.kind)} />
      {outcomeTitle(outcome.kind)}
    </span>
  );
}
