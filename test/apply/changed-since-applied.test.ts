import { afterEach, expect, test } from '@jest/globals';
import { changedSinceApplied } from '../../src/apply/changed-since-applied.ts';
import { setup, teardown } from './setup.ts';

afterEach(teardown);

test('what the gateway changed since the last apply is found and recorded, nothing before there was one', async () => {
  const fixture = await setup();
  const found = async (): Promise<unknown> => {
    const paths = await changedSinceApplied(fixture.context);
    return [paths, (await fixture.store.read('home')).lastDeepCheck?.inSync];
  };
  expect(await found()).toEqual([[], undefined]);
  await fixture.reconcile();
  expect(await found()).toEqual([[], true]);
  await fixture.panel('PATCH', 'request-retry', { value: 7 });
  expect(await found()).toEqual([['request-retry'], false]);
});
