import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Count, type Counters, judgeWait, QUIET } from '../../../src/adopt/rotation/wait.ts';
import type { Sighting } from '../../../src/domain/state/rotation.ts';

const MINUTE = 60_000;
const count = (succeeded: number, failed = 0, recent = 0): Count => ({ succeeded, failed, recent });
const counters = (old: Count, fresh: Count | undefined, all = 100): Counters => ({ old, new: fresh, all });

/** What is decided, look by look; times in minutes. */
function looks(...all: readonly (readonly [minutes: number, Counters])[]): string[] {
  let seen: Sighting | undefined;
  return all.map(([minutes, found]) => {
    const judged = judgeWait({ since: 0, ...(seen && { seen }) }, found, minutes * MINUTE);
    ({ seen } = judged);
    const { wait } = judged;
    return wait.kind === 'waiting' || wait.kind === 'ready' ? `${wait.kind} ${wait.why}` : wait.kind;
  });
}

describe('the old value of a rotation', () => {
  test('goes after half an hour without a request', () => {
    expect(
      looks(
        [0, counters(count(7), count(0))],
        [29, counters(count(7), count(9))],
        [30, counters(count(7), count(9))],
      ),
    ).toEqual(['waiting used', 'waiting used', 'ready unused']);
  });

  test('stays while it is used, whatever the outcome of its requests', () => {
    expect(
      looks(
        [0, counters(count(7), count(1))],
        [29, counters(count(7, 1), count(9))],
        [58, counters(count(7, 1), count(9))],
        [59, counters(count(7, 1), count(9))],
      ),
    ).toEqual(['waiting used', 'waiting used', 'waiting used', 'ready unused']);
  });

  test('stays while the newest slots have requests, although the counter looks the same', () => {
    expect(looks([0, counters(count(7), count(1))], [40, counters(count(7, 0, 2), count(1))])).toEqual([
      'waiting used',
      'waiting used',
    ]);
  });

  test.each([
    ['its own', counters(count(2), count(9))],
    ['that of the new one', counters(count(7), count(3))],
    ['that of others', counters(count(7), count(9), 99)],
  ])('stays for another half hour when %s counter starts again', (_, after) => {
    const before = counters(count(7), count(9), 100);
    expect(looks([0, before], [29, after], [31, after], [59, after])).toEqual([
      'waiting used',
      'waiting restarted',
      'waiting used',
      'ready unused',
    ]);
  });

  test('stays while the new one only fails, and while the gateway does not list it', () => {
    expect(looks([0, counters(count(7), count(0, 3))], [60, counters(count(7), undefined)])).toEqual([
      'failing',
      'waiting unlisted',
    ]);
  });

  test('goes when its time is over, counted or not', () => {
    const rotation = { since: 0, grace: 5 * MINUTE };
    expect(judgeWait(rotation, undefined, 4 * MINUTE).wait).toEqual({
      kind: 'waiting',
      until: 5 * MINUTE,
      why: 'grace',
    });
    expect(judgeWait(rotation, undefined, 5 * MINUTE).wait).toEqual({ kind: 'ready', why: 'grace' });
    const failing = counters(count(7), count(0, 1));
    expect(judgeWait(rotation, failing, 9 * MINUTE).wait.kind).toBe('failing');
  });

  test('never goes within half an hour of a request that a look could see', () => {
    const step = fc.record({
      minutes: fc.integer({ min: 1, max: 25 }),
      old: fc.integer({ min: 0, max: 2 }),
      fresh: fc.integer({ min: 0, max: 2 }),
      restart: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        let [now, lastUse] = [0, 0];
        let seen: Sighting | undefined;
        let [old, fresh] = [0, 1];
        for (const { minutes, old: more, fresh: also, restart } of steps) {
          now += minutes * MINUTE;
          if (restart) [old, fresh] = [0, 0];
          old += more;
          fresh += also;
          if (more > 0) lastUse = now;
          const recent = now - lastUse < QUIET && lastUse > 0 ? 1 : 0;
          const judged = judgeWait(
            { since: 0, ...(seen && { seen }) },
            counters(count(old, 0, recent), count(fresh), old + fresh),
            now,
          );
          ({ seen } = judged);
          if (judged.wait.kind === 'ready') expect(now - lastUse).toBeGreaterThanOrEqual(QUIET);
        }
      }),
    );
  });
});
