// `holdfast report`: everything about an incident, and no secret, whatever fails.
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { EXIT } from '../../src/domain/problem/exit.ts';
import { settingsShape } from '../../src/cli/report/settings-shape.ts';
import { place, type Place } from './setup.ts';

const KEY = 'canary-management-1';
const GATEWAY = `port: 8317
request-retry: 1
api-keys: [canary-client-1]
gemini-api-key:
  - api-key: canary-gemini-1
    proxy-url: http://user:canary-proxy-1@proxy.example
    headers: { X-Team: canary-header-1 }
    x-unknown-member: canary-member-1
some-new-key: { note: canary-note-1, token: canary-token-1 }
remote-management: { secret-key: ${KEY} }
`;
const SETTINGS = (url: string): string => `version: 1
targets:
  - { name: home, url: "${url}", key: "\${env:HOLDFAST_KEY}" }
daemon:
  notify: [{ name: ops, slack: "https://hooks.example/services/canary-webhook-1" }]
`;
const FILES = [
  'README.md',
  'backups.json',
  'doctor.json',
  'drift.json',
  'history-verified.json',
  'history.json',
  'plan.json',
  'secrets.json',
  'settings.yaml',
  'state.json',
  'status.json',
  'validate.json',
];

let at: Place;
beforeEach(async () => {
  at = await place({
    gateway: GATEWAY,
    files: { 'desired-state/gateway.yaml': 'request-retry: 5\n' },
    env: {},
    managementKey: KEY,
  });
  await at.write({ 'holdfast.yaml': SETTINGS(at.sandbox.url) });
});
afterEach(() => at.close());

/** The files of a report, none of which has a secret. */
async function filesOf(name: string): Promise<Readonly<Record<string, string>>> {
  const names = (await readdir(join(at.dir, name))).toSorted();
  const texts = await Promise.all(names.map((file) => readFile(join(at.dir, name, file), 'utf8')));
  const files = Object.fromEntries(names.map((file, i) => [file, texts[i] ?? '']));
  expect(Object.entries(files).filter(([, text]) => text.includes('canary'))).toEqual([]);
  for (const file of names) expect((await stat(join(at.dir, name, file))).mode & 0o777).toBe(0o600);
  return files;
}

describe('report', () => {
  test('has every part, no secret, and overwrites nothing', async () => {
    expect((await at.holdfast('apply', '--yes')).exit).toBe(EXIT.ok);
    await at.write({ 'desired-state/gateway.yaml': 'request-retry: 6\n' });
    const { exit, out, err } = await at.holdfast('report', '--out', 'incident', '--since', '24h');
    expect([exit, out + err]).toEqual([EXIT.ok, expect.not.stringContaining('canary')]);
    const files = await filesOf('incident');
    expect(Object.keys(files)).toEqual(FILES);
    const json = (file: string) => JSON.parse(files[file] ?? '');
    expect(json('history.json').entries).toMatchObject([{ outcome: 'applied', chain: { n: 1 } }]);
    expect(json('history-verified.json').targets).toMatchObject([{ target: 'home', entries: 1 }]);
    expect(json('plan.json').plans[0].changes).toMatchObject([{ path: 'request-retry' }]);
    expect(json('state.json').targets).toMatchObject([
      { target: 'home', journal: null, lock: null, checks: [] },
    ]);
    expect(json('backups.json').backups).toHaveLength(1);
    expect(files['doctor.json']).toContain('some-new-key');
    expect(files['settings.yaml']).toContain('slack: (masked)\n');
    expect(files['README.md']).toMatch(/\| plan\.json \| What an apply would change \| complete/);
    const requests = at.sandbox.requests.length;
    const again = await at.holdfast('report', '--out', 'incident');
    expect([again.exit, again.err]).toEqual([EXIT.invalid, expect.stringMatching(/HF6042.*it exists/)]);
    expect(at.sandbox.requests.length).toBe(requests);
  });

  test('has the rest where the gateway is gone', async () => {
    await at.sandbox.stop();
    const { exit, out } = await at.holdfast('report', '--out', 'incident');
    expect([exit, out]).toEqual([EXIT.ok, expect.stringMatching(/! plan\.json {2}incomplete: HF3\d\d\d/)]);
    const files = await filesOf('incident');
    expect(Object.keys(files)).toEqual(FILES);
    expect(files['README.md']).toMatch(/\| plan\.json \| .* \| incomplete: HF3\d\d\d .*, exit code 5 \|/);
    expect(files['README.md']).toMatch(/\| status\.json \| .* \| complete \|/);
  });

  test('has the rest where the settings have errors, and masks what they do not know', async () => {
    const file = join(at.dir, 'holdfast.yaml');
    await writeFile(
      file,
      `${await readFile(file, 'utf8')}extra: { anything: canary-extra-1, list: [canary-item-1] }\n`,
    );
    const { exit, out, err } = await at.holdfast('report', '--out', 'incident', '--output', 'json');
    expect([exit, err]).toEqual([EXIT.ok, '']);
    expect(JSON.parse(out).files).toContainEqual({
      file: 'state.json',
      title: 'Open transaction, lock, quarantine, checks of the daemon',
      note: expect.stringMatching(/^missing: HF1/),
    });
    const files = await filesOf('incident');
    expect(Object.keys(files)).toEqual(FILES.filter((name) => name !== 'state.json'));
    expect(files['settings.yaml']).toContain('extra:\n  anything: (masked)\n  list:\n    - (masked)\n');
  });

  test('keeps of the settings what is harmless', () => {
    expect(
      settingsShape(
        'a: 1\nkey: "${env:KEY}"\nkeys: ["${file:key.txt}", plain]\nmode: apply\nurl: http://user:secret@gw.example:8317/x?k=1\ntext: "x ${env:A}"\n',
      ),
    ).toBe(
      'a: 1\nkey: ${env:KEY}\nkeys:\n  - ${file:key.txt}\n  - (masked)\nmode: apply\nurl: http://gw.example:8317\ntext: (masked)\n',
    );
    expect(settingsShape('a: [')).toBeUndefined();
  });

  test('refuses a span that is none', async () => {
    const { exit, err } = await at.holdfast('report', '--since', 'yesterday');
    expect([exit, err]).toEqual([
      EXIT.usage,
      expect.stringContaining('--since takes a time such as 24h or 7d'),
    ]);
  });
});
