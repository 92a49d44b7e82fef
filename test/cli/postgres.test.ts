// The command line with its state in a database: two runners without a common disk, and the way from files and back.
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { EXIT } from '../../src/domain/problem/exit.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { place, type Place, type Ran } from './setup.ts';

const KEY = 'sk-test-mgmt-1';
const STATE_KEY = 'an encryption key of a test, 0001';
const IN_DATABASE = 'state: { postgres: "${env:DATABASE_URL}", encryption-key: "${env:STATE_KEY}" }\n';

let server: PostgresServer;
let url: string;
let at: Place;

beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

beforeEach(async () => {
  url = await server.newDatabase();
  at = await place({
    gateway: `port: 8317\ndebug: false\nrequest-retry: 1\napi-keys:\n  - sk-test-client-0001\nremote-management:\n  secret-key: ${KEY}\n`,
    files: { 'desired-state/gateway.yaml': 'debug: true\nrequest-retry: 5\n' },
    env: { DATABASE_URL: url, STATE_KEY },
    managementKey: KEY,
  });
  await settings(IN_DATABASE);
});
afterEach(() => at.close());

const settings = (state: string): Promise<void> =>
  at.write({
    'holdfast.yaml': `version: 1\ntargets: [{ name: home, url: "${at.sandbox.url}", key: "\${env:HOLDFAST_KEY}" }]\n${state}`,
  });

/** The next runner has another disk. */
async function elsewhere(...argv: readonly string[]): Promise<Ran> {
  await rm(join(at.dir, '.holdfast'), { recursive: true, force: true });
  return at.holdfast(...argv);
}

describe('state in a database', () => {
  test('is the memory of runners without a common disk', async () => {
    expect((await at.holdfast('apply', '--yes')).exit).toBe(EXIT.ok);
    expect(await readdir(at.dir)).not.toContain('.holdfast');
    await at.write({ 'desired-state/gateway.yaml': 'debug: true\n' });
    const { out } = await elsewhere('plan', '--prune');
    expect(out).toContain('- request-retry');
    const history = JSON.parse((await elsewhere('history', '--output', 'json')).out) as {
      readonly entries: readonly { readonly outcome: string; readonly backup: string }[];
    };
    expect(history.entries.map(({ outcome }) => outcome)).toEqual(['applied']);
    const shown = await elsewhere('backup', 'show', history.entries[0]?.backup ?? '', '--reveal');
    expect(shown.out).toContain('request-retry: 1\n');
  });

  test('comes from files and goes back with all it knows', async () => {
    await settings('');
    expect((await at.holdfast('apply', '--yes')).exit).toBe(EXIT.ok);
    expect((await at.holdfast('suspend', '--for', '1h', '--reason', 'copying')).exit).toBe(EXIT.ok);
    const before = await known();
    await settings(IN_DATABASE);
    for (const _ of ['whole', 'repeated']) {
      const { exit, out } = await at.holdfast('state', 'copy', '--from', '.holdfast');
      expect([exit, out]).toEqual([
        EXIT.ok,
        expect.stringMatching(
          /✓ home: 1 backups, \d history entries, \d checks\nCopied from \S+\.holdfast to \w+ at \S+\.\n/,
        ),
      ]);
    }
    expect(await known()).toEqual(before);
    expect((await at.holdfast('state', 'copy', '--to', 'files')).exit).toBe(EXIT.ok);
    await settings('state: { dir: files }\n');
    expect(await known()).toEqual(before);
  });

  test.each([
    ['the same place twice', ['--from', 'postgres'], 'source and destination are both'],
    ['neither place', [], 'state copy needs --from or --to'],
  ])('is not copied from and to %s', async (_, words, message) => {
    const { exit, err } = await at.holdfast('state', 'copy', ...words);
    expect([exit, err]).toEqual([EXIT.usage, expect.stringContaining(message)]);
  });

  test('that has other records is no destination', async () => {
    await settings('');
    await at.holdfast('apply', '--yes');
    await settings(IN_DATABASE);
    await at.holdfast('apply', '--yes');
    const { exit, err } = await at.holdfast('state', 'copy', '--from', '.holdfast');
    expect([exit, err]).toEqual([
      EXIT.invalid,
      expect.stringMatching(/HF6022.*contains the state of other runs/s),
    ]);
  });

  test("that can't be reached stops a run before its first request, and names no password", async () => {
    const requests = at.sandbox.requests.length;
    const away = new URL(url);
    away.password = 'sk-test-0001';
    away.searchParams.set('host', join(at.dir, 'nowhere'));
    const { exit, out, err } = await at.holdfastWith({ DATABASE_URL: away.href }, 'apply', '--yes');
    expect([exit, err]).toEqual([EXIT.unexpected, expect.stringContaining('HF6020')]);
    expect(out + err).not.toContain('sk-test-0001');
    expect(at.sandbox.requests.length).toBe(requests);
  });
});

/** What commands say of the target from the records alone. */
async function known(): Promise<unknown> {
  const json = async (...argv: string[]): Promise<unknown> =>
    JSON.parse((await at.holdfast(...argv, '--output', 'json')).out);
  return Promise.all([json('status', '--offline'), json('history'), json('backup', 'list')]);
}
