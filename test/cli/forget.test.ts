import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { EXIT } from '../../src/domain/problem/exit.ts';
import { place, type Place } from './setup.ts';

const KEY = 'sk-test-mgmt-1';
let at: Place;

beforeEach(async () => {
  at = await place({
    gateway: `port: 8317\ndebug: true\nrequest-retry: 5\napi-keys:\n  - sk-test-client-0001\nremote-management:\n  secret-key: ${KEY}\n`,
    files: { 'desired-state/gateway.yaml': 'debug: true\nrequest-retry: 5\n' },
    env: {},
    managementKey: KEY,
  });
  expect((await at.holdfast('apply', '--yes')).exit).toBe(EXIT.ok);
  await at.write({ 'desired-state/gateway.yaml': 'debug: true\n' });
});

afterEach(() => at.close());

test('a released path is no longer listed, nor pruned, after forget', async () => {
  expect((await at.holdfast('plan')).out).toContain('Released, still in effect');
  const { exit, out } = await at.holdfast('forget', 'request-retry');
  expect([exit, out]).toEqual([
    EXIT.ok,
    '✓ request-retry is no longer listed; its value stays on the gateway\n',
  ]);
  const plan = await at.holdfast('plan', '--prune');
  expect(plan.out).not.toContain('Released');
  expect(plan.out).toContain('In sync');
});

test('what is declared, or was never applied, is refused', async () => {
  for (const path of ['debug', 'api-keys']) {
    const { exit, err } = await at.holdfast('forget', path);
    expect([exit, err]).toEqual([
      EXIT.invalid,
      expect.stringContaining(`\`${path}\` isn't in the list of released keys`),
    ]);
  }
});

test('plan --undeclared and status list what no file declares', async () => {
  const { out } = await at.holdfast('plan', '--undeclared');
  expect(out).toMatch(/On the gateway, not in the files\n {2}api-keys \(1\): #\w{8}\n {2}request-retry\n/);
  expect((await at.holdfast('plan')).out).not.toContain('not in the files');
  expect((await at.holdfast('status', '--offline')).out).toContain(
    'api-keys, request-retry: on the gateway, not in the files',
  );
});
