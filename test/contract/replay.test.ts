import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { casesIn } from './support/recorded.ts';
import { replay } from './support/replay.ts';

const HERE = import.meta.dirname;

describe.each([
  ['the contract of the v0 API', join(HERE, 'v0/cases')],
  ['recordings of our own', join(HERE, 'own')],
])('the sandbox behaves as recorded in %s', (_name, directory) => {
  test.each(casesIn(directory).map((recorded) => [recorded.id, recorded.title, recorded] as const))(
    '%s: %s',
    async (_id, _title, recorded) => {
      expect(await replay(recorded)).toEqual([]);
    },
    30_000,
  );
});
