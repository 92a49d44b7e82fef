// A v8 panel removes keys that flat files declare: the gateway changed, whatever becomes of the groups.
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { EXIT } from '../../src/domain/problem/exit.ts';
import { place, type Place, type Ran } from './setup.ts';

const KEY = 'sk-test-mgmt-1';
const TEAM = { name: 'team', 'base-url': 'https://a.example', prefix: 'x' };
const SOLO = { name: 'solo', 'base-url': 'https://b.example', headers: { 'X-A': 'b' } };
const keys = (...names: string[]): object[] => names.map((name) => ({ 'api-key': `sk-test-${name}` }));
const DECLARED = `api-keys: [sk-test-0001]
claude-api-key:
  - { api-key: sk-test-c1, base-url: https://a.example, prefix: x }
  - { api-key: sk-test-c2, base-url: https://a.example, prefix: x }
  - { api-key: sk-test-d1, base-url: https://b.example, headers: { X-A: b } }
`;

let at: Place;
beforeEach(async () => {
  at = await place({
    gateway: JSON.stringify({
      'config-version': 8,
      server: { host: '127.0.0.1', port: 8317 },
      management: { 'secret-key': KEY },
      access: { 'api-keys': ['sk-test-0001'] },
      'api-keys': {
        claude: [
          { ...TEAM, keys: keys('c1', 'c2') },
          { ...SOLO, keys: keys('d1') },
        ],
      },
    }),
    files: { 'desired-state/gateway.yaml': DECLARED },
    env: {},
    managementKey: KEY,
    api: 'v8',
  });
  expect((await holdfast('apply', '--yes')).exit).toBe(EXIT.ok);
});
afterEach(() => at.close());

const holdfast = (...words: string[]): Promise<Ran> => at.holdfast(...words, '--allow', 'literal-secret');

async function panelSets(claude: readonly object[]): Promise<void> {
  const answer = await fetch(`${at.sandbox.url}/v8/management/config`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ 'api-keys': { claude } }),
  });
  expect(answer.status).toBe(200);
  await at.sandbox.settled();
}

test('a key of a group, and a whole group, are not added again in mode apply, also after other applies', async () => {
  await panelSets([{ ...TEAM, keys: keys('c1') }]);
  expect((await holdfast('plan')).out).toContain('Plan: nothing to do; 2 differences not changed.');
  await at.write({ 'desired-state/gateway.yaml': `${DECLARED}debug: true\n` });
  expect((await holdfast('apply', '--yes')).out).toContain('applied and verified 1 change');
  expect((await holdfast('plan')).out).toContain('Plan: nothing to do; 2 differences not changed.');
});

test('in mode enforce, the key returns to its group', async () => {
  await panelSets([
    { ...TEAM, keys: keys('c1') },
    { ...SOLO, keys: keys('d1') },
  ]);
  const { exit, out } = await holdfast('apply', '--yes', '--mode', 'enforce');
  expect([exit, out]).toEqual([EXIT.ok, expect.stringContaining('api-keys.claude[team].keys[#')]);
  expect((await holdfast('plan')).out).toContain('In sync');
});

test('what the files changed too is changed on both sides', async () => {
  await panelSets([{ ...TEAM, keys: keys('c1', 'c2') }]);
  await at.write({ 'desired-state/gateway.yaml': DECLARED.replace('X-A: b', 'X-A: c') });
  expect((await holdfast('plan')).out).toMatch(/api-keys\.claude\[.*\] +\(changed on both sides\)/);
});
