// Turns reports of the daemon into events for pages: the views that changed, several changes at once as one.
import type { Reporter } from '../../core/reporter.ts';
import type { DaemonOperations } from '../../core/daemon-operations.ts';
import type { Outcome, OutcomeKind } from '../../../domain/outcome/outcome.ts';
import type { Trigger } from '../../../domain/state/check-record.ts';
import type { Target } from '../../../domain/target.ts';
import { memo } from '../../../lib/memo.ts';
import { checkRecord } from '../../core/check.ts';
import type { Streams } from './stream.ts';
import { targetView } from './views.ts';

/** Outcomes that create an entry in the history. */
const RECORDED: ReadonlySet<OutcomeKind> = new Set(['applied', 'rolled-back', 'rollback-failed', 'restored']);

export function liveReporter(
  operations: DaemonOperations,
  streams: Streams,
  { now, failed }: { readonly now: () => number; readonly failed: (error: unknown) => void },
): Partial<Reporter> {
  const changed = coalescing(async (target) => {
    if (operations.targets().some(({ name }) => name === target))
      streams.publish({ kind: 'target', target: await targetView(operations, target, now()) });
  }, failed);
  let shown = '';
  /** Whether anyone listens. */
  const tell = (target: string): boolean => {
    if (streams.isAlone()) {
      streams.forget();
      return false;
    }
    const all = namesOf(operations.targets());
    if (all !== shown) streams.publish({ kind: 'settings' });
    shown = all;
    changed(target);
    return true;
  };
  const outcome = (found: Outcome, trigger: Trigger): void => {
    const { target, kind } = found;
    if (!tell(target)) return;
    streams.publish({ kind: 'look', target, look: checkRecord(found, trigger) });
    if (RECORDED.has(kind)) streams.publish({ kind: 'history', target });
  };
  return {
    event(event) {
      if (event.kind === 'notice' || event.kind === 'wait' || !tell(event.target)) return;
      if (event.kind === 'finished') streams.publish({ kind: 'plan', target: event.target });
    },
    outcome,
    elsewhere(target, ended) {
      if (!ended) return void tell(target);
      if (!streams.isAlone()) streams.publish({ kind: 'plan', target });
      outcome(ended.outcome, ended.trigger);
    },
    rollout() {
      if (!streams.isAlone()) streams.publish({ kind: 'rollout' });
    },
  };
}

/** What a list of targets shows of the settings. Once for each list: it is compared at every event. */
const namesOf = memo((targets: readonly Target[]): string =>
  JSON.stringify(targets.map(({ name, mode, url }) => [name, mode, url.href])),
);

/** Runs `work` for a target at most once at a time, and once more if it was requested in the meantime. */
function coalescing(
  work: (target: string) => Promise<void>,
  failed: (error: unknown) => void,
): (target: string) => void {
  const asked = new Map<string, 'once' | 'again'>();
  const run = async (target: string): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve)); // changes in the same tick are one change
    asked.set(target, 'once');
    await work(target).catch(failed);
    const again = asked.get(target) === 'again';
    asked.delete(target);
    if (again) begin(target);
  };
  const begin = (target: string): void => {
    const before = asked.get(target);
    asked.set(target, before === undefined ? 'once' : 'again');
    if (before === undefined) void run(target);
  };
  return begin;
}
