// Where the values of secrets go that `pull` and `adopt` bring: a file of variables, a file each, or a file of SOPS.
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { EXIT } from '../../../src/domain/problem/exit.ts';
import { withSops } from '../../support/sops/with-sops.ts';
import { place, type Place } from '../setup.ts';

const KEY = 'sk-test-mgmt-1';
const GATEWAY = `port: 8317
api-keys:
  - sk-test-client-0001
claude-api-key:
  - api-key: sk-test-claude-0001
    proxy-url: http://user:sk-test-proxy-0001@127.0.0.1:9
remote-management:
  secret-key: ${KEY}
`;
const SECRETS = ['sk-test-client-0001', 'sk-test-claude-0001', 'sk-test-proxy-0001', 'sk-test-panel-0001'];
const SETTINGS = (line: string): string =>
  `version: 1\n${line}\ntargets:\n  - name: home\n    url: \${env:HOLDFAST_URL}\n    key: \${env:HOLDFAST_KEY}\n    desired: [desired-state]\n`;

let sops: Readonly<Record<string, string>>;
let tools: string;
let at: Place;

beforeAll(async () => {
  tools = await mkdtemp(join(tmpdir(), 'holdfast-sops-test-'));
  sops = await withSops(tools);
});

afterAll(() => rm(tools, { recursive: true, force: true }));

beforeEach(async () => {
  at = await place({ gateway: GATEWAY, files: {}, env: sops, managementKey: KEY });
});

afterEach(() => at.close());

const text = (name: string): Promise<string> => readFile(join(at.dir, name), 'utf8');
const pull = (...argv: readonly string[]): ReturnType<Place['holdfast']> =>
  at.holdfast('pull', '--output-dir', 'desired-state', ...argv);

/** A key that somebody adds in the panel. */
async function panel(): Promise<void> {
  const answer = await fetch(`${at.sandbox.url}/v0/management/api-keys`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify(['sk-test-client-0001', 'sk-test-panel-0001']),
  });
  expect(answer.status).toBe(200);
}

async function inSync(): Promise<void> {
  const plan = await at.holdfast('plan', '--output', 'json');
  expect(plan).toMatchObject({ exit: EXIT.ok });
  expect(JSON.parse(plan.out)).toMatchObject({ plans: [{ changes: [] }] });
}

const noSecretIn = (shown: string): void =>
  expect(SECRETS.filter((secret) => shown.includes(secret))).toEqual([]);

