// Since when the gateway's file has been the same, as far as the readings of this machine can say. A write by others starts
// a reload that ends within one settle window of it. So a file that two readings at least a window apart saw unchanged has no
// reload pending, and it doesn't matter whether one run made both readings or two runs did (design §10.2).
import { MACHINE } from './holder.ts';
import type { Store, TargetState } from './store.ts';

export type SteadyFile = NonNullable<TargetState['steadyFile']>;

/**
 * Two readings further apart than this (ms) don't count together, so that a file that was changed and changed back isn't taken
 * for unchanged. A daemon reads the file at least every hour.
 */
const LONGEST_GAP = 2 * 60 * 60 * 1000;

/** Of the file of the gateway at `url`. */
export interface FileReading {
  readonly url: string;
  /** Of the bytes, hex. */
  readonly sha256: string;
  /** ms since the epoch. */
  readonly at: number;
}

/** What is known after a reading. */
export function steadyAfter(
  { hash }: Pick<Store, 'hash'>,
  known: SteadyFile | undefined,
  { url, sha256, at }: FileReading,
): SteadyFile {
  const file = hash(`${url}\n${sha256}`);
  const continues =
    known?.file === file &&
    known.machine === MACHINE &&
    known.from <= known.to &&
    known.to <= at &&
    at - known.to <= LONGEST_GAP;
  return { file, from: continues ? known.from : at, to: at, machine: MACHINE };
}
