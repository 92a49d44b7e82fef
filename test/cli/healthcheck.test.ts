import { readdir } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { openTerminal } from './terminal.ts';

const beat = (ago: number, ...problems: string[]): string =>
  JSON.stringify({ at: Date.now() - ago, pid: 42, problems });

test('a fresh sign of life that complains of nothing is 0', async () => {
  await using terminal = await openTerminal();
  await terminal.write('.holdfast/beat.json', beat(1000));
  const { exit, out } = await terminal.run('healthcheck');
  expect(exit).toBe(0);
  expect(out).toMatch(/^alive .*process 42/);
  expect(JSON.parse((await terminal.run('healthcheck', '--output', 'json')).out)).toMatchObject({ pid: 42 });
});

const WRONG: readonly (readonly [string, string | undefined, string])[] = [
  ['no heartbeat', undefined, 'HF7070'],
  ['one that is old', beat(100_000), 'HF7070'],
  ['the last one', JSON.stringify({ at: Date.now(), pid: 42, problems: [], ended: true }), 'HF7070'],
  ['one that says what is wrong', beat(1000, "looks: 1 of 1 checks don't progress"), 'HF7071'],
  ["one that can't be read", '{"at":', 'HF6005'],
];

test.each(WRONG)('%s is 1', async (_, text, code) => {
  await using terminal = await openTerminal();
  if (text !== undefined) await terminal.write('elsewhere/beat.json', text);
  const { exit, err } = await terminal.run('healthcheck', '--state', 'elsewhere');
  expect(exit).toBe(1);
  expect(err).toContain(code);
});

test('asking creates nothing', async () => {
  await using terminal = await openTerminal();
  const before = await readdir(terminal.dir);
  await terminal.run('healthcheck', '--state', 'elsewhere');
  expect(await readdir(terminal.dir)).toEqual(before);
});
