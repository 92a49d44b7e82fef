// The values of each target's gauges, from reports and from its state. Knows no metric.
import type { Outcome } from '../../domain/outcome/outcome.ts';
import { exitOf } from '../../domain/outcome/outcome.ts';
import { differencesAfter, type SyncStatus, syncStatusOf } from '../../domain/outcome/sync-status.ts';
import type { HistoryHead } from '../../domain/state/state.ts';
import type { TargetState } from '../../state/store.ts';

/** Times in ms since the epoch. Absent: unknown, or not applicable. */
export interface Facts {
  readonly standing: SyncStatus;
  readonly differences?: number | undefined;
  readonly lastLook?: number | undefined;
  readonly lastSuccess?: number | undefined;
  readonly authBlockedUntil?: number | undefined;
  readonly suspendedUntil?: number | undefined;
  readonly revision?: { readonly digest: string; readonly commit: string } | undefined;
  readonly historyHead?: HistoryHead | undefined;
}

export const NOTHING: Facts = { standing: 'unknown' };

export function afterOutcome(facts: Facts, outcome: Outcome): Facts {
  const fine = exitOf(outcome) === 0 && outcome.kind !== 'restored';
  return {
    ...facts,
    standing: syncStatusOf(outcome) ?? facts.standing,
    differences: differencesAfter(outcome) ?? facts.differences,
    lastLook: outcome.at,
    ...(fine && { lastSuccess: outcome.at }),
  };
}

/** What outlives the process. */
export function afterReading(facts: Facts, state: TargetState): Facts {
  const { lastApplied, lastDeepCheck, lastShallowCheck, authBlock, suspension, historyHead } = state;
  const equal = [lastDeepCheck, lastShallowCheck].flatMap((check) => (check?.inSync ? [check.at] : []));
  const successes = [facts.lastSuccess, lastApplied?.at, ...equal].filter((at) => at !== undefined);
  return {
    ...facts,
    lastSuccess: successes.length > 0 ? Math.max(...successes) : undefined,
    authBlockedUntil: authBlock?.until,
    suspendedUntil: suspension?.until,
    historyHead,
    revision: lastApplied && {
      digest: lastApplied.revision.digest.slice(0, 12),
      commit: lastApplied.revision.commit?.sha ?? '',
    },
  };
}
