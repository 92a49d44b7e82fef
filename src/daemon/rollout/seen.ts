// What a check or an apply tells a rollout about its target.
import { summaryOf } from '../../apply/record/summary.ts';
import type { Outcome } from '../../domain/outcome/outcome.ts';
import { leavesQuarantined } from '../../domain/outcome/sync-status.ts';
import { isOnlyFrozen } from '../../domain/plan/plan.ts';
import type { Rollout } from '../../domain/state/rollout.ts';
import type { Target } from '../../domain/target.ts';
import { frozenUntil } from '../../rollout/outlook.ts';
import type { Seen } from '../../rollout/report.ts';
import type { Store } from '../../state/store.ts';

export function seenOf(outcome: Outcome, { policy }: Target, digest: string | undefined, now: number): Seen {
  // A revision that reached a target only in part failed there.
  const kind = leavesQuarantined(outcome) ? 'quarantined' : outcome.kind;
  const isFrozen = outcome.kind === 'refused' && outcome.plan !== undefined && isOnlyFrozen(outcome.plan);
  const until =
    outcome.kind === 'suspended' ? outcome.until : isFrozen ? frozenUntil(policy.freeze, now) : undefined;
  return {
    kind,
    digest,
    ...(outcome.kind === 'applied' && { backup: outcome.backup }),
    why: summaryOf(outcome),
    ...(until !== undefined && { heldUntil: until }),
  };
}

/** The last apply of this revision, whose process may have ended before it reported it. */
export async function lastWrite(
  store: Store,
  name: string,
  digest: string | undefined,
): Promise<{ readonly backup: string; readonly at: number } | undefined> {
  const { lastApplied, beforeApply } = await store.read(name);
  if (!lastApplied || !beforeApply || lastApplied.revision.digest !== digest) return undefined;
  return { backup: beforeApply.backup, at: lastApplied.at };
}

/** A replica can have files of another commit. Errors in them say nothing about the revision that rolls out. */
export function isOfOtherFiles({ commit }: Rollout, outcome: Outcome): boolean {
  return outcome.kind === 'invalid' && commit !== undefined && outcome.commit !== undefined
    ? outcome.commit.sha !== commit.sha
    : false;
}
