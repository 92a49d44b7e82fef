// The content of a notification: one event, with everything that a reader needs to act on it. Without secrets.
// Channels create messages from it.
import type { Change } from '../plan/change.ts';
import type { Revision } from '../desired.ts';
import type { Verdict } from '../plan/guard.ts';
import type { Problem } from '../problem/problem.ts';
import { type Severity, type SyncStatus, SYNC_STATUSES } from './sync-status.ts';

/** Events besides status changes of a target. */
interface Occurrence {
  readonly severity: Severity;
  readonly title: string;
  readonly meaning: string;
}

const OCCURRENCES = {
  applied: {
    severity: 'info',
    title: 'Applied',
    meaning: 'Holdfast wrote a change, and the gateway now matches the files.',
  },
  recovered: {
    severity: 'info',
    title: 'Recovered',
    meaning: 'The problem reported before is resolved, and the target is in sync.',
  },
  restored: {
    severity: 'info',
    title: 'Restored',
    meaning: 'A backup was restored on request.',
  },
  expiring: {
    severity: 'warning',
    title: 'A client key expires soon',
    meaning: 'Holdfast removes the key from the gateway when it expires.',
  },
  source: {
    severity: 'warning',
    title: 'Git source has a problem',
    meaning: "Holdfast can't follow the repository. The last valid checkout stays in effect.",
  },
  rollout: {
    severity: 'info',
    title: 'Rollout',
    meaning: 'A new revision reaches the targets in waves.',
  },
  'rollout-stopped': {
    severity: 'critical',
    title: 'Rollout stopped',
    meaning:
      'A target failed, so the targets that the rollout has not reached keep the revision that they have.',
  },
  daemon: {
    severity: 'warning',
    title: 'Settings have a problem',
    meaning: "The settings can't be used as they are now. The previous settings stay in effect.",
  },
} as const satisfies Readonly<Record<string, Occurrence>>;

/** What a channel can subscribe to: statuses that concern somebody, and the events. A rollout tells of all its targets. */
export type Topic = Exclude<SyncStatus, 'unknown' | 'waiting'> | keyof typeof OCCURRENCES;

export const TOPICS: readonly Topic[] = [
  ...(Object.keys(SYNC_STATUSES) as SyncStatus[]).filter(
    (standing) => standing !== 'unknown' && standing !== 'waiting',
  ),
  ...(Object.keys(OCCURRENCES) as (keyof typeof OCCURRENCES)[]),
];

/** Severity, title and meaning of a notice. `test`: a test of the delivery. `pending`: only for commit statuses. */
export function meaningOf(kind: Topic | 'test' | 'pending'): Occurrence {
  if (kind === 'test') return TEST;
  if (kind === 'pending') return PENDING;
  return Object.hasOwn(OCCURRENCES, kind)
    ? OCCURRENCES[kind as keyof typeof OCCURRENCES] // just looked up
    : SYNC_STATUSES[kind as SyncStatus]; // a topic that isn't an event is a status
}

const PENDING: Occurrence = {
  severity: 'info',
  title: 'Pending',
  meaning: 'Holdfast is about to apply this commit.',
};

const TEST: Occurrence = {
  severity: 'info',
  title: 'Test',
  meaning: 'Someone ran `holdfast notify test`. No gateway was changed.',
};

export interface Notice {
  /** Unique; the same if it is sent again. */
  readonly id: string;
  /** ms since the epoch. */
  readonly at: number;
  readonly kind: Topic | 'test' | 'pending';
  readonly severity: Severity;
  /** Absent if it isn't about a target: the git source, the settings. */
  readonly target?: string;
  /** A few words, beginning with the target's name. */
  readonly title: string;
  /** One paragraph. */
  readonly summary: string;
  /** The previous status of the target, as far as this channel was notified. */
  readonly previous?: SyncStatus;
  readonly facts: Facts;
  /** The page of the dashboard with details. */
  readonly link?: string;
}

export interface Facts {
  /** The first 12 digits of the revision. */
  readonly revision?: string;
  readonly commit?: NonNullable<Revision['commit']>;
  readonly backup?: string;
  /** Values only if they are short, secrets as fingerprints. */
  readonly changes: readonly Pick<
    Change,
    'path' | 'kind' | 'origin' | 'attribution' | 'disposition' | 'before' | 'after' | 'from'
  >[];
  /** What the lists here omit: each has at most 20 entries. */
  readonly more: { readonly changes: number; readonly findings: number; readonly problems: number };
  /** Findings of guards that nobody allowed; `override` is the flag that would allow it. */
  readonly findings: readonly Pick<Verdict, 'guard' | 'path' | 'message' | 'remedy' | 'override'>[];
  readonly problems: readonly Pick<Problem, 'code' | 'message' | 'remedy' | 'path' | 'position'>[];
  /** Manual steps, in order. */
  readonly remedy: readonly string[];
}
