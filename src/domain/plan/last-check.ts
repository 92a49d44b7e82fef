// What is remembered of the last check of a target.
import type { Plan } from './plan.ts';

/** Which side the differences of a check come from: revisions that weren't applied, or edits on the gateway. */
export interface Causes {
  readonly files: number;
  readonly gateway: number;
}

/** The last check of one depth. */
export interface LastCheck {
  readonly at: number;
  readonly inSync: boolean;
  /** Digest of the files that the gateway was compared with. Absent: those of the last apply, or an earlier version. */
  readonly revision?: string;
  /** Absent: nothing differed, or nobody could tell. */
  readonly causes?: Causes;
}

export function lastCheckOf(plan: Plan, inSync: boolean, at: number): LastCheck {
  const { revision, changes } = plan;
  return { at, inSync, revision: revision.digest, ...(changes.length > 0 && { causes: causesOf(plan) }) };
}

/** What changed on both sides counts as an edit of the gateway: it would be lost. */
export function causesOf({ changes }: Pick<Plan, 'changes'>): Causes {
  const gateway = changes.filter(({ origin }) => origin === 'drift' || origin === 'both').length;
  return { files: changes.length - gateway, gateway };
}
