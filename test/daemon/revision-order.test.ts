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
