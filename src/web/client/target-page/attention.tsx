// What a person must do after the last outcome, at the top of the page: first the steps after a failed rollback.
import type { ComponentChildren } from 'preact';
import type { Outcome } from '../../../domain/outcome/outcome.ts';
import type { PlanView, TargetView } from '../../../api-schema/views.ts';
import { Icon } from '../parts/icon.tsx';
import { Ago } from '../parts/time.tsx';
import type { Resource } from '../data/resource.ts';
import { EvidenceList } from '../parts/evidence.tsx';
import { outcomeTitle, outcomeTone } from '../data/outcome-labels.ts';
import { Problems } from '../parts/problems.tsx';
import { Message } from '../parts/message.tsx';
import { distinct } from '../data/remedies.ts';

interface Props {
  readonly resource: Resource<PlanView>;
  readonly target: TargetView;
}

export function Attention({ resource, target }: Props) {
  const { outcome, plan } = resource.state.value.value ?? {};
  if (!outcome) return target.authBlock ? <Blocked reason={target.authBlock.reason} /> : null;
  // What the plan says is shown there.
  return <Left outcome={{ ...outcome, problems: distinct(outcome.problems, plan?.notes) }} />;
}

function Left({ outcome }: { readonly outcome: Outcome }) {
  switch (outcome.kind) {
    case 'rollback-failed':
      return <ByHand outcome={outcome} />;
    case 'rolled-back':
      return (
        <Panel outcome={outcome}>
          {!isSaidBelow(outcome.reason, outcome) && (
            <p>
              <Message text={outcome.reason} />
            </p>
          )}
          <EvidenceList evidence={outcome.evidence.filter(({ passed }) => !passed)} />
        </Panel>
      );
    case 'failed':
    case 'cancelled':
    case 'stale':
      return (
        <Panel outcome={outcome}>
          {!isSaidBelow(outcome.reason, outcome) && (
            <p>
              <Message text={outcome.reason} />
            </p>
          )}
        </Panel>
      );
    case 'quarantined':
      return outcome.parts ? <Panel outcome={outcome} /> : null;
    case 'suspended':
    case 'waiting':
      return null; // the heading and the facts say it
    case 'applied':
      return <Restart paths={outcome.restartNeeded} outcome={outcome} />;
    default:
      return outcome.problems.length > 0 ? <Panel outcome={outcome} /> : null;
  }
}

/** A problem says the reason itself, with its code and remedy. */
const isSaidBelow = (reason: string, { problems }: Outcome): boolean =>
  problems.some(({ message }) => message === reason);

function Panel({ outcome, children }: { readonly outcome: Outcome; readonly children?: ComponentChildren }) {
  return (
    <section class={`attention tone-${outcomeTone(outcome.kind)}`} aria-label="Needs attention">
      <h2>
        <Icon name="warning" />
        {outcomeTitle(outcome.kind)}
        <Ago at={outcome.at} focusable />
      </h2>
      {children}
      {outcome.problems.length > 0 && <Problems problems={outcome.problems} />}
    </section>
  );
}

function ByHand({ outcome }: { readonly outcome: Extract<Outcome, { kind: 'rollback-failed' }> }) {
  return (
    <section class="attention attention-alarm" aria-label="Needs manual action">
      <h2>
        <Icon name="danger" />
        The rollback failed. Follow these steps by hand. They don't need the API:
        <Ago at={outcome.at} focusable />
      </h2>
      <ol class="by-hand">
        {outcome.remedy.map((step) => (
          <li key={step}>
            <Message text={step} />
          </li>
        ))}
      </ol>
      <p class="why">
        <b>Backup:</b> <code>{outcome.backup}</code>
      </p>
      {outcome.problems.length > 0 && <Problems problems={outcome.problems} />}
    </section>
  );
}

function Restart({ paths, outcome }: { readonly paths: readonly string[]; readonly outcome: Outcome }) {
  if (paths.length === 0) return outcome.problems.length > 0 ? <Panel outcome={outcome} /> : null;
  return (
    <Panel outcome={outcome}>
      <p>
        Restart the gateway. Until then, these values are stored but not in effect.{' '}
        <code class="break">{paths.join(', ')}</code>
      </p>
    </Panel>
  );
}

function Blocked({ reason }: { readonly reason: string }) {
  return (
    <section class="attention tone-bad" aria-label="Needs attention">
      <h2>
        <Icon name="danger" />
        The gateway refused the management key
      </h2>
      <p>
        <Message text={reason} />
      </p>
    </section>
  );
}
