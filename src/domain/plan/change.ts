// One difference at one path, without secrets.
import type { Position } from '../problem/problem.ts';
import type { Redacted } from '../redacted.ts';

export type ChangeKind = 'add' | 'update' | 'remove' | 'rename' | 'move';

/**
 * Which side moved since the last apply: `git` the files, `drift` the gateway, `both`, or `first` when this path was
 * never applied by us.
 */
export type Origin = 'git' | 'drift' | 'both' | 'first';

/** Something the reader must know follows from a change, in the domain's words. */
export interface Consequence {
  readonly severity: 'note' | 'warning' | 'danger';
  readonly text: string;
}

/** What was there: of a rename the old name, of a move the old position. */
export const formerOf = ({ before, from }: Pick<Change, 'before' | 'from'>): Redacted | undefined =>
  before ?? from;

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
  /** Who probably made a drift: `panel-toggle`, `hash-write-back`, `normalisation`, `installer-reset`. */
  readonly attribution?: string;
  /** `apply`: the plan makes it. `report`: pure drift that the mode leaves alone. `held`: quarantined or contested. */
  readonly disposition: 'apply' | 'report' | 'held';
  readonly consequences: readonly Consequence[];
  /** Takes effect only after the gateway restarts. */
  readonly restart?: boolean;
}
