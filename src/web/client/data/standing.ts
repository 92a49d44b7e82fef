// The status of a target, and its colour. Pure.
import { SYNC_STATUSES, type Severity, type SyncStatus } from '../../../domain/outcome/sync-status.ts';
import type { TargetView } from '../../../api-schema/views.ts';

/** A daemon that is newer than this page can have statuses that the page doesn't know. */
export function standingOf({ standing }: Pick<TargetView, 'standing'>): SyncStatus {
  return standing in SYNC_STATUSES ? (standing as SyncStatus) : 'unknown';
}

/** The colour of a status; its icon and title say the same without colour. */
export type Tone = 'ok' | 'quiet' | 'warn' | 'bad';

const TONES: Record<Severity, Tone> = { info: 'quiet', warning: 'warn', critical: 'bad' };

export const toneOf = (standing: SyncStatus): Tone =>
  standing === 'in-sync' ? 'ok' : TONES[SYNC_STATUSES[standing].severity];
