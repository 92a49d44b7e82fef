// The judge: hundreds and thousands of keys from a file of lines, ten of which are exchanged.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import type { Tree } from '../../src/lib/value.ts';
import { everything } from './desired.ts';
import { file, inSync, judged, type RealGateway, start, openRealGateway } from './real-gateway.ts';

const CHANGED = 10;

async function keysHeld(): Promise<ReadonlySet<unknown>> {
  const { 'openai-compatibility': providers } = parse(await file()) as {
    'openai-compatibility': { 'api-key-entries': Tree[] }[];
  };
  return new Set(providers.flatMap((each) => each['api-key-entries'].map((one) => one['api-key'])));
}

judged('a reseller', () => {
  describe.each([500, 5000])('with %d keys', (count) => {
    let realGateway: RealGateway;
    const keys = Array.from({ length: count }, (_, i) => `sk-test-upstream-${i}`);
    const rotated = keys.map((key, i) => (i % 40 === 7 && i < 40 * CHANGED ? `${key}-next` : key));
    const lines = (all: readonly string[]): Promise<void> =>
      writeFile(join(realGateway.dir, 'keys.txt'), `${all.join('\n')}\n`);

    beforeAll(async () => {
      await start('# kept by hand\n');
      realGateway = await openRealGateway(
        {
          'api-keys': everything()['api-keys'] ?? [],
          'openai-compatibility': [
            {
              name: 'many',
              'base-url': 'https://many.example/v1',
              'api-key-entries': [{ 'api-key': '${lines:keys.txt}' }],
              models: [{ name: 'many-model', alias: 'many' }],
            },
          ],
        },
        { target: { adopted: true } },
      );
      await lines(keys);
    });
    afterAll(() => realGateway.leave());

    test('all of them are applied', async () => {
      expect(await realGateway.holdfast('apply', '--yes')).toMatchObject({ exit: 0 });
      await inSync(realGateway);
    }, 120_000);

    test('ten are exchanged by one write, and shown as ten', async () => {
      await lines(rotated);
      const { exit, out } = await realGateway.holdfast('apply', '--yes', '--output', 'json');
      expect(exit).toBe(0);
      const [outcome] = (
        JSON.parse(out) as { outcomes: { requests: Record<string, number>; plan: { changes: unknown[] } }[] }
      ).outcomes;
      expect(outcome?.requests).toMatchObject({ write: 1 });
      expect(outcome?.plan.changes.length).toBeLessThanOrEqual(2 * CHANGED);
      await inSync(realGateway);
      expect(await keysHeld()).toEqual(new Set(rotated));
    }, 120_000);
  });
});
