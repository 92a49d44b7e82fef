import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { viewV8 } from '../../src/gateway/v8/view.ts';
import type { Live } from '../../src/domain/live.ts';
import { configTexts } from '../gateway/model/configs.ts';
import { liveOf } from '../plan/builders.ts';
import { changesOn, isLoadedV7, liveV8Of, pulledFrom, pulledIfAny, variablesOf } from './pulled.ts';

interface Generation {
  readonly head: string;
  /** The same, and two client keys. */
  readonly headWithKeys: string;
  readonly texts: fc.Arbitrary<string>;
  readonly isLoaded: (text: string) => boolean;
  readonly live: (text: string) => Live;
}

const KEYS = ['sk-test-client-0001 # laptop, was sk-test-client-0000000', 'sk-test-client-0002'];

const FLAT: Pick<Generation, 'head' | 'headWithKeys' | 'texts'> = {
  head: 'port: 8317\n',
  headWithKeys: `port: 8317\napi-keys:\n${KEYS.map((each) => `  - ${each}\n`).join('')}`,
  texts: configTexts('port: 8317\n'),
};
const HEAD_V8 = 'config-version: 8\n';

const GENERATIONS: readonly (readonly [string, Generation])[] = [
  ['a v7 gateway', { ...FLAT, isLoaded: isLoadedV7, live: (file) => liveOf({ file, desired: {} }) }],
  [
    'a v8 gateway with a file of the flat layout',
    { ...FLAT, isLoaded: (text) => viewV8(text).ok, live: liveV8Of },
  ],
  [
    'a v8 gateway',
    {
      head: HEAD_V8,
      headWithKeys: `${HEAD_V8}access:\n  api-keys:\n${KEYS.map((each) => `    - ${each}\n`).join('')}`,
      texts: configTexts(HEAD_V8, 'v8'),
      isLoaded: (text) => viewV8(text).ok,
      live: liveV8Of,
    },
  ],
];

describe.each(GENERATIONS)(
  'a desired state pulled from %s',
  (_, { head, headWithKeys, texts, ...gateway }) => {
    const RUNS = { numRuns: Number(process.env['ADOPT_RUNS'] ?? 40) };

    test('changes nothing, whatever the gateway file looks like', async () => {
      await fc.assert(
        fc.asyncProperty(texts, async (text) => {
          fc.pre(gateway.isLoaded(text));
          const live = gateway.live(text);
          const adopted = await pulledIfAny(live);
          if (adopted) expect(await changesOn(live, adopted)).toEqual([]);
        }),
        RUNS,
      );
    });

    test('contains no secret, and every secret has one variable', async () => {
      await fc.assert(
        fc.asyncProperty(texts, async (random) => {
          const text = random.replace(new RegExp(`^${head}(?:access:\\n)?`), headWithKeys);
          fc.pre(gateway.isLoaded(text));
          const adopted = await pulledFrom(gateway.live(text));
          const secrets = Object.values(variablesOf(adopted));
          expect(new Set(secrets).size).toBe(secrets.length);
          expect(secrets).toContain('sk-test-client-0001');
          for (const secret of secrets.filter((each) => each.trim().length >= 12))
            expect(adopted.text).not.toContain(secret.trim());
        }),
        RUNS,
      );
    });
  },
);
