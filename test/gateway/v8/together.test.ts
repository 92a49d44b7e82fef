// Values that the gateway takes only together, where JSON requests could say them only one after the other.
import { afterEach, expect, test } from '@jest/globals';
import { teardown } from '../../apply/setup.ts';
import { gatewayOn, told } from './families.ts';

afterEach(teardown);

test('are written by one edited file', async () => {
  const declared = (inFlight: string): string => `credentials: { in-flight: { ${inFlight} } }\n`;
  const fixture = await gatewayOn('');
  await fixture.declare(declared('max-part-count: 60, max-revision-bytes: 15000000'));
  expect(told(await fixture.reconcile())).toMatch(/^\{"kind":"applied"/);
  await fixture.declare(declared('max-revision-bytes: 16000000'));
  expect(await fixture.reconcile({ prune: true })).toMatchObject({
    kind: 'applied',
    plan: { writes: [{ method: 'PUT', path: '/v0/management/config.yaml' }] },
  });
  expect(told(await fixture.check())).toMatch(/^\{"kind":"in-sync"/);
});
