import { afterEach, expect, test } from '@jest/globals';
import { createClient } from '../../src/gateway/client/http-client.ts';
import { DESIRED, setup, teardown } from './setup.ts';

afterEach(teardown);

test('a lock that is lost after a write leaves the rest to the next holder, and calls for nobody', async () => {
  const at = await setup({ mode: 'apply', desired: DESIRED.replace('request-retry: 1', 'request-retry: 4') });
  let remaining = Infinity;
  const outcome = await at.reconcile(
    {},
    {
      checkpoint: (point) => {
        if (point === 'sent') remaining = 0;
      },
      connect: () =>
        createClient(at.context.target, { clock: at.clock, lease: { remainingMs: () => remaining } }),
    },
  );
  expect(outcome).toMatchObject({ kind: 'failed', unfinished: true });
  expect(outcome.problems.map(({ code }) => code)).toContain('HF6002');
  expect((await at.store.journal('home'))?.sent).toBe(1);
  // The next one resolves what was left open.
  await at.reconcile();
  expect(await at.store.journal('home')).toBeUndefined();
});
