// The current plan for reviewers: refusals, differences by section, requests.
import type { ComponentChildren } from 'preact';
import { isRefused, pending, type Plan } from '../../../../domain/plan/plan.ts';
import { undeclaredText } from '../../../../domain/plan/undeclared.ts';
import { plural } from '../../../../lib/text.ts';
import type { PlanView, TargetView } from '../../../../api-schema/views.ts';
import { standingOf } from '../../data/standing.ts';
import { CopyButton } from '../../parts/copy.tsx';
import { Empty, WhenLoaded } from '../../parts/loading.tsx';
import { Ago } from '../../parts/time.tsx';
import type { Resource } from '../../data/resource.ts';
import { short } from '../../data/labels.ts';
import { Changes } from './changes.tsx';
import { Guards } from './guards.tsx';
import { Problems } from '../../parts/problems.tsx';
import { Requests } from './requests.tsx';
import { tallyText } from './sections.ts';

interface Props {
  readonly resource: Resource<PlanView>;
  /** In place of a plan of a target that is in sync. */
  readonly managed: ComponentChildren;
  readonly target: TargetView;
}

export function PlanTab({ resource, managed, target }: Props) {
  return (
    <WhenLoaded resource={resource} what="the plan">
      {({ plan, at }) =>
        plan && saysSomething(plan) ? (
          <PlanBody plan={plan} at={at} />
        ) : (
          <NoPlan target={target} managed={managed} />
        )
      }
    </WhenLoaded>
  );
}

const saysSomething = ({ changes, writes, verdicts, notes, released, ignored }: Plan): boolean =>
  [changes, writes, verdicts, notes, released, ignored].some((list) => list.length > 0);

const WITHOUT_PLAN = {
  invalid: 'No plan: the files have errors. They are listed above.',
  unreachable: "No plan: the gateway can't be read.",
  suspended: 'No plan: nothing is written while the target is suspended.',
} as const;

function NoPlan({ target, managed }: Pick<Props, 'target' | 'managed'>) {
  const standing = standingOf(target);
  if (standing === 'in-sync') return <>{managed}</>;
  const known = standing in WITHOUT_PLAN ? WITHOUT_PLAN[standing as keyof typeof WITHOUT_PLAN] : undefined;
  return <Empty>{known ?? 'No plan yet. Select Sync to create one.'}</Empty>;
}

function PlanBody({ plan, at }: { readonly plan: Plan; readonly at: number | undefined }) {
  const { changes, writes, verdicts, released, ignored, notes } = plan;
  return (
    <div class="plan">
      <Summary plan={plan} at={at} />
      {verdicts.length > 0 && <Guards verdicts={verdicts} />}
      <Disagreement plan={plan} />
      {changes.length > 0 && (
        <section class="changes">
          <h2>Changes</h2>
          <Changes changes={changes} />
        </section>
      )}
      {writes.length > 0 && <Requests writes={writes} changes={changes} />}
      {notes.length > 0 && (
        <section>
          <h2>Notes</h2>
          <Problems problems={notes} />
        </section>
      )}
      <Paths title="Released, still in effect on the gateway" paths={released} />
      <Paths title="On the gateway, not in the files" paths={(plan.undeclared ?? []).map(undeclaredText)} />
      <Paths title="Ignored by policy" paths={ignored} />
    </div>
  );
}

/** `3 changes: 2 to add, 1 to update, 4 differences not changed` */
function headline(plan: Plan): string {
  const made = pending(plan);
  const left = plan.changes.length - made.length;
  if (plan.mode === 'observe' && made.length === 0)
    return `${plural(left, 'difference')}, not written in mode observe: ${tallyText(plan.changes)}`;
  const leaves = `${plural(left, 'difference')} that Holdfast leaves as it is`;
  if (made.length === 0) return left > 0 ? leaves : 'No change';
  const first = `${plural(made.length, 'change')}: ${tallyText(made)}`;
  return left > 0 ? `${first}; ${leaves}` : first;
}

function Summary({ plan, at }: { readonly plan: Plan; readonly at: number | undefined }) {
  const { value, keyId } = plan.digest;
  return (
    <div class="summary">
      <p>
        <strong>{headline(plan)}</strong>
        {plan.writes.length > 0 && `, ${plural(plan.writes.length, 'request')}`}
        {isRefused(plan) && <span class="tag tone-bad">refused</span>}
      </p>
      <p class="muted">
        {at !== undefined && (
          <>
            made <Ago at={at} focusable />,{' '}
          </>
        )}
        digest <code title={`key ${keyId}`}>{short(value, 12)}</code>
        <CopyButton text={value} what="the digest" />
      </p>
    </div>
  );
}

const CAUSES = {
  'stale-memory': "The running gateway hasn't loaded these values of its file:",
  'split-brain': "The gateway's memory and its file differ, and both states were in effect before:",
  'model-gap': "The gateway's memory and its file differ for an unknown reason:",
} as const;

function Disagreement({ plan: { agreement } }: { readonly plan: Plan }) {
  if (agreement.kind !== 'differ') return null;
  return (
    <div class="notice tone-warn">
      <div class="notice-body">
        {CAUSES[agreement.cause]} <span class="mono break">{agreement.paths.join(', ')}</span>
      </div>
    </div>
  );
}

function Paths({ title, paths }: { readonly title: string; readonly paths: readonly string[] }) {
  if (paths.length === 0) return null;
  return (
    <section>
      <h2>{title}</h2>
      <ul class="plain mono break">
        {paths.map((path) => (
          <li key={path}>{path}</li>
        ))}
      </ul>
    </section>
  );
}
