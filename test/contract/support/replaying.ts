// One test for every recorded case of a directory. The directories are test files of their own, so that workers share
// the load.
import { describe, expect, test } from '@jest/globals';
import { casesIn } from './recorded.ts';
import { replayOnSandbox } from './on-sandbox.ts';

export function replaysCasesOf(name: string, directory: string, api: 'v7' | 'v8' = 'v7'): void {
  describe(`the sandbox behaves as recorded in ${name}`, () => {
    test.each(casesIn(directory).map((recorded) => [recorded.id, recorded.title, recorded] as const))(
      '%s: %s',
      async (_id, _title, recorded) => {
        expect(await replayOnSandbox(recorded, api)).toEqual([]);
      },
      120_000,
    );
  });
}
