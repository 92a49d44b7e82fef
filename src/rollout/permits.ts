// Whether a target may get a revision now. Pure.
import type { Rollout } from '../domain/state/rollout.ts';

export interface Asked {
  readonly target: string;
  /** Digest of the declared revision. */
  readonly digest: string;
  /** Digest of the revision that was applied last; undefined: none. */
  readonly inForce: string | undefined;
}

/** What is in effect stays in effect; anything else needs its turn. */
export function permits(rollout: Rollout | undefined, { target, digest, inForce }: Asked): boolean {
  if (digest === inForce) return true;
  const found = rollout?.targets[target];
  if (!rollout || found?.to !== digest) return false;
  if (found.phase === 'done') return rollout.phase !== 'undoing' && rollout.phase !== 'undone';
  return found.phase === 'working' && (rollout.phase === 'running' || rollout.phase === 'done');
}

/** Whether the record doesn't know what the files declare now. */
export function isUnknown(rollout: Rollout | undefined, { target, digest }: Asked): boolean {
  return rollout?.targets[target]?.to !== digest;
}
