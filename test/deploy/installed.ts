// Tests by a tool that a machine may have or not.
import { spawnSync } from 'node:child_process';
import { test } from '@jest/globals';

/** `test` where the program is there, else one that is shown as skipped. */
export function installed(program: string, ...words: string[]): typeof test | typeof test.skip {
  const { error, status } = spawnSync(program, words.length > 0 ? words : ['--help'], { stdio: 'ignore' });
  return error === undefined && status === 0 ? test : test.skip;
}
