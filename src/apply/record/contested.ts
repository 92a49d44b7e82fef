// Decides when to correct drift again, and when to stop because others keep changing it back (design §11). Pure: the
// daemon and reconcile pass in the record and the time.
import type { TargetState } from '../../state/store.ts';

export type DriftRecord = NonNullable<TargetState['drift']>;

/** What to do about each path that drifted. */
export interface Healing {
  readonly heal: readonly string[];
  /** Corrected too recently; `until` is ms since the epoch. */
  readonly wait: readonly { readonly path: string; readonly until: number }[];
  /** No longer corrected: this is the fourth drift within an hour. */
  readonly contested: readonly string[];
  /** The paths of `contested` that weren't reported yet. */
  readonly newlyContested: readonly string[];
}

const MINUTE = 60_000;
/** Corrections older than this no longer count. */
const STABLE_AFTER = 60 * MINUTE;
/** How long Holdfast waits after the first, second and third correction of a path. */
const REST = [0, MINUTE, 5 * MINUTE, 15 * MINUTE] as const;
/** After this number of corrections within the hour, the next drift is contested. */
const PATIENCE = 4;

export const NO_DRIFT: DriftRecord = { corrected: {}, contested: [] };

/** Judges the paths that drifted now; `record` contains the earlier corrections. */
export function judgeDrift(record: DriftRecord, drifted: readonly string[], now: number): Healing {
  const contested = drifted.filter((path) => isContested(record, path, now));
  const candidates = drifted.filter((path) => !contested.includes(path));
  const wait = candidates
    .map((path) => ({ path, until: restsUntil(recent(record, path, now)) }))
    .filter(({ until }) => until > now);
  return {
    heal: candidates.filter((path) => !wait.some((resting) => resting.path === path)),
    wait,
    contested,
    newlyContested: contested.filter((path) => !record.contested.includes(path)),
  };
}

/** The record after these paths were corrected at `now`. It drops paths without recent corrections. */
export function afterHealing(record: DriftRecord, healed: readonly string[], now: number): DriftRecord {
  const paths = new Set([...Object.keys(record.corrected), ...healed]);
  const corrected = [...paths].map(
    (path) => [path, [...recent(record, path, now), ...(healed.includes(path) ? [now] : [])]] as const,
  );
  return {
    corrected: Object.fromEntries(corrected.filter(([, times]) => times.length > 0)),
    contested: record.contested,
  };
}

/** The record after a check of the target. It drops contested paths that no longer differ. */
export function afterCheck(record: DriftRecord, contested: readonly string[], now: number): DriftRecord {
  return { ...afterHealing(record, [], now), contested: [...contested] };
}

/** How often a path was corrected within the hour. */
export const correctionsOf = (record: DriftRecord, path: string, now: number): number =>
  recent(record, path, now).length;

function isContested(record: DriftRecord, path: string, now: number): boolean {
  return record.contested.includes(path) || recent(record, path, now).length >= PATIENCE;
}

function recent(record: DriftRecord, path: string, now: number): readonly number[] {
  return (record.corrected[path] ?? []).filter((at) => at > now - STABLE_AFTER);
}

function restsUntil(times: readonly number[]): number {
  const last = times.at(-1);
  return last === undefined ? 0 : last + (REST[times.length] ?? REST[REST.length - 1] ?? 0);
}
