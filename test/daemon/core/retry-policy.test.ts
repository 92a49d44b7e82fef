import { describe, expect, test } from '@jest/globals';
import { depthOf, retryDelay } from '../../../src/daemon/core/retry-policy.ts';
import type { Clock } from '../../../src/domain/clock.ts';
import { createRetries } from '../../../src/daemon/core/retries.ts';
import { problem } from '../../../src/domain/problem/problem.ts';
import { outcomeOf } from '../builders.ts';

const HOUR = 3_600_000;

describe('after which outcome a target is checked again', () => {
  test('unreachable: soon, then later and later, at most every five minutes', () => {
    const outcome = outcomeOf({ kind: 'unreachable' });
    expect([1, 2, 3, 20].map((row) => retryDelay(outcome, row))).toEqual([5000, 10_000, 20_000, 300_000]);
  });

  test('locked by others, or changed in the meantime: soon', () => {
    expect(retryDelay(outcomeOf({ kind: 'locked', holder: 'somebody' }), 0)).toBe(5000);
    expect(retryDelay(outcomeOf({ kind: 'stale', reason: 'changed' }), 0)).toBe(5000);
  });

  test.each(['HF3007', 'HF3009', 'HF3010', 'HF3011', 'HF3013', 'HF3016', 'HF3025'] as const)(
    '%s, which only a person can end: not again by itself',
    (code) => {
      const problems = [problem(code, 'the key was refused')];
      expect(retryDelay(outcomeOf({ kind: 'unreachable' }, problems), 1)).toBeUndefined();
    },
  );

  test.each(['HF3001', 'HF3003', 'HF3014', 'HF3017', 'HF3019', 'HF3024', 'HF3026'] as const)(
    '%s, as of a gateway that restarts: soon',
    (code) => {
      const problems = [problem(code, 'the gateway is away')];
      expect(retryDelay(outcomeOf({ kind: 'unreachable' }, problems), 1)).toBe(5000);
    },
  );

  test("a check that couldn't start, and a bug: like an unreachable gateway", () => {
    expect([1, 2].map((row) => retryDelay('fault', row))).toEqual([5000, 10_000]);
    expect(retryDelay(outcomeOf({ kind: 'failed', reason: 'the disk is full' }), 1)).toBe(5000);
  });

  test('what the schedule and the files will find needs nothing', () => {
    expect(retryDelay(outcomeOf({ kind: 'in-sync', depth: 'deep' }), 0)).toBeUndefined();
    expect(retryDelay(outcomeOf({ kind: 'invalid' }), 0)).toBeUndefined();
  });

  test('a check is deep at first and an hour after the last deep one', () => {
    expect(depthOf(undefined, 0)).toBe('deep');
    expect(depthOf(0, HOUR - 1)).toBe('shallow');
    expect(depthOf(0, HOUR)).toBe('deep');
  });
});

describe('retries', () => {
  function waiting() {
    const waits: { ms: number; wake: () => void }[] = [];
    const stop = new AbortController();
    const looks: string[] = [];
    const clock: Clock = {
      now: () => 0,
      sleep: (ms, signal) =>
        new Promise((wake, reject) => {
          signal?.addEventListener('abort', () => reject(new Error('aborted')));
          waits.push({ ms, wake });
        }),
    };
    const retries = createRetries(clock, stop.signal, (target) => looks.push(target));
    const wake = async (nth: number): Promise<void> => {
      waits[nth]?.wake();
      await Promise.resolve();
      await Promise.resolve();
    };
    return { retries, waits, looks, stop, wake };
  }

  test('count failures in a row, and forget them after a success', () => {
    const { retries, waits } = waiting();
    for (const kind of ['unreachable', 'unreachable', 'in-sync', 'unreachable'] as const)
      retries.after('home', outcomeOf(kind === 'in-sync' ? { kind, depth: 'deep' } : { kind }));
    expect(waits.map(({ ms }) => ms)).toEqual([5000, 10_000, 5000]);
  });

  test('one pending check per target: a later outcome replaces it', async () => {
    const { retries, looks, wake } = waiting();
    retries.after('home', outcomeOf({ kind: 'unreachable' }));
    retries.after('home', outcomeOf({ kind: 'in-sync', depth: 'deep' }));
    await wake(0);
    expect(looks).toEqual([]);
  });

  test('nothing is checked after the end', async () => {
    const { retries, looks, stop, wake } = waiting();
    retries.after('home', outcomeOf({ kind: 'unreachable' }));
    stop.abort();
    await wake(0);
    expect(looks).toEqual([]);
  });
});
