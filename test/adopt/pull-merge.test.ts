// `holdfast pull` over files that are there: what it edits, what it leaves, and what it refuses.
import { execFileSync } from 'node:child_process';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { EXIT } from '../../src/domain/problem/exit.ts';
import { KEY, openTerminal, type Ran, type Terminal } from '../cli/terminal.ts';

const GATEWAY = `host: 127.0.0.1
port: 8317
remote-management:
  secret-key: ${KEY}
debug: false
request-retry: 3
api-keys:
  - sk-test-client-0001
  - sk-test-client-0002
claude-api-key:
  - api-key: sk-test-claude-0001
    base-url: https://claude.example
`;
const FILE = `# ours
debug: false # quiet
request-retry: &retry 3
max-retry-interval: 30

# people
api-keys:
  - \${env:LAPTOP_KEY} # laptop
  - '\${env:PHONE_KEY}'   # phone
`;
const CLAUDE = `claude-api-key:
  - api-key: \${env:CLAUDE}
    base-url: "https://claude.example"
`;
const VALUES = 'LAPTOP_KEY=sk-test-client-0001\nPHONE_KEY=sk-test-client-0002\nCLAUDE=sk-test-claude-0001\n';
const SETTINGS = (url: string): string =>
  `version: 1\nenv-file: .env\ntargets:\n  - { name: home, url: "${url}", desired: [home], adopted: true }\n`;

let at: Terminal;

beforeEach(async () => {
  at = await openTerminal({ 'home/gateway.yaml': FILE, 'home/claude.yaml': CLAUDE, '.env': VALUES }, GATEWAY);
  await at.write('holdfast.yaml', SETTINGS(at.sandbox.url));
});
afterEach(async () => at[Symbol.asyncDispose]());

