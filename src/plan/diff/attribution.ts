// What a change on the gateway looks like. Pure, from evidence alone: without it, nothing is claimed.
import type { Cause } from '../../domain/plan/attribution.ts';

/** What is known about one change on the gateway. */
export interface Evidence {
  /** How many changes on the gateway there are. */
  readonly changes: number;
  /** The gateway's file is byte for byte an earlier verified one, and not the newest. */
  readonly isOldFile: boolean;
  /** How often Holdfast corrected this path within the last hour. */
  readonly corrections: number;
  /** Only the panel's `*` differs. */
  readonly isToggle: boolean;
  /** Both values mean the same, in two spellings. */
  readonly isSpelling: boolean;
  /** It is one of many settings that returned to the defaults. */
  readonly isReset: boolean;
  /** The value is that of an earlier verified reading, and not of the newest. */
  readonly isEarlierValue: boolean;
}

/** Once can be a coincidence. */
const CORRECTIONS = 2;
/** A single setting that someone sets back also leaves the bytes of an old file. */
const CHANGES = 2;

/** The strongest evidence first. */
export function causeOf(evidence: Evidence): Cause | undefined {
  if (evidence.isOldFile && evidence.changes >= CHANGES) return 'old-file';
  if (evidence.corrections >= CORRECTIONS) return 'second-writer';
  if (evidence.isToggle) return 'panel-toggle';
  if (evidence.isSpelling) return 'normalisation';
  if (evidence.isReset) return 'installer-reset';
  return evidence.isEarlierValue ? 'earlier-value' : undefined;
}
