// Rolling back the last apply on request: which backup that is, and how the apply stays undone.
import { fail } from '../../domain/problem/problem.ts';
import type { Quarantine } from '../../domain/state/state.ts';
import type { Store } from '../../state/store.ts';

/** The backup taken before the last apply, and the revision that was applied then. Rejects with HF5040. */
export async function beforeLastApply(
  store: Store,
  target: string,
): Promise<{ backup: string; revision: string }> {
  const applied = (await store.history(target)).find(({ outcome }) => outcome === 'applied');
  if (applied?.backup === undefined)
    throw fail('HF5040', `nothing has been applied to ${target} yet, so there is nothing to roll back`, {
      target,
    });
  return { backup: applied.backup, revision: applied.revision?.digest ?? '' };
}

/** Until the files change, or someone retries it. */
export function rolledBack(revision: string, since: number, by = 'somebody'): Quarantine {
  return { revision, since, reason: `${by} rolled it back` };
}
