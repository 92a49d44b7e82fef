// Rolling back an apply on request: which backup that is, and how the apply stays undone.
import type { RestoreRequest } from '../../apply/run/context.ts';
import type { Outcome } from '../../domain/outcome/outcome.ts';
import { fail } from '../../domain/problem/problem.ts';
import type { BeforeApply, Quarantine } from '../../domain/state/state.ts';
import type { StatePatch, Store } from '../../state/store.ts';

export interface LastApply {
  /** Taken before it. */
  readonly backup: string;
  /** Digest of the revision that was applied then. */
  readonly revision: string;
  /** What was recorded before it; absent if that was rolled back already, or isn't known. */
  readonly before?: BeforeApply;
}

/** The last apply of a target. Rejects with HF5040. */
export async function lastApply(store: Store, target: string): Promise<LastApply> {
  const applied = (await store.history(target)).find(({ outcome }) => outcome === 'applied');
  if (applied?.backup === undefined)
    throw fail('HF5040', `nothing has been applied to ${target} yet, so there is nothing to roll back`, {
      target,
    });
  return withBefore(store, target, { backup: applied.backup, revision: applied.revision?.digest ?? '' });
}

/** An apply with what was recorded before it, if that is still known. */
export async function withBefore(
  store: Store,
  target: string,
  apply: Pick<LastApply, 'backup' | 'revision'>,
): Promise<LastApply> {
  const { beforeApply } = await store.read(target);
  return { ...apply, ...(beforeApply?.backup === apply.backup && { before: beforeApply }) };
}

/** Whether the gateway is as it was before the apply. */
export const isUndone = ({ kind }: Outcome): boolean => kind === 'restored' || kind === 'in-sync';

/** The restore of the backup of an apply, after which that apply stays undone. `held`: the revision that waits then. */
export function undoRequest(
  { backup, before }: LastApply,
  { by, held }: { readonly by: string | undefined; readonly held: string },
): Pick<RestoreRequest, 'backup' | 'remembers'> {
  return { backup: { id: backup }, remembers: (at) => rolledBack({ revision: held, before }, at, by) };
}

/** What the record of a target becomes: as before the apply, and `revision` waits for other files or a retry. */
function rolledBack(
  { revision, before }: { readonly revision: string; readonly before: BeforeApply | undefined },
  since: number,
  by = 'somebody',
): StatePatch {
  const quarantine: Quarantine = { revision, since, reason: `${by} rolled it back`, by };
  if (!before) return { quarantine };
  const { lastApplied, released } = before;
  return { quarantine, lastApplied, released, beforeApply: undefined };
}
