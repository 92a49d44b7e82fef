// What an action on several targets does to each of them, and why it leaves some out. Pure.
import type { SyncStatus } from '../../../domain/outcome/sync-status.ts';
import { pending, isRefused, refusingGuards, type Plan } from '../../../domain/plan/plan.ts';
import { plural } from '../../../lib/text.ts';
import type { ApplyRequest, TargetView } from '../../../api-schema/views.ts';
import { standingOf } from '../data/standing.ts';
import { resumedPlan } from '../data/resumed-plan.ts';
import { offersFor } from '../target-page/offers.ts';

export type BulkAction = 'apply' | 'correct' | 'suspend' | 'resume';

export type BulkStep = { readonly target: string; readonly text: string } &
  /** The fields of a suspension are added to its body when it starts. */
  (
    | { readonly kind: 'will'; readonly action: 'apply' | 'suspend' | 'resume'; readonly body: object }
    | { readonly kind: 'skip' }
  );

export interface Seen {
  readonly plan?: Plan | undefined;
}

export function stepFor(action: BulkAction, target: TargetView, seen: Seen): BulkStep {
  switch (action) {
    case 'suspend':
      return target.suspension
        ? skipped(target, 'is suspended already')
        : { kind: 'will', target: target.name, action, body: {}, text: 'no writes; checks continue' };
    case 'resume':
      return target.suspension
        ? {
            kind: 'will',
            target: target.name,
            action,
            body: {},
            text: waitsText(seen.plan && resumedPlan(seen.plan, target)),
          }
        : skipped(target, "isn't suspended");
    case 'apply':
      return applied(target, seen.plan);
    case 'correct':
      return corrected(target, seen.plan);
  }
}

const skipped = ({ name }: Pick<TargetView, 'name'>, text: string): BulkStep => ({
  kind: 'skip',
  target: name,
  text,
});

/** What starts when a suspension ends. */
export function waitsText(plan: Plan | undefined): string {
  const waiting = plan ? pending(plan) : [];
  if (!plan || waiting.length === 0) return 'nothing waits';
  return isRefused(plan)
    ? `${plural(waiting.length, 'change')} that ${refusingGuards(plan).join(', ')} refuses`
    : `then applies ${changesText(plan)}`;
}

function applied(target: TargetView, plan: Plan | undefined): BulkStep {
  const standing = standingOf(target);
  // Each of them needs a person who read its steps.
  if (standing === 'needs-a-person') return skipped(target, whyNothing(target, plan));
  const { offered } = offersFor(target, standing, plan);
  if (plan && offered.includes('override'))
    return skipped(target, `refused by ${refusingGuards(plan).join(', ')}`);
  const retry = offered.includes('retry');
  if (retry && (!plan || pending(plan).length === 0))
    return {
      kind: 'will',
      target: target.name,
      action: 'apply',
      body: { retry } satisfies ApplyRequest,
      text: standing === 'contested' ? 'corrects it once more' : 'retries the revision',
    };
  if (!plan || (!retry && !offered.includes('apply'))) return skipped(target, whyNothing(target, plan));
  return {
    kind: 'will',
    target: target.name,
    action: 'apply',
    body: { approved: plan.digest, ...(target.quarantine && { retry: true }) } satisfies ApplyRequest,
    text: `${retry ? 'retries' : 'applies'} ${changesText(plan)}`,
  };
}

const NOTHING: Partial<Record<SyncStatus, string>> = {
  'in-sync': 'in sync already',
  unreachable: "can't be reached",
  invalid: 'the files have errors',
  suspended: 'is suspended',
  'needs-a-person': 'needs the steps by hand first',
};

function whyNothing(target: TargetView, plan: Plan | undefined): string {
  const known = NOTHING[standingOf(target)];
  if (known !== undefined) return known;
  if (target.mode === 'observe') return 'is in mode observe';
  return plan ? 'has nothing to apply, only drift' : "hasn't been planned yet";
}

function corrected(target: TargetView, plan: Plan | undefined): BulkStep {
  if (target.mode === 'observe') return skipped(target, 'is in mode observe');
  if (target.suspension) return skipped(target, 'is suspended');
  if (!plan) return skipped(target, "couldn't be planned");
  if (isRefused(plan)) return skipped(target, `refused by ${refusingGuards(plan).join(', ')}`);
  if (plan.writes.length === 0) return skipped(target, 'has no drift');
  return {
    kind: 'will',
    target: target.name,
    action: 'apply',
    body: {
      approved: plan.digest,
      ...(target.mode !== 'enforce' && { mode: 'enforce' }),
      ...(target.quarantine && { retry: true }),
    } satisfies ApplyRequest,
    text: `puts back ${changesText(plan)}`,
  };
}

const SHOWN = 3;

/** `4 changes: api-keys, request-retry, ws-auth +1` */
function changesText(plan: Plan): string {
  const changes = pending(plan);
  const paths = changes.slice(0, SHOWN).map(({ path }) => path);
  const more = changes.length - paths.length;
  return `${plural(changes.length, 'change')}: ${paths.join(', ')}${more > 0 ? ` +${more}` : ''}`;
}
