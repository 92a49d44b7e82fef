// Where a target stands: what its last telling outcome means for the one who runs it. Shown by dashboard, metrics and
// notifications, which all take it from here.
import type { Outcome, OutcomeKind } from './outcome.ts';

export type SyncStatus =
  | 'in-sync'
  | 'drifted'
  | 'stale-memory'
  | 'contested'
  | 'refused'
  | 'suspended'
  | 'quarantined'
  | 'rolled-back'
  | 'needs-a-person'
  | 'invalid'
  | 'unreachable'
  | 'failed'
  | 'unknown';

/** `info` needs nobody, `warning` somebody today, `critical` somebody now. */
export type Severity = 'info' | 'warning' | 'critical';

interface Meaning {
  readonly severity: Severity;
  /** What it is called on a page. */
  readonly title: string;
  /** One sentence for somebody who sees it for the first time. */
  readonly meaning: string;
}

export const SYNC_STATUSES: Record<SyncStatus, Meaning> = {
  'in-sync': {
    severity: 'info',
    title: 'In sync',
    meaning: 'The gateway holds what the files declare; memory, file and behaviour were looked at.',
  },
  drifted: {
    severity: 'warning',
    title: 'Drifted',
    meaning:
      'The gateway differs from the files, and that is left: the mode says so, or it was healed a moment ago.',
  },
  'stale-memory': {
    severity: 'warning',
    title: 'Stale memory',
    meaning:
      'The gateway stored a change in its file but never loaded it; a repair writes the file once more.',
  },
  contested: {
    severity: 'warning',
    title: 'Contested',
    meaning:
      'Somebody keeps undoing what Holdfast puts right; it stopped healing that and waits for you to settle it.',
  },
  refused: {
    severity: 'warning',
    title: 'Refused',
    meaning:
      'A guard found the plan dangerous, so nothing was written; each finding says what would let it pass.',
  },
  suspended: {
    severity: 'info',
    title: 'Suspended',
    meaning: 'Somebody asked for this target to be left alone until the time that is shown.',
  },
  quarantined: {
    severity: 'warning',
    title: 'Quarantined',
    meaning:
      'This revision failed before and is not tried again until the files change or somebody says retry.',
  },
  'rolled-back': {
    severity: 'critical',
    title: 'Rolled back',
    meaning: 'A change was written, did not prove itself, and everything was put back as it was.',
  },
  'needs-a-person': {
    severity: 'critical',
    title: 'Needs a person',
    meaning: 'Putting things back failed too; the steps that are shown work without the gateway’s API.',
  },
  invalid: {
    severity: 'critical',
    title: 'Invalid',
    meaning: 'The files have errors, so they are not applied; the gateway stays as it is.',
  },
  unreachable: {
    severity: 'critical',
    title: 'Unreachable',
    meaning: 'The gateway does not answer, or does not let Holdfast in.',
  },
  failed: {
    severity: 'critical',
    title: 'Failed',
    meaning: 'Something of Holdfast’s own failed, such as a full disk, before anything was written.',
  },
  unknown: {
    severity: 'info',
    title: 'Unknown',
    meaning: 'Holdfast has not looked at this target yet.',
  },
};

const STANDING_AFTER: Record<OutcomeKind, SyncStatus | undefined> = {
  'in-sync': 'in-sync',
  applied: 'in-sync',
  drifted: 'drifted',
  'stale-memory': 'stale-memory',
  refused: 'refused',
  'rolled-back': 'rolled-back',
  'rollback-failed': 'needs-a-person',
  restored: 'unknown',
  cancelled: undefined,
  failed: 'failed',
  stale: undefined,
  locked: undefined,
  unreachable: 'unreachable',
  invalid: 'invalid',
  contested: 'contested',
  quarantined: 'quarantined',
  suspended: 'suspended',
};

/** Undefined: the outcome says nothing about the target, which stands where it stood. */
export function syncStatusAfter(kind: OutcomeKind): SyncStatus | undefined {
  return STANDING_AFTER[kind];
}

/** How many places differ once it is over. Undefined: the outcome does not tell, and what was known before still holds. */
export function differencesAfter({ kind, plan }: Pick<Outcome, 'kind' | 'plan'>): number | undefined {
  if (kind === 'in-sync' || kind === 'restored') return 0;
  if (kind === 'applied')
    return plan?.changes.filter(({ disposition }) => disposition !== 'apply').length ?? 0;
  return plan?.changes.length;
}
