import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { EXIT } from '../../src/domain/problem/exit.ts';
import { place, type Place } from './setup.ts';

const KEY = 'sk-test-mgmt-1';
const DAY = 86_400_000;
let at: Place;

const day = (from: number): string => new Date(at.clock.now() + from * DAY).toISOString().slice(0, 10);

beforeEach(async () => {
  at = await place({
    gateway: `port: 8317\napi-keys: [sk-test-client-0001, sk-test-client-0002]\nremote-management: { secret-key: ${KEY} }\n`,
    files: { 'desired-state/gateway.yaml': 'api-keys:\n  - ${env:LAPTOP}\n  - ${env:PHONE}\n' },
    env: { LAPTOP: 'sk-test-client-0001', PHONE: 'sk-test-client-0002' },
    managementKey: KEY,
  });
});

afterEach(() => at.close());

const settings = (section: string): Promise<void> =>
  at.write({
    'holdfast.yaml': `version: 1\ntargets: [{ name: home, url: "${at.sandbox.url}", adopted: true }]\n${section}`,
  });

test('plans, drift and JSON call a key by its name', async () => {
  await settings('client-keys: { laptop: "${env:LAPTOP}" }\npolicy: { ignore: ["api-keys[#00000000]"] }\n');
  expect((await at.holdfast('apply', '--yes')).exit).toBe(EXIT.ok);
  await at.write({ 'desired-state/gateway.yaml': 'api-keys:\n  - ${env:PHONE}\n' });
  const { out } = await at.holdfast('plan');
  expect(out).toContain('api-keys[laptop]');
  expect(out).not.toContain('sk-test');
  const json = JSON.parse((await at.holdfast('plan', '--output', 'json')).out) as {
    plans: { changes: object[] }[];
  };
  expect(json.plans[0]?.changes).toMatchObject([
    { path: 'api-keys[laptop]', kind: 'remove', before: { name: 'laptop', $secret: expect.any(String) } },
  ]);
  const [, fingerprint = ''] = /•••([0-9a-f]{8})/.exec(out) ?? [];
  for (const name of ['laptop', `#${fingerprint}`]) {
    const { out: limited } = await at.holdfast('plan', '--only', `api-keys[${name}]`);
    expect(limited).toMatch(/- api-keys\[laptop\]/);
  }
});

test('a comment in the files names a key, in plans, paths and rotations; the settings win', async () => {
  await settings('client-keys: { telephone: "${env:PHONE}" }\n');
  await at.write({
    'desired-state/gateway.yaml': `api-keys:
  - \${env:LAPTOP} # name: laptop
  # name: phone
  - \${env:PHONE}
  # name: #1234
  - \${env:THIRD}
  - \${env:FOURTH} # name: laptop
  - "sk-test # name: secret"
  - \${env:FIFTH} # the one of Ann
`,
  });
  const env = { THIRD: 'sk-test-3', FOURTH: 'sk-test-4', FIFTH: 'sk-test-5' };
  const { out, err } = await at.holdfastWith(env, 'plan', '--allow', 'literal-secret', '--prune');
  expect(out.match(/\+ api-keys\[[^\]]*\]/g)).toEqual(
    Array(4).fill(expect.stringMatching(/\[#[0-9a-f]{8}\]/)),
  );
  expect(stripVTControlCharacters(err).match(/HF2112 .*/g)).toEqual([
    "HF2112 the comment `# name:` beside this key isn't followed by a name",
    'HF2112 "laptop" is the name of another key (desired-state/gateway.yaml:2)',
  ]);
  expect(out + err).not.toContain('secret"');

  await at.write({
    'desired-state/gateway.yaml':
      'api-keys:\n  # name: mine\n  - ${env:THIRD}\n  - ${env:PHONE} # name: phone\n',
  });
  const named = await at.holdfastWith(env, 'plan', '--only', 'api-keys[mine]', '--output', 'json');
  expect(JSON.parse(named.out)).toMatchObject({
    plans: [{ changes: [{ path: 'api-keys[mine]', kind: 'add' }] }],
  });
  expect((await at.holdfastWith(env, 'apply', '--yes', '--prune')).exit).toBe(EXIT.ok);
  const rotated = await at.holdfastWith(
    { ...env, NEW: 'sk-test-6' },
    'rotate',
    'api-keys[mine]',
    '--to',
    '${env:NEW}',
    '--grace',
    '1s',
    '--yes',
    '--wait',
  );
  expect([rotated.exit, rotated.out]).toEqual([
    EXIT.ok,
    expect.stringContaining('api-keys[mine] is rotated'),
  ]);
  expect(await readFile(join(at.dir, 'desired-state/gateway.yaml'), 'utf8')).toContain(
    '  # name: mine\n  - ${env:NEW}\n',
  );
});

test('a key is announced, then removed at its end, and its line in the files is named', async () => {
  await settings(`client-keys: { laptop: { key: "\${env:LAPTOP}", expires: ${day(3)} } }\n`);
  const before = await at.holdfast('apply', '--yes');
  expect([before.exit, before.out]).toEqual([
    EXIT.ok,
    expect.stringMatching(/HF2111.*client key "laptop" expires in 4 days/s),
  ]);
  expect((await at.holdfast('status', '--offline')).out).toMatch(/expiring +client key "laptop" expires/);
  await settings(`client-keys: { laptop: { key: "\${env:LAPTOP}", expires: ${day(-1)} } }\n`);
  const plan = await at.holdfast('plan');
  expect(plan.out).toMatch(/- api-keys\[laptop\]/);
  expect(plan.err).toMatch(/HF2110.*client key "laptop" expired.*desired-state\/gateway.yaml:2:5/s);
  expect((await at.holdfast('apply', '--yes')).exit).toBe(EXIT.ok);
  expect(await readFile(join(at.dir, 'gateway/config.yaml'), 'utf8')).not.toContain('0001');
  expect((await at.holdfast('diff')).exit).toBe(EXIT.ok);
  const validated = await at.holdfast('validate');
  expect([validated.exit, validated.out + validated.err]).toEqual([
    EXIT.ok,
    expect.stringContaining('HF2110'),
  ]);
});

test('drift of a key that has expired is removed, and adopting it is not offered', async () => {
  await settings('client-keys: { laptop: { key: "${env:LAPTOP}", expires: 2026-01-01 } }\n');
  expect((await at.holdfast('apply', '--yes')).exit).toBe(EXIT.ok);
  const panel = await fetch(`${at.sandbox.url}/v0/management/api-keys`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify(['sk-test-client-0002', 'sk-test-client-0001']),
  });
  expect(panel.status).toBe(200);
  const { exit, out } = await at.holdfast('drift', '--exit-code');
  expect(exit).toBe(EXIT.differences);
  expect(out).toMatch(/api-keys\[laptop\].*expired/);
  expect(out).toContain('correct it: holdfast apply --mode enforce\n');
  expect(out).not.toContain('holdfast adopt');
});

test('the last client key is not removed at its end', async () => {
  await at.write({ 'desired-state/gateway.yaml': 'api-keys:\n  - ${env:LAPTOP}\n' });
  await settings('client-keys: { laptop: { key: "${env:LAPTOP}", expires: 2026-01-01 } }\n');
  const { exit, out } = await at.holdfast('plan');
  expect([exit, out]).toEqual([EXIT.refused, expect.stringContaining('open-gateway')]);
});
