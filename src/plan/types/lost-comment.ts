// Comments that a write loses. Types only.

export interface LostComment {
  readonly text: string;
  /** In the file as it is now, 1-based. */
  readonly line: number;
}
