import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { Adopted } from '../../src/adopt/adopt.ts';
import { parseDocument } from '../../src/gateway/model/document.ts';
import { load } from '../../src/gateway/model/load.ts';
import { isFailure } from '../../src/gateway/model/model.ts';
import type { FileDocument } from '../../src/nouns/file.ts';
import { HoldfastError } from '../../src/nouns/problem.ts';
import { configTexts } from '../model/configs.ts';
import { catalog } from '../plan/builders.ts';
import { changesOf, pulled, variablesOf } from './pulled.ts';

const HEAD = `port: 8317
api-keys:
  - sk-test-client-0001 # laptop, was sk-test-client-0000000
  - sk-test-client-0002
`;

function isLoaded(text: string): boolean {
  const document = parseDocument(text);
  return !isFailure(document) && load(document as FileDocument, catalog).ok;
}

/** A file of comments and of keys that stay with the gateway declares nothing. */
async function pulledIfAny(text: string): Promise<Adopted | undefined> {
  try {
    return await pulled(text);
  } catch (error) {
    if (error instanceof HoldfastError && error.problems.every(({ code }) => code === 'HF2072'))
      return undefined;
    throw error;
  }
}

describe('a pulled desired state', () => {
  const RUNS = { numRuns: Number(process.env['ADOPT_RUNS'] ?? 40) };

  test('changes nothing, whatever the gateway file looks like', async () => {
    await fc.assert(
      fc.asyncProperty(configTexts('port: 8317\n'), async (text) => {
        fc.pre(isLoaded(text));
        const adopted = await pulledIfAny(text);
        if (adopted) expect(await changesOf(text, adopted)).toEqual([]);
      }),
      RUNS,
    );
  });

  test('holds no secret, and every secret has one variable', async () => {
    await fc.assert(
      fc.asyncProperty(configTexts('port: 8317\n'), async (random) => {
        const text = random.replace(/^port: 8317\n/, HEAD);
        fc.pre(isLoaded(text));
        const adopted = await pulled(text);
        const secrets = Object.values(variablesOf(adopted));
        expect(new Set(secrets).size).toBe(secrets.length);
        expect(secrets).toContain('sk-test-client-0001');
        for (const secret of secrets.filter((each) => each.trim().length >= 12))
          expect(adopted.text).not.toContain(secret.trim());
      }),
      RUNS,
    );
  });
});
