import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { EXIT } from '../../../src/domain/problem/exit.ts';
import { place, type Place } from '../setup.ts';

const KEY = 'sk-test-mgmt-1';
const FILE = `# ours
debug: false # quiet
request-retry: 3
api-keys:
  - \${env:CLIENT_KEY_1} # laptop
`;
const VALUES = 'CLIENT_KEY_1=sk-test-client-0001\n';

let at: Place;

beforeEach(async () => {
  at = await place({
    gateway: `port: 8317\ndebug: false\nrequest-retry: 3\napi-keys:\n  - sk-test-client-0001\nremote-management:\n  secret-key: ${KEY}\n`,
    files: { 'desired-state/gateway.yaml': FILE, '.env': VALUES, 'other.env': '' },
    env: {},
    managementKey: KEY,
  });
  expect((await at.holdfast('apply', '--variables', '.env', '--yes')).exit).toBe(EXIT.ok);
});

afterEach(() => at.close());

const text = (name: string): Promise<string> => readFile(join(at.dir, name), 'utf8');

/** What the panel sends. */
async function panel(method: string, path: string, body: object): Promise<void> {
  const answer = await fetch(`${at.sandbox.url}/v0/management${path}`, {
    method,
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(200);
}

async function drift(): Promise<void> {
  await panel('PUT', '/debug', { value: true });
  await panel('PUT', '/api-keys', ['sk-test-client-0001', 'sk-test-panel-0001']);
}

const adopt = (...argv: readonly string[]): ReturnType<Place['holdfast']> =>
  at.holdfast('adopt', '--variables', '.env', ...argv);

describe('holdfast adopt', () => {
  test('prints a diff without the new secret, and writes nothing', async () => {
    await drift();
    const ran = await adopt();
    expect(ran).toMatchObject({ exit: EXIT.ok });
    expect(ran.out).toMatchInlineSnapshot(`
      "--- a/desired-state/gateway.yaml
      +++ b/desired-state/gateway.yaml
      @@ -1,5 +1,6 @@
       # ours
      -debug: false # quiet
      +debug: true # quiet
       request-retry: 3
       api-keys:
         - \${env:CLIENT_KEY_1} # laptop
      +  - \${env:CLIENT_KEY_2}

      .env: adds CLIENT_KEY_2

      ✓ 2 changes of default: api-keys[#543a75c6], debug
      ✓ verified: a plan of the edited files is empty for these paths
      Nothing was written. Add --write to write the files, or --commit to also commit them.
      "
    `);
    expect(ran.out + ran.err).not.toContain('sk-test-panel-0001');
    expect(await text('desired-state/gateway.yaml')).toBe(FILE);
    expect(await text('.env')).toBe(VALUES);
  });

  test('writes files and values, and nothing differs afterwards', async () => {
    await drift();
    expect((await adopt('--write')).exit).toBe(EXIT.ok);
    expect(await text('desired-state/gateway.yaml')).toBe(
      FILE.replace('debug: false', 'debug: true').replace(
        '# laptop\n',
        '# laptop\n  - ${env:CLIENT_KEY_2}\n',
      ),
    );
    expect(await text('.env')).toBe(`${VALUES}CLIENT_KEY_2=sk-test-panel-0001\n`);
    expect((await at.holdfast('diff', '--variables', '.env')).exit).toBe(EXIT.ok);
    expect((await adopt()).out).toBe('nothing to adopt: default matches the files\n');
  });

  test('of one path, as JSON', async () => {
    await drift();
    const { out } = await adopt('debug', '--output', 'json');
    expect(JSON.parse(out)).toMatchObject({
      adopted: [{ path: 'debug', kind: 'update' }],
      files: [{ path: 'desired-state/gateway.yaml', kind: 'yaml', added: 1, removed: 1 }],
      variables: [],
      written: false,
    });
  });

  test('refuses what both sides changed until somebody says which to keep', async () => {
    await panel('PUT', '/debug', { value: true });
    await panel('PUT', '/request-retry', { value: 5 });
    await at.write({ 'desired-state/gateway.yaml': FILE.replace('request-retry: 3', 'request-retry: 4') });
    const ran = await adopt();
    expect(ran).toMatchObject({ exit: EXIT.refused, out: '' });
    expect(ran.err).toContain('`request-retry` changed on the gateway and in the files since the last apply');
    const ours = await adopt('--keep', 'ours', '--write');
    expect(ours.exit).toBe(EXIT.ok);
    expect(await text('desired-state/gateway.yaml')).toContain('request-retry: 4');
    expect((await adopt('--keep', 'theirs', '--write')).exit).toBe(EXIT.ok);
    expect(await text('desired-state/gateway.yaml')).toContain('request-retry: 5');
  });

  test('refuses --into for a file that the target does not read', async () => {
    await drift();
    for (const file of ['elsewhere/new.yaml', 'desired-state/new.txt']) {
      const { exit, err } = await adopt('--into', file, '--write');
      expect([exit, err]).toEqual([EXIT.usage, expect.stringContaining(`--into ${file} isn't a YAML file`)]);
    }
    expect((await adopt('--into', 'desired-state/new.yaml', '--write')).exit).toBe(EXIT.invalid);
    expect(await text('.env')).toBe(VALUES);
  });

  test('needs a file for values', async () => {
    await drift();
    const { exit, err } = await at.holdfast('adopt', '--write');
    expect([exit, err]).toEqual([EXIT.invalid, expect.stringContaining('CLIENT_KEY')]);
  });
});

describe('a commit', () => {
  const git = (...argv: readonly string[]): string =>
    execFileSync('git', ['-C', at.dir, '-c', 'user.name=t', '-c', 'user.email=t@example.com', ...argv], {
      encoding: 'utf8',
    });

  beforeEach(async () => {
    await at.write({ '.gitignore': '.env\n.holdfast/\ngateway/\n' });
    git('init', '--quiet', '--initial-branch=main');
    git('config', 'user.name', 't');
    git('config', 'user.email', 't@example.com');
    git('add', '.');
    git('commit', '--quiet', '-m', 'first');
  });

  test('to a new branch leaves the work tree as it is', async () => {
    await drift();
    const ran = await adopt('--branch', 'adopt/drift', '--commit');
    expect(ran).toMatchObject({ exit: EXIT.ok });
    expect(git('status', '--porcelain')).toBe('');
    expect(git('diff', '--stat', 'main', 'adopt/drift')).toContain('1 file changed');
    expect(git('show', 'adopt/drift:desired-state/gateway.yaml')).toContain('debug: true # quiet');
    expect(git('log', '-1', '--format=%B', 'adopt/drift')).toContain('- debug');
    expect(git('log', '--all', '-p')).not.toContain('sk-test-panel-0001');
    expect(await text('.env')).toContain('CLIENT_KEY_2=sk-test-panel-0001');
  });

  test('to a branch that exists is refused, and nothing is written', async () => {
    await drift();
    git('branch', 'adopt');
    const { exit, err } = await adopt('--branch', 'adopt', '--commit');
    expect([exit, err]).toEqual([EXIT.invalid, expect.stringContaining('the branch adopt already exists')]);
    expect(await text('.env')).toBe(VALUES);
  });

  test('of files with other edits is refused', async () => {
    await drift();
    await writeFile(join(at.dir, 'desired-state/gateway.yaml'), `${FILE}# mine\n`);
    const { exit, err } = await adopt('--commit');
    expect([exit, err]).toEqual([EXIT.invalid, expect.stringContaining('has uncommitted changes')]);
  });

  test('to the branch that is checked out', async () => {
    await drift();
    expect((await adopt('--commit', '-m', 'Keep the panel')).exit).toBe(EXIT.ok);
    expect(git('log', '-1', '--format=%s')).toBe('Keep the panel\n');
    expect(git('status', '--porcelain')).toBe('');
  });
});
