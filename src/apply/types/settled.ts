// What memory and file held at the end of a settle window. Types only.
import type { Tree } from '../../lib/value.ts';
import type { DeepLive } from '../run/read.ts';

export interface Settled {
  readonly live: DeepLive;
  readonly content: Tree;
  readonly standing: Standing;
}

/** What a reading holds against what a write should have led to. */
export type Standing = 'as-predicted' | 'file-only' | 'memory-only' | 'neither';
