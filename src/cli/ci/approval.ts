// A plan that was approved before this run: exactly it is applied, or nothing.
import type { Digest } from '../../domain/plan/plan.ts';
import type { Confirm } from '../io/confirm.ts';

export interface Approved {
  /** The one target that it is for; absent: each target has a plan of its own. */
  readonly target?: string;
  /** The commit that the plan was compared with; absent: it has none, or isn't known. */
  readonly base?: string;
  /** Rejects with HF8011 where nothing was approved for this target. */
  readonly digestOf: (target: string, settings: string | undefined) => Promise<Digest>;
}

/** What goes on around an apply. */
export interface Around {
  /** Asks a person before the first write; absent where nobody is to be asked. */
  readonly confirm: Confirm | undefined;
  /** Is told which targets are worked on, before the first. */
  readonly begun: (targets: readonly string[]) => Promise<void>;
}

/** By target; empty where nothing needs to be approved. All are known before the first is applied. */
export async function approvedDigests(
  targets: readonly string[],
  approved: Approved | undefined,
  { settings }: { readonly settings?: string },
): Promise<ReadonlyMap<string, Digest>> {
  const digests = new Map<string, Digest>();
  for (const target of targets) if (approved) digests.set(target, await approved.digestOf(target, settings));
  return digests;
}
