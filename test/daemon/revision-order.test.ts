import { expect, test } from '@jest/globals';
import { createRevisionOrder } from '../../src/daemon/replicas/revision-order.ts';

test('a replica that is behind waits for its files, and for a while only', () => {
  let now = 0;
  const order = createRevisionOrder({ now: () => now });
  const confirm = (own: string, applied?: string) => () => order.confirm('home', own, applied);
  // At its start, and for what it has had itself, the files decide.
  expect(confirm('two', 'one')).not.toThrow();
  expect(confirm('two', 'two')).not.toThrow();
  expect(confirm('one', 'two')).not.toThrow();
  expect(confirm('one', 'one')).not.toThrow();
  // Another replica got newer files.
  expect(confirm('one', 'three')).toThrow('HF6032');
  now += 60_000;
  expect(confirm('one', 'three')).toThrow('HF6032');
  expect(confirm('three', 'three')).not.toThrow();
  expect(confirm('four', 'three')).not.toThrow();
  // No newer files come: what was applied came from elsewhere.
  expect(confirm('four', 'five')).toThrow('HF6032');
  now += 179_999;
  expect(confirm('four', 'five')).toThrow('HF6032');
  now += 1;
  expect(confirm('four', 'five')).not.toThrow();
  // A newer one is waited for again.
  expect(confirm('four', 'six')).toThrow('HF6032');
});

test('a replica that is behind a revert waits too', () => {
  let now = 0;
  const order = createRevisionOrder({ now: () => now });
  const confirm = (own: string, applied: string) => () => order.confirm('home', own, applied);
  expect(confirm('one', 'one')).not.toThrow();
  expect(confirm('two', 'one')).not.toThrow();
  expect(confirm('two', 'two')).not.toThrow();
  // Another replica has the commit that reverts.
  expect(confirm('two', 'one')).toThrow('HF6032');
  expect(confirm('one', 'one')).not.toThrow();
  // This one has the next commit first.
  expect(confirm('two', 'one')).not.toThrow();
  expect(confirm('two', 'two')).not.toThrow();
  expect(confirm('two', 'one')).toThrow('HF6032');
  now += 180_000;
  expect(confirm('two', 'one')).not.toThrow();
});

test('a replica that is behind replaces no rollout', () => {
  let now = 0;
  const order = createRevisionOrder({ now: () => now });
  const isBehind = (own: string, to: string): boolean =>
    order.isBehind(
      { targets: { home: { phase: 'working', at: 0, to }, other: { phase: 'done', at: 0, to: 'same' } } },
      { home: { to: own }, other: { to: 'same' }, broken: {} },
    );
  expect(isBehind('one', 'one')).toBe(false);
  expect(isBehind('one', 'two')).toBe(true);
  now += 60_000;
  expect(isBehind('one', 'two')).toBe(true);
  expect(isBehind('two', 'two')).toBe(false);
  expect(isBehind('three', 'two')).toBe(false);
  expect(isBehind('three', 'four')).toBe(true);
  now += 180_000;
  expect(isBehind('three', 'four')).toBe(false);
});

test('a replica whose source does not respond knows that its files can be old', () => {
  let [now, isCurrent] = [0, false];
  const order = createRevisionOrder({ now: () => now }, () => isCurrent);
  const confirm = (own: string, applied: string) => () => order.confirm('home', own, applied);
  expect(confirm('one', 'two')).toThrow('HF6032');
  expect(confirm('one', 'one')).not.toThrow();
  now += 3_600_000;
  expect(confirm('one', 'two')).toThrow('HF6032');
  // The source responds again, and new files need their time.
  isCurrent = true;
  expect(confirm('one', 'two')).toThrow('HF6032');
  now += 180_000;
  expect(confirm('one', 'two')).not.toThrow();
});
