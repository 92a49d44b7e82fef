// One difference at one path, without secrets.
import type { Position } from '../problem/problem.ts';
import type { Redacted } from '../redacted.ts';

export type ChangeKind = 'add' | 'update' | 'remove' | 'rename' | 'move';

/**
 * Which side changed since the last apply: `git` the files, `drift` the gateway, `both`, or `first` if Holdfast
 * never applied this path.
 */
export type Origin = 'git' | 'drift' | 'both' | 'first';

/** A consequence of a change that the reader must know, in the words of the domain. */
export interface Consequence {
  readonly severity: 'note' | 'warning' | 'danger';
  readonly text: string;
}

/** The previous value: for a rename the old name, for a move the old position. */
export const formerOf = ({ before, from }: Pick<Change, 'before' | 'from'>): Redacted | undefined =>
  before ?? from;

/** The attribution of a client key that has expired: the files can't declare it any longer. */
export const EXPIRED = 'expired';

export interface Change {
  /** `c1`, `c2`, … in plan order; writes refer to it. */
  readonly id: string;
  readonly kind: ChangeKind;
  /** In the path grammar; secret identities as `#fingerprint`. */
  readonly path: string;
  readonly before?: Redacted;
  readonly after?: Redacted;
  /** For `rename` the old name of the entry, for `move` the old and new position (0-based). */
  readonly from?: Redacted;
  readonly position?: Position;
  readonly origin: Origin;
  /**
   * What a change on the gateway looks like: a `Cause` of attribution.ts, or `EXPIRED`. Absent: nothing shows it.
   */
  readonly attribution?: string;
  /**
   * `apply`: the plan makes it. `report`: pure drift that the mode doesn't correct. `held`: quarantined or
   * contested.
   */
  readonly disposition: 'apply' | 'report' | 'held';
  /** Held because a bisection found that it fails; absent: because it is contested. */
  readonly quarantined?: true;
  readonly consequences: readonly Consequence[];
  /** Takes effect only after the gateway restarts. */
  readonly restart?: boolean;
}
