// One look of the daemon at one target: the reconcile of the command line, and where its desired state came from.
import { reconcile } from '../apply/apply.ts';
import type { Context } from '../apply/context.ts';
import type { Clock } from '../nouns/clock.ts';
import type { Outcome } from '../nouns/outcome.ts';
import type { Target } from '../nouns/target.ts';
import { depthOf } from './again.ts';
import type { Trigger } from './line.ts';
import type { Reporter } from './reporter.ts';
import type { Workplace } from './workplace.ts';

export interface Looking {
  readonly clock: Clock;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
}

export interface Seen {
  /** Undefined when the look could not even begin; that was reported. */
  readonly outcome?: Outcome;
  /** Files and directories of the desired state; undefined where it could not be read. */
  readonly sources?: readonly string[];
}

/** Never rejects. */
export async function look(
  place: Workplace,
  target: Target,
  trigger: Trigger,
  { reporter, clock, signal }: Looking,
): Promise<Seen> {
  let sources: readonly string[] | undefined;
  const told = (paths: readonly string[]): void => {
    sources = paths;
  };
  try {
    const { lastDeepCheck } = await place.store.read(target.name);
    const depth = trigger === 'start' ? 'deep' : depthOf(lastDeepCheck?.at, clock.now());
    const context = { ...place.contextOf(target, (event) => reporter.event(event)), signal };
    const outcome = await reconcile(telling(context, told), { depth });
    return { outcome, ...(sources && { sources }) };
  } catch (error) {
    reporter.failed(error, target.name);
    return sources ? { sources } : {};
  }
}

/** The same context, telling which files its desired state came from. */
function telling(context: Context, told: (paths: readonly string[]) => void): Context {
  return {
    ...context,
    loadDesired: async () => {
      const loaded = await context.loadDesired();
      if (loaded.desired) told(loaded.desired.watched);
      return loaded;
    },
  };
}
