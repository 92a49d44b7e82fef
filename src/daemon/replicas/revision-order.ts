// New files reach one replica before another. A replica that is behind must not undo what another one has applied, nor
// replace the rollout that it began: if there is a revision that this replica never had, or one that came after its own,
// it waits for its own files first.
import type { Clock } from '../../domain/clock.ts';
import { fail } from '../../domain/problem/problem.ts';
import type { Rollout } from '../../domain/state/rollout.ts';
import type { Fleet } from '../../rollout/begin.ts';

export interface RevisionOrder {
  /**
   * Called under the lock of the target, with the digests of the files of this replica and of what was applied last.
   * Throws HF6032 if this replica should wait for newer files.
   */
  confirm(target: string, own: string, applied: string | undefined): void;
  /** Whether this replica should wait for newer files before it replaces the rollout. `declared` by its own files. */
  isBehind(rollout: Pick<Rollout, 'targets'>, declared: Fleet['declared']): boolean;
}

/** ms. A changed ConfigMap reaches all pods within two minutes, a commit within one interval of the git source. */
const CATCH_UP_MS = 3 * 60_000;

/** `isCurrent`: whether the files of this replica are those that their source has now, as far as it knows. */
export function createRevisionOrder(
  clock: Pick<Clock, 'now'>,
  isCurrent: () => boolean = () => true,
): RevisionOrder {
  const [applied, begun] = [createOrder(clock, isCurrent), createOrder(clock, isCurrent)];
  return {
    confirm(target, own, other) {
      if (!applied.isBehind(target, own, other)) return;
      throw fail(
        'HF6032',
        `revision ${other?.slice(0, 12)} was applied elsewhere, and this replica has ${own.slice(0, 12)}`,
        { target },
      );
    },
    isBehind({ targets }, declared) {
      const behind = Object.entries(declared).filter(
        ([name, { to }]) => to !== undefined && begun.isBehind(name, to, targets[name]?.to),
      );
      return behind.length > 0;
    },
  };
}

/** What this replica has seen of one target. */
interface Seen {
  readonly own: string;
  /** All revisions that it has had itself. */
  readonly had: ReadonlySet<string>;
  /** Its own revision was there before: another one came after it, as a commit that reverts does. */
  readonly wasThere: boolean;
}

function createOrder(clock: Pick<Clock, 'now'>, isCurrent: () => boolean) {
  const seen = new Map<string, Seen>();
  const noticed = new Map<string, { readonly other: string; readonly at: number }>();
  return {
    /**
     * `other`: the revision that is there now. False after CATCH_UP_MS: it came from elsewhere, and the files decide,
     * unless they are known to be old.
     */
    isBehind(target: string, own: string, other: string | undefined): boolean {
      const before = seen.get(target);
      // A replica that starts has the newest files, whatever was there before.
      const had = before?.had ?? new Set(isCurrent() ? [other ?? own] : []);
      const wasThere = other === own || (before?.own === own && before.wasThere);
      seen.set(target, { own, had: new Set([...had, own]), wasThere });
      if (other === undefined || other === own || (had.has(other) && !wasThere)) {
        noticed.delete(target);
        return false;
      }
      const first = noticed.get(target);
      const at = first?.other === other ? first.at : clock.now();
      noticed.set(target, { other, at });
      return !isCurrent() || clock.now() - at < CATCH_UP_MS;
    },
  };
}
