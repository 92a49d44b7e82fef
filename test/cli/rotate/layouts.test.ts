import { afterEach, describe, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EXIT } from '../../../src/domain/problem/exit.ts';
import { place, type Place } from '../setup.ts';

const KEY = 'sk-test-mgmt-1';
let at: Place | undefined;

afterEach(() => at?.close());

async function applied(
  api: 'v7' | 'v8',
  gateway: string,
  files: Readonly<Record<string, string>>,
): Promise<Place> {
  at = await place({
    api,
    gateway,
    files,
    env: { OLD: 'sk-test-0001', NEW: 'sk-test-0002' },
    managementKey: KEY,
  });
  await at.write({
    'holdfast.yaml': `version: 1\ntargets: [{ name: home, url: "${at.sandbox.url}", adopted: true }]\n`,
  });
  expect(await at.holdfast('apply', '--yes', '--quiet')).toMatchObject({ exit: EXIT.ok, err: '' });
  return at;
}

const rotated = async (from: Place, path: string, ...flags: readonly string[]): Promise<void> => {
  const { exit, out, err } = await from.holdfast(
    'rotate',
    path,
    '--grace',
    '1s',
    '--wait',
    '--quiet',
    ...flags,
  );
  expect([exit, err]).toEqual([EXIT.ok, '']);
  expect(out).toContain('is rotated');
  expect(out).not.toMatch(/sk-test-000|sk-[\w-]{43}/);
  expect((await from.holdfast('diff')).exit).toBe(EXIT.ok);
};

const V7 = `port: 8317\nremote-management: { secret-key: ${KEY} }\n`;
const V8 = `config-version: 8\nserver: { port: 8317 }\nmanagement: { secret-key: ${KEY} }\n`;

const GROUPS = `api-keys:
  claude:
    - name: main
      base-url: https://claude.example
      priority: 4
      keys:
        - api-key: \${env:OLD} # the first
access:
  api-keys: ["\${env:OLD}"]
`;

describe('a rotation', () => {
  test('of a line of a file changes that line, where the rest of the file stays', async () => {
    const fixture = await applied('v7', V7, {
      'desired-state/keys.yaml': 'api-keys: ["${lines:keys.txt}"]\n',
      'keys.txt': '# people\nsk-test-0003\nsk-test-0001\nsk-test-0004\n',
    });
    await rotated(fixture, 'api-keys[1]', '--to', '${env:NEW}');
    expect(await readFile(join(fixture.dir, 'keys.txt'), 'utf8')).toBe(
      '# people\nsk-test-0003\nsk-test-0002\nsk-test-0004\n',
    );
    await rotated(fixture, 'api-keys[2]', '--generate');
    expect(await readFile(join(fixture.dir, 'keys.txt'), 'utf8')).toMatch(
      /^# people\nsk-test-0003\nsk-test-0002\nsk-[\w-]{43}\n$/,
    );
  });

  test('works in groups of v8, where the group ranks the key', async () => {
    const fixture = await applied('v8', V8, { 'desired-state/gateway.yaml': GROUPS });
    const path = 'api-keys.claude[main].keys[0]';
    const first = await fixture.holdfast('rotate', path, '--to', '${env:NEW}', '--quiet');
    expect([first.err, first.out]).toEqual(['', expect.stringContaining('only if nobody uses it')]);
    expect(await readFile(join(fixture.dir, 'desired-state/gateway.yaml'), 'utf8')).toContain(
      '        - api-key: ${env:OLD} # the first\n          priority: 3\n        - api-key: ${env:NEW}\n',
    );
    await rotated(fixture, path, '--yes');
    expect(await readFile(join(fixture.dir, 'desired-state/gateway.yaml'), 'utf8')).toBe(
      GROUPS.replace('${env:OLD} # the first', '${env:NEW} # the first'),
    );
    await rotated(fixture, 'access.api-keys[0]', '--to', '${env:NEW}');
  });

  test('of flat files works on a gateway of v8, by the path of either layout', async () => {
    const flat =
      'api-keys: ["${env:OLD}"]\ngemini-api-key:\n  - api-key: ${env:OLD}\n    base-url: https://g.example\n';
    const fixture = await applied('v8', V8, { 'desired-state/gateway.yaml': flat });
    const unstored = await fixture.holdfast('rotate', 'api-keys[0]', '--generate', '--grace', '1h');
    expect([unstored.exit, unstored.err]).toEqual([EXIT.invalid, expect.stringContaining('HF2096')]);
    await rotated(fixture, 'access.api-keys[0]', '--to', '${env:NEW}');
    await rotated(fixture, 'gemini-api-key[0].api-key', '--to', '${env:NEW}');
    expect(await readFile(join(fixture.dir, 'desired-state/gateway.yaml'), 'utf8')).toBe(
      flat.replaceAll('OLD', 'NEW'),
    );
  });
});
