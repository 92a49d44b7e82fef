// New files reach one replica before another. A replica that is behind must not undo what another one has applied: if the
// gateway has a revision that this replica never had, it waits for its own files first.
import type { Clock } from '../../domain/clock.ts';
import { fail } from '../../domain/problem/problem.ts';

export interface RevisionOrder {
  /**
   * Called under the lock of the target, with the digests of the files of this replica and of what was applied last.
   * Throws HF6032 if this replica should wait for newer files.
   */
  confirm(target: string, own: string, applied: string | undefined): void;
}

/** ms. A changed ConfigMap reaches all pods within two minutes, a commit within one interval of the git source. */
const CATCH_UP_MS = 3 * 60_000;

export function createRevisionOrder(clock: Pick<Clock, 'now'>): RevisionOrder {
  /** The revisions that this replica has had, by target. */
  const known = new Map<string, Set<string>>();
  const noticed = new Map<string, { readonly applied: string; readonly at: number }>();
  return {
    confirm(target, own, applied) {
      const had = known.get(target);
      // A replica that starts has the newest files, whatever was applied before.
      known.set(target, (had ?? new Set([applied ?? own])).add(own));
      if (applied === undefined || known.get(target)?.has(applied)) return void noticed.delete(target);
      const before = noticed.get(target);
      const at = before?.applied === applied ? before.at : clock.now();
      noticed.set(target, { applied, at });
      // It came from elsewhere, for example from a person with other files: the files decide.
      if (clock.now() - at >= CATCH_UP_MS) return;
      throw fail(
        'HF6032',
        `revision ${applied.slice(0, 12)} was applied elsewhere, and this replica has ${own.slice(0, 12)}`,
        { target },
      );
    },
  };
}
