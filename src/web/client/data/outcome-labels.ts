// Texts and colours of outcomes, for lists and for results of actions.
import type { OutcomeKind } from '../../../domain/outcome/outcome.ts';
import { type SyncStatus, syncStatusAfter } from '../../../domain/outcome/sync-status.ts';
import { type Tone, toneOf } from './standing.ts';

const TITLES: Record<OutcomeKind, string> = {
  'in-sync': 'In sync',
  applied: 'Applied',
  drifted: 'Drifted',
  'stale-memory': 'Stale memory',
  refused: 'Refused by a guard',
  'rolled-back': 'Rolled back',
  'rollback-failed': 'Rollback failed',
  restored: 'Restored',
  cancelled: 'Cancelled',
  failed: 'Failed',
  stale: 'Stale plan',
  locked: 'Locked',
  unreachable: 'Unreachable',
  invalid: 'Invalid',
  contested: 'Contested',
  quarantined: 'Quarantined',
  suspended: 'Suspended',
  waiting: 'Waiting',
};

const isKind = (text: string): text is OutcomeKind => text in TITLES;

/** A kind that this page doesn't know is shown by its name. */
export const outcomeTitle = (kind: string): string => (isKind(kind) ? TITLES[kind] : kind);

/** Nobody saw how the gateway compares with the files. */
const UNSEEN: ReadonlySet<string> = new Set<OutcomeKind>([
  'unreachable',
  'failed',
  'locked',
  'cancelled',
  'rollback-failed',
]);

/** How many differences a check found; a dash if it didn't see. */
export const driftText = (look: { readonly outcome: string; readonly differences: number }): string =>
  UNSEEN.has(look.outcome) && look.differences === 0 ? '–' : String(look.differences);

const WROTE: Partial<Record<OutcomeKind, Tone>> = { applied: 'ok', restored: 'ok' };

export function outcomeStanding(kind: string): SyncStatus {
  return (isKind(kind) && syncStatusAfter(kind)) || 'unknown';
}

export const outcomeTone = (kind: string): Tone =>
  (isKind(kind) && WROTE[kind]) || toneOf(outcomeStanding(kind));
