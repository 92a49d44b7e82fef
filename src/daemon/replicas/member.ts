// A daemon that is one of several replicas: its queue is shared, and what it finds is shown by all of them.
import type { Clock } from '../../domain/clock.ts';
import type { Trigger } from '../../domain/state/check-record.ts';
import type { Event, Step } from '../../domain/outcome/event.ts';
import type { Outcome } from '../../domain/outcome/outcome.ts';
import type { ReplicaHandlers, Replicas, SharedStatus } from '../../state/replicas.ts';
import type { Reporter } from '../core/reporter.ts';
import { type KnownStatus, statusAfter, type StatusCache } from '../core/status-cache.ts';
import { createReplicaQueue, type ReplicaQueue, type ReplicaQueueOptions } from './replica-queue.ts';

export interface MemberOptions extends Omit<ReplicaQueueOptions, 'replicas'> {
  readonly replicas: Replicas;
  readonly board: StatusCache;
  readonly reporter: () => Reporter;
  /** Another replica checked the target. */
  readonly checkedElsewhere: (target: string) => void;
  /** When this replica checks the target again by itself. */
  readonly retryAt: (target: string) => number | undefined;
  /** There are reports for the notifications. */
  readonly reported: () => void;
}

export interface Member {
  readonly queue: ReplicaQueue;
  /** Hears the work of this replica. */
  readonly reporter: Pick<Reporter, 'event'>;
  begin(): Promise<void>;
  /** Records what this replica found. Never rejects. */
  record(outcome: Outcome, trigger?: Trigger): Promise<void>;
  /** Resolves when this replica does nothing any more. */
  end(): Promise<void>;
}

export function createMember(options: MemberOptions): Member {
  const { replicas, board, reporter, retryAt, failed } = options;
  const queue = createReplicaQueue(options);
  const shown = numbers(board);
  return {
    queue,
    reporter: { event: progressTo(replicas, options.clock) },
    begin: () => replicas.begin(handlersOf(options, queue, shown)),
    async record(outcome, trigger) {
      const next = (before: unknown): KnownStatus => {
        const retry = retryAt(outcome.target);
        return {
          ...statusAfter(statusIn(before), outcome),
          ...(retry !== undefined && { retryAt: retry }),
        };
      };
      try {
        const { n, status } = await replicas.record(outcome.target, trigger, next);
        shown.put(outcome.target, n, statusIn(status));
      } catch (error) {
        failed(error, outcome.target);
      }
    },
    async end() {
      try {
        await replicas.end();
        await queue.idle();
        await replicas[Symbol.asyncDispose]();
      } catch (error) {
        reporter().failed(error);
      }
    },
  };
}

interface Shown {
  /** Shows it, unless something newer is shown. */
  put(target: string, n: number, status: KnownStatus): boolean;
}

function numbers(board: StatusCache): Shown {
  const newest = new Map<string, number>();
  return {
    put(target, n, status) {
      if (n <= (newest.get(target) ?? 0)) return false;
      newest.set(target, n);
      board.put(target, status);
      return true;
    },
  };
}

function handlersOf(
  { board, reporter, knows, checkedElsewhere, reported }: MemberOptions,
  queue: ReplicaQueue,
  shown: Shown,
): ReplicaHandlers {
  /** Targets that another replica works on, by its ID. */
  const elsewhere = new Map<string, string>();
  const rest = (target: string): void => {
    if (elsewhere.delete(target)) board.step(target, undefined);
  };
  return {
    check: (target, triggers) => queue.check(target, triggers),
    recorded({ target, n, status, trigger }: SharedStatus) {
      rest(target);
      const known = statusIn(status);
      if (!shown.put(target, n, known) || !knows(target)) return;
      const { outcome } = known;
      if (trigger && outcome) {
        checkedElsewhere(target);
        reporter().elsewhere?.(target, { outcome, trigger });
      } else reporter().elsewhere?.(target);
    },
    progress({ target, step, by }) {
      if (step === undefined) rest(target);
      else {
        elsewhere.set(target, by);
        board.step(target, step as Step); // a newer version's step is shown as it is
      }
      if (knows(target)) reporter().elsewhere?.(target);
    },
    gone(id) {
      for (const [target, by] of elsewhere) if (by === id) rest(target);
    },
    reported,
    reachable(error) {
      if (error === undefined) reporter().note('info', 'the database with the state can be used again');
      else reporter().failed(error);
      reporter().database?.(error);
    },
  };
}

/** Ones of another version that have no such form count as nothing. */
function statusIn(value: unknown): KnownStatus {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

/** Most work takes a fraction of a second, and nobody sees its steps. */
const LONG_MS = 1000;

/** Tells the others about work that takes long, at most once a second for each target. */
function progressTo({ tell }: Pick<Replicas, 'tell'>, clock: Clock): (event: Event) => void {
  const work = new Map<string, { told: number; isTold: boolean }>();
  return (event) => {
    const { kind, target } = event;
    if (kind === 'finished') {
      if (work.get(target)?.isTold) tell(target, undefined);
      work.delete(target);
    }
    if (kind !== 'step') return;
    const known = work.get(target) ?? { told: clock.now(), isTold: false };
    work.set(target, known);
    if (clock.now() - known.told < LONG_MS) return;
    tell(target, event.step);
    Object.assign(known, { told: clock.now(), isTold: true });
  };
}
