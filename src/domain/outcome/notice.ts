// What people are told: one thing that happened, with all that a reader needs to act on it. Without secrets. Channels
// make messages of it.
import type { Change } from '../plan/change.ts';
import type { Revision } from '../desired.ts';
import type { Verdict } from '../plan/guard.ts';
import type { Problem } from '../problem/problem.ts';
import { type Severity, type SyncStatus, SYNC_STATUSES } from './sync-status.ts';

/** What happens beside the standings of a target. */
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
  source: {
    severity: 'warning',
    title: 'Git source has a problem',
    meaning: "Holdfast can't follow the repository. The last valid checkout stays in effect.",
  },
  daemon: {
    severity: 'warning',
    title: 'Settings have a problem',
    meaning: "The settings can't be used as they are now. The previous settings stay in effect.",
  },
} as const satisfies Readonly<Record<string, Occurrence>>;

/** What a channel can ask for: every standing but the unknown one, and the occurrences. */
export type Topic = Exclude<SyncStatus, 'unknown'> | keyof typeof OCCURRENCES;

export const TOPICS: readonly Topic[] = [
  ...(Object.keys(SYNC_STATUSES) as SyncStatus[]).filter((standing) => standing !== 'unknown'),
  ...(Object.keys(OCCURRENCES) as (keyof typeof OCCURRENCES)[]),
];

/** Severity, title and meaning of what is told. `test`: somebody wanted to see that messages arrive. */
export function meaningOf(kind: Topic | 'test'): Occurrence {
  if (kind === 'test') return TEST;
  return Object.hasOwn(OCCURRENCES, kind)
    ? OCCURRENCES[kind as keyof typeof OCCURRENCES] // just looked up
    : SYNC_STATUSES[kind as SyncStatus]; // a topic that is no occurrence is a standing
}

const TEST: Occurrence = {
  severity: 'info',
  title: 'Test',
  meaning: 'Someone ran `holdfast notify test`. No gateway was changed.',
};

export interface Notice {
  /** Unique; the same when it is sent again. */
  readonly id: string;
  /** ms since the epoch. */
  readonly at: number;
  readonly kind: Topic | 'test';
  readonly severity: Severity;
  /** Absent where it is about no target: the git source, the settings. */
  readonly target?: string;
  /** A few words, the target's name first. */
  readonly title: string;
  /** One paragraph. */
  readonly summary: string;
  /** Where the target stood before, as far as this channel was told or knew. */
  readonly previous?: SyncStatus;
  readonly facts: Facts;
  /** The page of the dashboard that shows more. */
  readonly link?: string;
}

export interface Facts {
  /** The first 12 digits of the revision. */
  readonly revision?: string;
  readonly commit?: NonNullable<Revision['commit']>;
  readonly backup?: string;
  /** Values only where they are short, secrets as fingerprints. */
  readonly changes: readonly Pick<
    Change,
    'path' | 'kind' | 'origin' | 'disposition' | 'before' | 'after' | 'from'
  >[];
  /** What the lists here leave out: each holds 20 at most. */
  readonly more: { readonly changes: number; readonly findings: number; readonly problems: number };
  /** What guards found and nobody allowed; `override` is the flag that would let it pass. */
  readonly findings: readonly Pick<Verdict, 'guard' | 'path' | 'message' | 'remedy' | 'override'>[];
  readonly problems: readonly Pick<Problem, 'code' | 'message' | 'remedy' | 'path' | 'position'>[];
  /** What a person does, step by step. */
  readonly remedy: readonly string[];
}
