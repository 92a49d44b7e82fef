// The status of a target from what is remembered of it, for everyone who doesn't follow the daemon's own outcomes.
import { type SyncStatus, syncStatusAfter } from '../domain/outcome/sync-status.ts';
import { inForce } from '../domain/state/suspension.ts';
import type { TargetState } from './store.ts';

/** As the daemon would call it; the newest check or outcome counts. */
export function rememberedStatus(state: TargetState, now: number): SyncStatus {
  const { authBlock, suspension, quarantine, drift, lastOutcome } = state;
  if (inForce(suspension, now)) return 'suspended';
  if (authBlock && authBlock.until > now) return 'unreachable';
  // A quarantine of single paths says nothing about the rest.
  if (quarantine && !quarantine.only) return 'quarantined';
  if ((drift?.contested ?? []).length > 0) return 'contested';
  const look = newestLook(state);
  const looked = look && (look.inSync ? 'in-sync' : 'drifted');
  const came = lastOutcome && syncStatusAfter(lastOutcome.kind);
  const isNewer = look && (look.at > (lastOutcome?.at ?? 0) || came === 'in-sync');
  return (isNewer ? looked : (came ?? looked)) ?? 'unknown';
}

function newestLook({ lastDeepCheck, lastShallowCheck }: TargetState): TargetState['lastDeepCheck'] {
  if (!lastDeepCheck || !lastShallowCheck) return lastDeepCheck ?? lastShallowCheck;
  return lastDeepCheck.at >= lastShallowCheck.at ? lastDeepCheck : lastShallowCheck;
}
