// A rotation in progress: one key of one target is being replaced. No values: keyed hashes and references.

export interface Rotation {
  /** As the person named the key. */
  readonly path: string;
  readonly kind: RotationKind;
  /**
   * `adding`: the new value goes beside the old one. `waiting`: both are proved; the old one may still be in use.
   * `removing`: the old value goes.
   */
  readonly phase: 'adding' | 'waiting' | 'removing';
  /** ms since the epoch. */
  readonly startedAt: number;
  /** The list with both, or the value itself, in the layout of the files. */
  readonly place: string;
  /** `Store.hash` of the identity of the entry, with either value. */
  readonly old: string;
  readonly new: string;
  /** What stands for the new value. */
  readonly reference: string;
  /** Holdfast made the new value. */
  readonly generated?: true;
  /** The entry with the old value was ranked lower, so that the gateway prefers the new one. */
  readonly demoted?: true;
  /** ms for which both stay at least, whatever the gateway counts. */
  readonly grace?: number;
  /** When both were proved, ms since the epoch. */
  readonly since?: number;
  readonly seen?: Sighting;
}

export type RotationKind = 'client-key' | 'provider-key' | 'management-secret';

/** The counters of the gateway at the last look. */
export interface Sighting {
  /** ms since the epoch. */
  readonly at: number;
  /** Since when the old value wasn't used, as far as the looks show. */
  readonly unusedSince: number;
  /** Requests since the gateway started. */
  readonly old: number;
  readonly new: number;
  readonly all: number;
}
