// `plan --rehearse`: what the gateway would store, from an embedded one; the real one and the state stay as they are.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EXIT } from '../../src/domain/problem/exit.ts';
import { type Place, place } from './setup.ts';

const GATEWAYS = {
  v7: 'api-keys: [sk-test-0001]\nrequest-retry: 1\nclaude-api-key: [{ api-key: sk-test-0002, headers: { X-A: abcdefgh, X-B: "2" } }]\n',
  v8: 'config-version: 8\naccess: { api-keys: [sk-test-0001] }\nrouting: { retry: { request-retry: 1 } }\n',
};
const DECLARED = {
  v7: 'request-retry: 4\nclaude-api-key: [{ api-key: "${env:CLAUDE_KEY}", headers: { X-B: "2" } }]\n',
  v8: 'routing: { retry: { request-retry: 4 } }\n',
};

describe.each(['v7', 'v8'] as const)('a %s gateway', (api) => {
  let work: Place;
  beforeAll(async () => {
    work = await place({
      gateway: GATEWAYS[api],
      files: { 'desired-state/gateway.yaml': DECLARED[api] },
      env: { CLAUDE_KEY: 'sk-test-0002' },
      managementKey: 'management-key-for-tests',
      api,
    });
  });
  afterAll(() => work.close());

  test('shows the outcome and the file as it would be, and changes nothing', async () => {
    const file = join(work.dir, 'gateway/config.yaml');
    const before = await readFile(file, 'utf8');
    const { exit, out, err } = await work.holdfast('plan', '--rehearse', '--allow', 'takeover');
    expect(exit).toBe(EXIT.ok);
    expect(out).toMatch(/Rehearsal +applied and verified/);
    expect(out).toMatch(/^\+.*request-retry: 4/m);
    expect(`${out}${err}`).not.toMatch(/sk-test-|abcdefgh|management-key/);
    expect(await readFile(file, 'utf8')).toBe(before);
    expect((await work.holdfast('history', '--output', 'json')).out).toMatch(/"entries": \[\]/);
  });

  test('is in JSON and Markdown', async () => {
    const json = JSON.parse(
      (await work.holdfast('plan', '--rehearse', '--allow', 'takeover', '--output', 'json')).out,
    ) as object;
    expect(json).toMatchObject({ rehearsals: [{ target: 'default', kind: 'applied' }] });
    const { out } = await work.holdfast('plan', '--rehearse', '--allow', 'takeover', '--output', 'markdown');
    expect(out).toMatch(
      /\*\*Rehearsal\*\* of default: applied and verified[\s\S]*```diff\n--- a\/config\.yaml\n/,
    );
  });

  test('of an empty plan there is none', async () => {
    await work.write({ 'desired-state/gateway.yaml': DECLARED[api].replace('4', '1').split('\n')[0] ?? '' });
    expect((await work.holdfast('plan', '--rehearse', '--allow', 'takeover')).out).not.toContain('Rehearsal');
  });
});