describe('pull --secrets', () => {
  test('env writes the values to the file of variables', async () => {
    expect(await pull('--secrets', 'env')).toMatchObject({ exit: EXIT.ok });
    expect((await text('.env')).split('\n')).toContain('CLIENT_KEY=sk-test-client-0001');
    expect((await stat(join(at.dir, '.env'))).mode & 0o777).toBe(0o600);
  });

  test('files writes one file each, which git ignores, and references to them', async () => {
    const ran = await pull('--secrets', 'files');
    expect(ran).toMatchObject({ exit: EXIT.ok });
    const yaml = await text('desired-state/gateway.yaml');
    expect(yaml).toContain('${file:desired-state/secrets/CLIENT_KEY}');
    expect(yaml).toContain('http://user:${file:desired-state/secrets/CLAUDE_PROXY_PASSWORD}@127.0.0.1:9');
    expect(await text('desired-state/secrets/CLAUDE_API_KEY')).toBe('sk-test-claude-0001');
    expect((await stat(join(at.dir, 'desired-state/secrets/CLIENT_KEY'))).mode & 0o777).toBe(0o600);
    expect(await text('desired-state/secrets/.gitignore')).toContain('*');
    noSecretIn(ran.out + ran.err + yaml + (await text('desired-state/.env.example')));
    await inSync();
  });

  test('files adds a file for a new secret to files that are there, and no variable', async () => {
    expect(await pull('--secrets', 'files')).toMatchObject({ exit: EXIT.ok });
    await panel();
    const ran = await pull('--secrets', 'files');
    expect(ran).toMatchObject({ exit: EXIT.ok });
    expect(await readdir(join(at.dir, 'desired-state/secrets'))).toContain('CLIENT_KEY_1');
    expect(await text('desired-state/.env.example')).not.toContain('CLIENT_KEY_1');
    expect(await text('desired-state/gateway.yaml')).toContain('${file:desired-state/secrets/CLIENT_KEY_1}');
    await inSync();
  });

  test('files keeps a secret in the file that has it already', async () => {
    await at.write({ 'desired-state/secrets/LAPTOP': 'sk-test-client-0001\n' });
    expect(await pull('--secrets', 'files')).toMatchObject({ exit: EXIT.ok });
    expect(await text('desired-state/gateway.yaml')).toContain('${file:desired-state/secrets/LAPTOP}');
    expect(await readdir(join(at.dir, 'desired-state/secrets'))).not.toContain('CLIENT_KEY');
    await inSync();
  });

  test('files refuses a directory that no reference can read', async () => {
    await at.write({ 'holdfast.yaml': SETTINGS('references: { files: [elsewhere] }') });
    expect(await pull('--secrets', 'files')).toMatchObject({ exit: EXIT.invalid });
    expect((await pull('--secrets', 'files')).err).toContain('HF2022');
  });

  test('sops writes an encrypted file, which settings take as the file of variables', async () => {
    const ran = await pull('--secrets', 'sops');
    expect(ran).toMatchObject({ exit: EXIT.ok });
    expect(ran.out).toContain('encrypted with SOPS');
    const encrypted = await text('secrets.sops.yaml');
    expect(encrypted).toMatch(/^CLIENT_KEY: ENC\[/m);
    noSecretIn(ran.out + ran.err + encrypted + (await text('desired-state/gateway.yaml')));
    await at.write({ 'holdfast.yaml': SETTINGS('env-file: secrets.sops.yaml') });
    await inSync();
  });

  test('sops writes nothing where it names no recipient', async () => {
    const ran = await at.holdfastWith(
      { SOPS_AGE_RECIPIENTS: '' },
      'pull',
      '--output-dir',
      'desired-state',
      '--secrets',
      'sops',
    );
    expect(ran).toMatchObject({ exit: EXIT.invalid });
    expect(ran.err).toContain("secrets.sops.yaml can't be encrypted");
    expect(await readdir(at.dir)).not.toContain('desired-state');
  });

  test('sops refuses a file in plain text', async () => {
    await at.write({ 'plain.sops.env': 'A=1\n' });
    const ran = await pull('--secrets', 'sops', '--write-env', 'plain.sops.env');
    expect(ran.err).toContain('HF2027');
    expect((await pull('--secrets', 'sops', '--write-env', '.env')).err).toContain('HF1001');
    expect(await text('plain.sops.env')).toBe('A=1\n');
  });
});

describe('adopt', () => {
  /** Files that match the gateway, and then a new key on it. */
  async function drifted(store: 'files' | 'sops', line: string, ...flags: readonly string[]): Promise<void> {
    expect(await pull('--secrets', store, ...flags)).toMatchObject({ exit: EXIT.ok });
    await at.write({ 'holdfast.yaml': SETTINGS(line) });
    expect(await at.holdfast('apply', '--yes')).toMatchObject({ exit: EXIT.ok });
    await panel();
  }

  test.each(['secrets.sops.yaml', 'secrets.sops.env'])('adds a new secret to %s', async (file) => {
    await drifted('sops', `env-file: ${file}`, '--write-env', file);
    const before = await text(file);
    const ran = await at.holdfast('adopt', '--write');
    expect(ran).toMatchObject({ exit: EXIT.ok });
    expect(ran.out).toContain(`${file}: adds CLIENT_KEY_1`);
    const after = await text(file);
    const kept = before.split('\n').filter((line) => /^C\w+\W/.test(line));
    expect(kept.length).toBeGreaterThan(2);
    expect(after.split('\n')).toEqual(expect.arrayContaining(kept));
    noSecretIn(ran.out + ran.err + after);
    await inSync();
  });

  test('adds a file for a new secret to `secrets-dir`', async () => {
    await drifted('files', 'secrets-dir: desired-state/secrets');
    const ran = await at.holdfast('adopt', '--write');
    expect(ran).toMatchObject({ exit: EXIT.ok });
    expect(ran.out).toContain('+  - ${file:desired-state/secrets/CLIENT_KEY_1}');
    expect(await text('desired-state/secrets/CLIENT_KEY_1')).toBe('sk-test-panel-0001');
    noSecretIn(ran.out + ran.err);
    await inSync();
  });

  test('takes another name than one that the file has with another value', async () => {
    await drifted('files', 'secrets-dir: desired-state/secrets');
    await at.write({ 'other.env': 'CLIENT_KEY_2=sk-test-other-0001\n' });
    const ran = await at.holdfast('adopt', '--write', '--write-env', 'other.env');
    expect(ran).toMatchObject({ exit: EXIT.ok });
    expect(await text('other.env')).toBe(
      'CLIENT_KEY_2=sk-test-other-0001\nCLIENT_KEY_3=sk-test-panel-0001\n',
    );
  });

  test('changes nothing where the key of SOPS is another one', async () => {
    await drifted('sops', 'env-file: secrets.sops.yaml');
    const before = await text('secrets.sops.yaml');
    const other = await mkdtemp(join(tools, 'other-'));
    const { SOPS_AGE_KEY_FILE = '' } = await withSops(other);
    const ran = await at.holdfastWith({ SOPS_AGE_KEY_FILE }, 'adopt', '--write');
    expect(ran).toMatchObject({ exit: EXIT.invalid });
    expect(ran.err).toMatch(/secrets\.sops\.yaml can't be decrypted: .*no identity matched/);
    expect(await text('secrets.sops.yaml')).toBe(before);
  });
});
