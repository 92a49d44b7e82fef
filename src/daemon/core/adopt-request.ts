// What `actions/adopt` asks for, and what comes of it. Types only.
import type { Path } from '../../domain/path.ts';
import type { Problem } from '../../domain/problem/problem.ts';

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
  /** Absent: the settings name no forge, or it refused. */
  readonly pullRequest?: { readonly number: number; readonly link: string };
  /** Warnings: why there is no pull request. */
  readonly problems?: readonly Problem[];
}
