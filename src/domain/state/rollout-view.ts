// A rollout for people and scripts: its waves with their targets, in order.
import type { Problem } from '../problem/problem.ts';
import type { Rollout, RolloutAction, RolloutTarget, RolloutWave } from './rollout.ts';

export type WaveState = 'done' | 'current' | 'soaking' | 'waiting';

export interface WaveTargetView extends Pick<RolloutTarget, 'phase' | 'at' | 'why' | 'notBefore' | 'backup'> {
  readonly name: string;
  /** Digest of the revision that it gets. */
  readonly revision?: string;
}

export interface WaveView extends Pick<RolloutWave, 'name' | 'passedAt' | 'rates'> {
  readonly state: WaveState;
  readonly soakUntil?: number;
  readonly targets: readonly WaveTargetView[];
}

export interface RolloutView extends Pick<
  Rollout,
  'id' | 'phase' | 'startedAt' | 'at' | 'by' | 'why' | 'commit' | 'supersedes'
> {
  readonly waves: readonly WaveView[];
  /** What can be asked of it now. */
  readonly actions: readonly RolloutAction[];
  readonly problems: readonly Problem[];
}
