// `holdfast history --verify` on the command line: who edits, cuts or adds entries is found.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { EXIT } from '../../src/domain/problem/exit.ts';
import { place, type Place } from './setup.ts';

const KEY = 'sk-test-mgmt-1';
let at: Place;
let lines: readonly string[];
const file = (): string => join(at.dir, '.holdfast/targets/default/history.jsonl');

beforeAll(async () => {
  at = await place({
    gateway: `port: 8317\nrequest-retry: 1\napi-keys:\n  - sk-test-client-0001\nremote-management:\n  secret-key: ${KEY}\n`,
    files: {},
    env: {},
    managementKey: KEY,
  });
  for (const retry of [2, 3, 4]) {
    await at.write({ 'desired-state/gateway.yaml': `request-retry: ${retry}\n` });
    expect((await at.holdfast('apply', '--yes')).exit).toBe(EXIT.ok);
  }
  lines = (await readFile(file(), 'utf8')).trimEnd().split('\n');
});
afterAll(() => at.close());

/** With these lines in the history. */
async function verified(kept: readonly string[], ...more: readonly string[]) {
  await writeFile(file(), kept.map((line) => `${line}\n`).join(''));
  const text = await at.holdfast('history', '--verify', ...more);
  const json = JSON.parse((await at.holdfast('history', '--verify', ...more, '--output', 'json')).out);
  return { ...text, json };
}

describe('history --verify', () => {
  test('proves an untouched history, and knows a hash that was noted', async () => {
    const newest = JSON.parse(lines[2] ?? '') as { readonly chain: { readonly hash: string } };
    const { exit, out, err, json } = await verified(lines, '--head', newest.chain.hash.slice(0, 16));
    expect([exit, err]).toEqual([EXIT.ok, '']);
    expect(out).toBe(
      `✓ default: 3 entries, each as recorded and in its place\n  newest: entry 3, hash ${newest.chain.hash}\n`,
    );
    expect(json).toMatchObject({
      exit: EXIT.ok,
      targets: [{ target: 'default', entries: 3, head: { n: 3, hash: newest.chain.hash } }],
      problems: [],
    });
    expect((await at.holdfast('history', '--limit', '1', '--output', 'json')).out).toContain(
      newest.chain.hash,
    );
  });

  test.each([
    ['an edited entry', () => lines.with(1, (lines[1] ?? '').replace('applied', 'restored')), 'edited', 2],
    ['a removed entry', () => lines.toSpliced(0, 1), 'missing', 1],
    ['swapped entries', () => [lines[1] ?? '', lines[0] ?? '', lines[2] ?? ''], 'missing', 1],
    ['an end that was cut off', () => lines.slice(0, 2), 'missing', undefined],
  ])('finds %s', async (_, kept, kind, position) => {
    const { exit, out, err, json } = await verified(kept());
    expect([exit, json.exit]).toEqual([EXIT.unexpected, EXIT.unexpected]);
    expect(out).toMatch(/^✗ default: /);
    expect(err).toMatch(/HF6040/);
    expect(json.targets[0].fault).toMatchObject({ kind, ...(position !== undefined && { position }) });
    expect(json.problems).toMatchObject([{ code: 'HF6040', target: 'default' }]);
    expect((await at.holdfast('doctor')).err).toContain('HF6040');
  });

  test('needs a noted hash to find an end that was cut off together with the state', async () => {
    const state = join(at.dir, '.holdfast/targets/default/state.json');
    const now = await readFile(state, 'utf8');
    const { chain: older } = JSON.parse(lines[1] ?? '') as { readonly chain: object };
    const { chain: newest } = JSON.parse(lines[2] ?? '') as { readonly chain: { readonly hash: string } };
    await writeFile(state, JSON.stringify({ ...JSON.parse(now), historyHead: older }));
    expect((await verified(lines.slice(0, 2))).exit).toBe(EXIT.ok);
    const { exit, err } = await verified(lines.slice(0, 2), '--head', newest.hash);
    expect([exit, err]).toEqual([EXIT.unexpected, expect.stringMatching(/HF6041.*default contains/)]);
    await writeFile(state, now);
  });

  test.each([
    [['--head', 'abcdef123456'], '--head is a flag of --verify'],
    [['--verify', '--head', 'xyz'], '--head takes at least the first 12 digits of a hash, not "xyz"'],
    [['--verify', 'abc'], '--verify checks whole histories, not one entry'],
    [['--verify', '--via', 'http://127.0.0.1:1'], '--verify reads the state itself'],
  ])('refuses %j', async (words, message) => {
    const { exit, err } = await at.holdfast('history', ...words);
    expect([exit, err]).toEqual([EXIT.usage, expect.stringContaining(message)]);
  });
});
