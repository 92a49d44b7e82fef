// When a channel that sets commit statuses sets one: for each commit and target once per result. Pure.
import type { Revision } from '../../domain/desired.ts';
import type { Outcome } from '../../domain/outcome/outcome.ts';
import { syncStatusAfter } from '../../domain/outcome/sync-status.ts';
import { isRefused, type Plan } from '../../domain/plan/plan.ts';
import type { NotifiedStatus } from '../../domain/state/state.ts';
import type { Channel } from '../../settings/settings.ts';
import type { Transition } from './transitions.ts';

type Before = NotifiedStatus | undefined;

export function commitTransition(
  { targets }: Pick<Channel, 'targets'>,
  before: Before,
  outcome: Outcome,
): Transition {
  const standing = syncStatusAfter(outcome.kind);
  const of = shaOf(outcome.kind === 'invalid' ? outcome.commit : outcome.plan?.revision.commit);
  const isKnown = before?.standing === standing && before?.of === of;
  if (standing === undefined || standing === 'unknown' || standing === 'waiting' || of === undefined)
    return { tells: [], status: before };
  if (isKnown || (targets && !targets.includes(outcome.target))) return { tells: [], status: before };
  return { tells: [outcome.kind === 'applied' ? 'applied' : standing], status: { standing, of } };
}

/** Before the first write of a plan; a commit that has a status keeps it until the result. */
export function pendingTransition(
  { targets }: Pick<Channel, 'targets'>,
  before: Before,
  plan: Plan,
): { readonly tells: readonly 'pending'[]; readonly status: Before } {
  const of = shaOf(plan.revision.commit);
  const isHeard = !targets || targets.includes(plan.target);
  const isNew = of !== undefined && before?.of !== of;
  if (!isHeard || !isNew || plan.writes.length === 0 || isRefused(plan)) return { tells: [], status: before };
  return { tells: ['pending'], status: { standing: 'unknown', of } };
}

/** Files that differ from their commit say nothing about the commit. */
const shaOf = (commit: Revision['commit']): string | undefined =>
  commit && !commit.dirty ? commit.sha : undefined;
