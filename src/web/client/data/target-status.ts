// The status of a target as its page and its row show it: a revision that someone rolled back isn't one that failed, and one that
// mode observe doesn't write isn't drift. Pure.
import { SYNC_STATUSES, type SyncStatus } from '../../../domain/outcome/sync-status.ts';
import type { TargetView } from '../../../api-schema/views.ts';
import { standingOf } from './standing.ts';

interface Shown {
  readonly title: string;
  /** Whose icon it has. */
  readonly icon: SyncStatus;
  readonly meaning: string;
}

const HELD_BACK =
  "Holdfast doesn't apply the revision of the files again until the files change or you retry it.";

const PENDING =
  "The files changed, and the gateway doesn't have the change yet. In mode `observe`, Holdfast writes nothing.";

type Seen = Pick<TargetView, 'standing' | 'quarantine' | 'mode' | 'causes'>;

/** Nobody edited the gateway: it only lacks what the files declare since. */
export const isPending = ({ standing, mode, causes }: Omit<Seen, 'quarantine'>): boolean =>
  standing === 'drifted' && mode === 'observe' && causes !== undefined && causes.gateway === 0;

export function statusShown(target: Seen): Shown {
  const standing = standingOf(target);
  const by = standing === 'quarantined' ? target.quarantine?.by : undefined;
  if (by !== undefined) return { title: `Rolled back by ${by}`, icon: 'rolled-back', meaning: HELD_BACK };
  if (isPending(target)) return { title: 'Pending', icon: standing, meaning: PENDING };
  const { title, meaning } = SYNC_STATUSES[standing];
  return { title, icon: standing, meaning };
}
