// Whether the process does its work: its event loop responds, no check hangs, and the queue moves. Uses a monotonic
// clock; if the system clock jumps, nothing counts as late because of it.
import type { DaemonOperations } from '../core/daemon-operations.ts';
import type { Reporter } from '../core/reporter.ts';
import type { Finding } from './finding.ts';

export interface LivenessOptions {
  readonly operations: Pick<DaemonOperations, 'targets' | 'nextLookAt'>;
  /** ms since the epoch. */
  readonly now: () => number;
  /** ms of a monotonic clock. */
  readonly elapsed: () => number;
}

export interface Liveness {
  readonly reporter: Partial<Reporter>;
  /** Must be called every TICK_MS. */
  tick(): void;
  findings(): readonly Finding[];
}

export const TICK_MS = 5000;
/** Maximum delay of the event loop, in ms. */
const LATE_MS = 10_000;
/** ms without a report from a running check; each of its requests and waits is far shorter. */
const SILENT_MS = 10 * 60_000;
/** How long a check may wait for its turn while nothing else happens, in ms. */
const OVERDUE_MS = 15 * 60_000;
/** A difference of this size between the two clocks is a jump of the system clock. */
const JUMP_MS = 60_000;

export function createLiveness({ operations, now, elapsed }: LivenessOptions): Liveness {
  const loop = createLoop(elapsed);
  /** When each target in progress last reported, and when each should have been checked. */
  const underWay = new Map<string, number>();
  const due = new Map<string, number>();
  let heard = elapsed();
  let apart = now() - elapsed();

  const seen = (target: string | undefined): void => {
    heard = elapsed();
    if (target === undefined) return;
    underWay.delete(target);
    due.delete(target);
  };
  return {
    reporter: {
      event({ kind, target }) {
        heard = elapsed();
        if (kind === 'finished') underWay.delete(target);
        else underWay.set(target, heard);
      },
      outcome: ({ target }) => seen(target),
      failed: (_error, target) => seen(target),
    },
    tick() {
      loop.tick();
      const difference = now() - elapsed();
      if (Math.abs(difference - apart) > JUMP_MS) due.clear();
      apart = difference;
      expect(operations, due, apart);
    },
    findings: () => [
      loop.finding(),
      working([...underWay.values()].map((at) => elapsed() - at)),
      moving(
        [...due.values()].map((at) => elapsed() - at),
        elapsed() - heard,
      ),
    ],
  };
}

/** The earliest due check of each target that wasn't made yet. */
function expect(operations: LivenessOptions['operations'], due: Map<string, number>, apart: number): void {
  const names = new Set(operations.targets().map(({ name }) => name));
  for (const name of due.keys()) if (!names.has(name)) due.delete(name);
  for (const name of names) {
    const at = operations.nextLookAt(name);
    if (at !== undefined) due.set(name, Math.min(at - apart, due.get(name) ?? Infinity));
  }
}

function createLoop(elapsed: () => number): { tick(): void; finding(): Finding } {
  let ticked = elapsed();
  let late = 0;
  return {
    tick() {
      late = elapsed() - ticked - TICK_MS;
      ticked = elapsed();
    },
    finding() {
      const worst = Math.max(0, late, elapsed() - ticked - TICK_MS);
      return { name: 'loop', ok: worst <= LATE_MS, detail: `late by ${Math.round(worst)} ms` };
    },
  };
}

function working(silences: readonly number[]): Finding {
  const hanging = silences.filter((ms) => ms > SILENT_MS).length;
  const detail =
    hanging > 0
      ? `${hanging} of ${silences.length} checks don't progress`
      : `${silences.length} checks in progress`;
  return { name: 'looks', ok: hanging === 0, detail };
}

function moving(lateness: readonly number[], silence: number): Finding {
  const waiting = silence > OVERDUE_MS ? lateness.filter((ms) => ms > OVERDUE_MS).length : 0;
  const detail = waiting > 0 ? `${waiting} targets wait for an overdue check` : 'moves';
  return { name: 'line', ok: waiting === 0, detail };
}
