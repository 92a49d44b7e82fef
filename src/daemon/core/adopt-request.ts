// What `actions/adopt` asks for, and what comes of it. Types only.
import type { Path } from '../../domain/path.ts';

export interface AdoptRequest {
  /** As a plan shows them; empty: everything that the gateway changed. */
  readonly paths: readonly Path[];
  readonly keep?: 'theirs' | 'ours' | undefined;
  /** New; absent: Holdfast's own branch of the target, which is replaced. */
  readonly branch?: string | undefined;
}

export interface AdoptResult {
  readonly target: string;
  readonly adopted: readonly string[];
  /** What still differs. */
  readonly left: readonly string[];
  /** Absent where there was nothing to adopt. */
  readonly branch?: string;
  readonly commit?: string;
}
