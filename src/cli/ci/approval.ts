// A plan that was approved before this run: apply exactly this plan, or nothing.
import type { Digest } from '../../domain/plan/plan.ts';
import type { Confirm } from '../io/confirm.ts';

export interface Approved {
  /** The only target of the approval; absent: each target has its own plan. */
  readonly target?: string;
  /** The commit that the plan was compared with; absent: it has none, or isn't known. */
  readonly base?: string;
  /** What the approved plan is limited to. */
  readonly only?: readonly string[];
  /** Rejects with HF8011 if no plan was approved for this target. */
  readonly digestOf: (target: string, settings: string | undefined) => Promise<Digest>;
}

/** What happens around an apply. */
export interface Around {
  /** Asks a person before the first write; absent if nobody should be asked. */
  readonly confirm: Confirm | undefined;
  /** Called with the targets before work on the first one begins. */
  readonly begun: (targets: readonly string[]) => Promise<void>;
}

/** By target; empty if no approval is required. All are known before the first apply. */
export async function approvedDigests(
  targets: readonly string[],
  approved: Approved | undefined,
  { settings }: { readonly settings?: string },
): Promise<ReadonlyMap<string, Digest>> {
  const digests = new Map<string, Digest>();
  for (const target of targets) if (approved) digests.set(target, await approved.digestOf(target, settings));
  return digests;
}