async function panel(method: string, path: string, body: object): Promise<void> {
  const answer = await fetch(`${at.sandbox.url}/v0/management${path}`, {
    method,
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(200);
  await at.sandbox.settled();
}

const git = (...words: string[]): string =>
  execFileSync('git', ['-C', at.dir, '-c', 'user.name=a', '-c', 'user.email=a@b', ...words], {
    encoding: 'utf8',
  });

async function applied(): Promise<void> {
  expect((await at.run('apply', '--yes')).exit).toBe(EXIT.ok);
}

async function pulled(...flags: string[]): Promise<Ran & { readonly json: Record<string, unknown> }> {
  const ran = await at.run('pull', '--output', 'json', ...flags);
  return { ...ran, json: JSON.parse(ran.out) as Record<string, unknown> };
}

const planned = async (): Promise<readonly string[]> => {
  const { out } = await at.run('plan', '--output', 'json');
  const { plans } = JSON.parse(out) as { plans: { changes: { path: string; origin: string }[] }[] };
  return plans.flatMap(({ changes }) => changes.map(({ path, origin }) => `${origin} ${path}`));
};

describe('pull over files that are there', () => {
  test('edits lines of the files that own them, and keeps everything else', async () => {
    await applied();
    await panel('PUT', '/debug', { value: true });
    await panel('PUT', '/api-keys', ['sk-test-client-0001', 'sk-test-client-0002', 'sk-test-client-0003']);
    await panel('PUT', '/logging-to-file', { value: true });
    const ran = await pulled();
    expect([ran.exit, ran.json['problems']]).toEqual([EXIT.ok, []]);
    expect(await at.read('home/gateway.yaml')).toBe(
      `${FILE.replace('debug: false', 'debug: true')}  - '\${env:CLIENT_KEY_1}'\nlogging-to-file: true\n`,
    );
    expect(await at.read('home/claude.yaml')).toBe(CLAUDE);
    expect(await at.read('.env')).toBe(`${VALUES}CLIENT_KEY_1=sk-test-client-0003\n`);
    expect(ran.json).toMatchObject({ written: true, adopted: true, gone: [], proof: { changes: 0 } });
    expect(ran.out).not.toContain('sk-test-client-0003');
    expect(await planned()).toEqual([]);
    expect((await at.run('pull')).out).toContain('nothing to pull: the files already have everything');
  });

  test('shows one diff with --diff, and writes nothing', async () => {
    await applied();
    await panel('PUT', '/debug', { value: true });
    const ran = await at.run('pull', '--diff');
    expect(ran.out).toContain('-debug: false # quiet\n+debug: true # quiet\n');
    expect(ran.out).toContain('nothing was written: run it without --diff');
    expect(await at.read('home/gateway.yaml')).toBe(FILE);
  });

  test('takes what the gateway has where nothing was ever applied', async () => {
    await panel('PUT', '/request-retry', { value: 9 });
    await pulled();
    expect(await at.read('home/gateway.yaml')).toBe(
      FILE.replace('&retry 3', '&retry 9').replace('interval: 30', 'interval: 0'),
    );
    expect(await planned()).toEqual([]);
  });

  test('removes what is gone only with --prune', async () => {
    await applied();
    await panel('PUT', '/api-keys', ['sk-test-client-0002']);
    const first = await pulled();
    expect(first.json).toMatchObject({ changes: [], gone: [{ kind: 'add' }], proof: { changes: 1 } });
    expect(await at.read('home/gateway.yaml')).toBe(FILE);
    expect((await at.run('pull')).out).toMatch(
      /declared, but no longer on the gateway: api-keys\[.*\]\. `--prune` removes it from the files\./,
    );
    expect((await pulled('--prune')).exit).toBe(EXIT.ok);
    expect(await at.read('home/gateway.yaml')).toBe(FILE.replace('  - ${env:LAPTOP_KEY} # laptop\n', ''));
    expect(await planned()).toEqual([]);
  });

  test('keeps what only the files changed, and asks about what both sides changed', async () => {
    await applied();
    const mine = FILE.replace('&retry 3', '&retry 5').replace('debug: false', 'debug: true');
    await at.write('home/gateway.yaml', mine);
    await panel('PUT', '/max-retry-interval', { value: 40 });
    const ran = await pulled();
    expect(ran.json).toMatchObject({ onlyInFiles: [{ path: 'debug' }, { path: 'request-retry' }] });
    expect(await at.read('home/gateway.yaml')).toBe(mine.replace('interval: 30', 'interval: 40'));
    expect(await planned()).toEqual(['git debug', 'git request-retry']);
    await panel('PUT', '/request-retry', { value: 7 });
    const refused = await at.run('pull');
    expect([refused.exit, refused.err]).toEqual([EXIT.refused, expect.stringContaining('HF2091')]);
    await pulled('--keep', 'ours');
    expect(await at.read('home/gateway.yaml')).toContain('request-retry: &retry 5');
    await pulled('--keep', 'theirs');
    expect(await at.read('home/gateway.yaml')).toContain('request-retry: &retry 7');
  });

  test('declares what no file declares, each in the file of its subject or in the one that is named', async () => {
    await applied();
    await panel('PUT', '/gemini-api-key', [{ 'api-key': 'sk-test-gemini-0001' }]);
    await panel('PUT', '/logging-to-file', { value: true });
    await pulled('--exclude', 'logging-to-file');
    expect(await at.read('home/claude.yaml')).toBe(
      `${CLAUDE}gemini-api-key:\n  - api-key: \${env:GEMINI_API_KEY}\n`,
    );
    expect(await at.read('home/gateway.yaml')).toBe(FILE);
    await pulled('--into', 'home/new.yaml');
    expect(await at.read('home/new.yaml')).toBe('logging-to-file: true\n');
    expect(await planned()).toEqual([]);
  });

  test('gives a layer without files its first one', async () => {
    await at.write('holdfast.yaml', SETTINGS(at.sandbox.url).replace('[home]', '[home, eu]'));
    await panel('PUT', '/logging-to-file', { value: true });
    expect((await at.run('pull')).err).toBe('');
    expect(await at.read('eu/gateway.yaml')).toBe('logging-to-file: true\n');
    expect(await planned()).toEqual([]);
  });

  test('lists new variables in .env.example', async () => {
    await at.write('home/.env.example', '# mine\nLAPTOP_KEY=');
    await applied();
    await panel('PUT', '/gemini-api-key', [{ 'api-key': 'sk-test-gemini-0001' }]);
    await pulled();
    expect(await at.read('home/.env.example')).toBe(
      '# mine\nLAPTOP_KEY=\n# gemini-api-key[0].api-key\nGEMINI_API_KEY=\n',
    );
  });

  test('keeps copies of the files that it edited', async () => {
    await applied();
    await panel('PUT', '/debug', { value: true });
    const { json } = await pulled();
    expect(await at.read(`${String(json['kept'])}/gateway.yaml`)).toBe(FILE);
  });
});

describe('pull over files that are there refuses', () => {
  test('uncommitted edits of a file that it would edit', async () => {
    await at.write('.gitignore', '.env\n.holdfast\ngateway\n');
    git('init', '-q');
    git('add', '-A');
    git('commit', '-qm', 'a');
    await panel('PUT', '/debug', { value: true });
    await at.write('home/claude.yaml', `${CLAUDE}# mine\n`);
    expect((await pulled()).exit).toBe(EXIT.ok);
    git('checkout', '-q', 'home/gateway.yaml');
    await at.write('home/gateway.yaml', `${FILE}# mine\n`);
    await panel('PUT', '/request-retry', { value: 9 });
    const refused = await at.run('pull');
    expect([refused.exit, refused.err]).toEqual([
      EXIT.invalid,
      expect.stringContaining('home/gateway.yaml has uncommitted changes'),
    ]);
    expect(await at.read('home/gateway.yaml')).toBe(`${FILE}# mine\n`);
  });

  test('files that have errors, with the line', async () => {
    await at.write('home/gateway.yaml', 'debug: false\ndebug: true\n');
    const refused = await at.run('pull');
    expect([refused.exit, refused.err]).toEqual([
      EXIT.invalid,
      expect.stringContaining('home/gateway.yaml:2:1'),
    ]);
    expect(await at.read('home/gateway.yaml')).toBe('debug: false\ndebug: true\n');
    expect(await readdir(join(at.dir, 'home'))).toEqual(['claude.yaml', 'gateway.yaml']);
  });
});

describe('after a pull without settings', () => {
  test('a target that settings name continues its memory', async () => {
    await rm(join(at.dir, 'holdfast.yaml'));
    await at.run('pull', '--output-dir', 'my', '--write-env', '.env');
    const text = await at.read('my/gateway.yaml');
    await at.write('holdfast.yaml', SETTINGS(at.sandbox.url).replace('[home]', '[my]'));
    expect(await planned()).toEqual([]);
    await at.write('my/gateway.yaml', text.replace('request-retry: 3', 'request-retry: 5'));
    expect(await planned()).toEqual(['git request-retry']);
    const applied = async (): Promise<boolean> =>
      (await at.run('status', '--offline', '--output', 'json')).out.includes('"applied"');
    expect(await applied()).toBe(true);
    await at.write('holdfast.yaml', SETTINGS('http://127.0.0.1:1').replace('[home]', '[my]'));
    expect(await applied()).toBe(false);
  });
});
