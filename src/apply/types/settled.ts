// What memory and file contained at the end of a settle window. Types only.
import type { Tree } from '../../lib/value.ts';
import type { DeepLive } from '../run/read.ts';

export interface Settled {
  readonly live: DeepLive;
  readonly content: Tree;
  readonly standing: Standing;
}

/** How a reading compares with what a write should have led to. */
export type Standing = 'as-predicted' | 'file-only' | 'memory-only' | 'neither';
