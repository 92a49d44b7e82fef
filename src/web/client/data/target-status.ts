// The status of a target as its page and its row show it: what it is, why, since when, and what to do now. A revision that
// someone rolled back isn't one that failed, and one that mode observe doesn't write isn't drift. Pure.
import { SYNC_STATUSES, type SyncStatus } from '../../../domain/outcome/sync-status.ts';
import type { TargetView } from '../../../api-schema/views.ts';
import { standingOf } from './standing.ts';

interface Shown {
  readonly title: string;
  /** Whose icon it has. */
  readonly icon: SyncStatus;
  readonly meaning: string;
  /** What leads out of it; absent if you don't need to do anything. */
  readonly next?: string;
}

const NEXT: Partial<Record<SyncStatus, string>> = {
  drifted: 'Correct the drift to put the files in effect, or take it over into the files.',
  'stale-memory': 'Restart the gateway, or let Holdfast repair it: in the modes apply and enforce, sync.',
  contested: 'Find out who changes it back. Then correct it once more, or take it over into the files.',
  refused: 'Change the files as the finding says. If you accept the finding, override the guard.',
  suspended: 'Wait until the suspension ends, or resume.',
  waiting: 'Wait for the rollout, or apply the plan to this target now.',
  quarantined: 'Change the files, or retry the revision.',
  'rolled-back': 'See below what failed. Change the files, or retry the revision.',
  'needs-a-person': 'Follow the steps below on the host of the gateway, then sync.',
  invalid: 'Correct the file. Holdfast reads it again by itself.',
  unreachable: 'Start the gateway, or correct its address or key in the settings. Then sync.',
  failed: 'Remove the cause, then sync.',
  unknown: 'Sync to check it now.',
};

const HELD_BACK =
  "Holdfast doesn't apply the revision of the files again until the files change or you retry it.";

const PENDING =
  "The files changed, and the gateway doesn't have the change yet. In mode `observe`, Holdfast writes nothing.";

const LEFT_ALONE =
  'In mode `observe`, Holdfast writes nothing. Set `mode` to apply or enforce in the settings.';

type Seen = Pick<TargetView, 'standing' | 'quarantine' | 'mode' | 'causes'>;

/** Nobody edited the gateway: it only lacks what the files declare since. */
export const isPending = ({ standing, mode, causes }: Omit<Seen, 'quarantine'>): boolean =>
  standing === 'drifted' && mode === 'observe' && causes !== undefined && causes.gateway === 0;

export function statusShown(target: Seen): Shown {
  const standing = standingOf(target);
  const by = standing === 'quarantined' ? target.quarantine?.by : undefined;
  const next = standing === 'drifted' && target.mode === 'observe' ? LEFT_ALONE : NEXT[standing];
  const led = next === undefined ? {} : { next };
  if (by !== undefined)
    return { title: `Rolled back by ${by}`, icon: 'rolled-back', meaning: HELD_BACK, ...led };
  if (isPending(target))
    return {
      title: 'Pending',
      icon: standing,
      meaning: PENDING,
      next: 'Set `mode` to apply in the settings to let Holdfast write it.',
    };
  const { title, meaning } = SYNC_STATUSES[standing];
  return { title, icon: standing, meaning, ...led };
}

/** Where the reason is a list of names. */
const LEADS: Partial<Record<SyncStatus, string>> = {
  drifted: 'Differs: ',
  contested: 'Changed back: ',
  'stale-memory': 'Not loaded: ',
  refused: 'Refused by ',
};

/** Why this target has its status; undefined if the status says it all. */
export function whyShown(target: TargetView): string | undefined {
  const { suspension, authBlock, quarantine, why } = target;
  const standing = standingOf(target);
  if (standing === 'suspended' && suspension)
    return `${suspension.reason}${suspension.by === undefined ? '' : ` (${suspension.by})`}`;
  if (authBlock) return authBlock.reason;
  if (standing === 'quarantined' && quarantine) return quarantine.reason;
  return why === undefined ? undefined : `${LEADS[standing] ?? ''}${why}`;
}

/** ms since the epoch; undefined if it began before the daemon did and nothing else tells. */
export function sinceShown({ since, quarantine, standing, lastOutcome }: TargetView): number | undefined {
  if (standing === 'quarantined' && quarantine) return quarantine.since;
  return since ?? (standing === 'rolled-back' || standing === 'needs-a-person' ? lastOutcome?.at : undefined);
}
