import { expect, test } from '@jest/globals';
import { createExpiries } from '../../../src/daemon/core/expiries.ts';
import type { NamedKey } from '../../../src/domain/named-key.ts';
import type { Target } from '../../../src/domain/target.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

const DAY = 86_400_000;

const expiring = (...times: readonly number[]): readonly Target[] => {
  const named = times.map((expires, i): NamedKey => ({
    kind: 'client',
    name: `key-${i}`,
    key: { fingerprint: `0000000${i}` },
    expires,
    position: { file: 'holdfast.yaml', line: 1, column: 1 },
  }));
  return [{ named } as unknown as Target]; // nothing else of it is read
};

test('a check is asked for at each time at which a key expires, and never for one that has', async () => {
  const clock = virtualClock(0);
  const looks: number[] = [];
  const done = new AbortController();
  createExpiries(clock, done.signal, () => looks.push(clock.now())).follow(
    expiring(-5, 3 * DAY + 7, 40 * DAY, 3 * DAY + 7),
  );
  await clock.sleep(50 * DAY);
  expect(looks).toEqual([3 * DAY + 7, 40 * DAY]);
});

test('after the settings changed, only their times count', async () => {
  const clock = virtualClock(0);
  const looks: number[] = [];
  const done = new AbortController();
  const expiries = createExpiries(clock, done.signal, () => looks.push(clock.now()));
  expiries.follow(expiring(2 * DAY));
  expiries.follow(expiring(5 * DAY));
  await clock.sleep(3 * DAY);
  expect(looks).toEqual([]);
  done.abort();
  await clock.sleep(3 * DAY);
  expect(looks).toEqual([]);
});
