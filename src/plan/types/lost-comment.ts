// Comments that a write loses. Types only.

export interface LostComment {
  readonly text: string;
  /** In the current file, 1-based. */
  readonly line: number;
}
