// The status of a target as its page and its row show it: a revision that someone rolled back isn't one that failed. Pure.
import { SYNC_STATUSES, type SyncStatus } from '../../../domain/outcome/sync-status.ts';
import type { TargetView } from '../../../api-schema/views.ts';
import { standingOf } from './fleet.ts';

interface Shown {
  readonly title: string;
  /** Whose icon it has. */
  readonly icon: SyncStatus;
  readonly meaning: string;
}

const HELD_BACK =
  "Holdfast doesn't apply the revision of the files again until the files change or you retry it.";

export function statusShown(target: Pick<TargetView, 'standing' | 'quarantine'>): Shown {
  const standing = standingOf(target);
  const by = standing === 'quarantined' ? target.quarantine?.by : undefined;
  if (by !== undefined) return { title: `Rolled back by ${by}`, icon: 'rolled-back', meaning: HELD_BACK };
  const { title, meaning } = SYNC_STATUSES[standing];
  return { title, icon: standing, meaning };
}
