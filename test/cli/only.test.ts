import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EXIT } from '../../src/domain/problem/exit.ts';
import { place, type Place } from './setup.ts';

const KEY = 'sk-test-mgmt-1';
const PROJECT = {
  gateway: `port: 8317\ndebug: false\nrequest-retry: 3\napi-keys:\n  - sk-test-client-0001\nremote-management:\n  secret-key: ${KEY}\n`,
  files: { 'desired-state/gateway.yaml': 'debug: true\nrequest-retry: 5\napi-keys: []\n' },
  env: {},
  managementKey: KEY,
};
let at: Place;

beforeEach(async () => {
  at = await place(PROJECT);
});

afterEach(() => at.close());

const gatewayFile = (): Promise<string> => readFile(join(at.dir, 'gateway/config.yaml'), 'utf8');

test('apply --only writes that path alone, past what guards would refuse elsewhere', async () => {
  expect((await at.holdfast('apply', '--yes')).exit).toBe(EXIT.refused);
  const ran = await at.holdfast('apply', '--only', 'debug', '--yes');
  expect(ran.exit).toBe(EXIT.ok);
  const text = await gatewayFile();
  expect([text.includes('debug: true'), text.includes('request-retry: 3')]).toEqual([true, true]);
  const plan = await at.holdfast('plan', '--only', 'debug', '--exit-code');
  expect([plan.exit, plan.out]).toEqual([EXIT.ok, expect.stringContaining('In sync at debug')]);
  expect(plan.out).toContain('Left out: the plan is limited to debug');
  expect((await at.holdfast('plan', '--exit-code', '--allow', 'open-gateway')).out).toContain(
    'request-retry',
  );
});

test('a saved plan keeps its limit', async () => {
  expect((await at.holdfast('plan', '--only', 'request-retry', '-o', 'plan.json')).exit).toBe(EXIT.ok);
  expect((await at.holdfast('apply', 'plan.json', '--yes')).exit).toBe(EXIT.ok);
  const text = await gatewayFile();
  expect([text.includes('debug: false'), text.includes('request-retry: 5')]).toEqual([true, true]);
});

test('an unknown key is refused', async () => {
  const { exit, err } = await at.holdfast('plan', '--only', 'debgu');
  expect([exit, err]).toEqual([EXIT.usage, expect.stringContaining('debgu')]);
});

test('a path that failed waits, and the rest of the revision does not', async () => {
  await at.close();
  at = await place({ ...PROJECT, faults: ['drop-writes=/request-retry'] });
  const files = { 'desired-state/gateway.yaml': 'debug: true\nrequest-retry: 5\n' };
  await at.write(files);
  expect((await at.holdfast('apply', '--only', 'request-retry', '--yes')).exit).toBe(EXIT.rolledBack);
  const other = await at.holdfast('apply', '--only', 'debug', '--yes');
  expect([other.exit, other.out]).toEqual([
    EXIT.ok,
    expect.stringContaining('applied and verified 1 change'),
  ]);
  const whole = await at.holdfast('apply', '--yes');
  expect([whole.exit, whole.out]).toEqual([
    EXIT.refused,
    expect.stringContaining('this revision failed before at request-retry'),
  ]);
});

test('after a partial apply, what was left out still differs', async () => {
  await at.write({ 'desired-state/gateway.yaml': 'debug: true\nrequest-retry: 5\n' });
  expect((await at.holdfast('apply', '--only', 'debug', '--yes')).exit).toBe(EXIT.ok);
  const status = await at.holdfast('status');
  expect(status.out).toMatch(/state +drifted\n/);
  expect(status.out).toMatch(/applied +a part of the files, /);
});
