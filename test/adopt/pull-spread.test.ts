// `holdfast pull` into several files: by subject, and for several targets.
import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { EXIT } from '../../src/domain/problem/exit.ts';
import { KEY, openTerminal, type Terminal } from '../cli/terminal.ts';

const EU = `host: 127.0.0.1
port: 8317
remote-management:
  secret-key: ${KEY}
request-retry: 3
# quiet
debug: false
api-keys:
  - sk-test-client-0001 # laptop
claude-api-key:
  - api-key: sk-test-claude-0001
    base-url: https://claude.example
`;
const US = EU.replace('request-retry: 3', 'request-retry: 5').replace('client-0001', 'client-0002');

let eu: Terminal;
let us: Terminal;

const settings = (desired = 'base, us'): string =>
  `version: 1\nenv-file: .env\ntargets:\n${[
    ['eu', eu.sandbox.url, 'base, eu'],
    ['us', us.sandbox.url, desired],
  ]
    .map(
      ([name, url, dirs]) =>
        `  - { name: ${name}, url: "${url}", key: "\${env:HOLDFAST_KEY}", desired: [${dirs}] }\n`,
    )
    .join('')}`;

beforeEach(async () => {
  eu = await openTerminal({ '.env': '' }, EU);
  us = await openTerminal({}, US);
  await eu.write('holdfast.yaml', settings());
});
afterEach(async () => {
  await eu[Symbol.asyncDispose]();
  await us[Symbol.asyncDispose]();
});

const targets = (...flags: string[]): ReturnType<Terminal['run']> =>
  eu.run('pull', '--targets', 'eu,us', '--base', 'base', '--secrets', 'env', ...flags);

const isThere = (name: string): Promise<boolean> =>
  access(join(eu.dir, name)).then(
    () => true,
    () => false,
  );

const body = async (file: string): Promise<string> => (await eu.read(file)).replace(/^(?:#.*\n)+\n/, '');

describe('pull of several targets', () => {
  test('writes what is equal to the base and the rest to overlays, and remembers it', async () => {
    const ran = await targets('--output', 'json');
    expect(ran.exit).toBe(EXIT.ok);
    expect(JSON.parse(ran.out)).toMatchObject({
      targets: ['eu', 'us'],
      adopted: ['eu', 'us'],
      proof: { changes: 0 },
    });
    expect(ran.out).not.toContain('sk-test-client');
    expect(await body('base/gateway.yaml')).toBe(
      '# quiet\ndebug: false\nclaude-api-key:\n  - api-key: ${env:CLAUDE_API_KEY}\n    base-url: https://claude.example\n',
    );
    expect(await body('eu/gateway.yaml')).toBe(
      'request-retry: 3\napi-keys:\n  - ${env:CLIENT_KEY} # laptop\n',
    );
    expect(await body('us/gateway.yaml')).toBe(
      'request-retry: 5\napi-keys:\n  - ${env:CLIENT_KEY_1} # laptop\n',
    );
    expect(await eu.read('.env')).toBe(
      'CLAUDE_API_KEY=sk-test-claude-0001\nCLIENT_KEY=sk-test-client-0001\nCLIENT_KEY_1=sk-test-client-0002\n',
    );
    expect((await eu.run('diff')).exit).toBe(EXIT.ok);
    await eu.write('us/gateway.yaml', (await eu.read('us/gateway.yaml')).replace('retry: 5', 'retry: 7'));
    expect((await eu.run('plan', '--target', 'us', '--output', 'json')).out).toContain('"origin": "git"');
  });

  test('a value that changes on one of them later goes into its overlay, or into the base if it is named', async () => {
    expect((await targets()).exit).toBe(EXIT.ok);
    const base = await eu.read('base/gateway.yaml');
    const answer = await fetch(`${eu.sandbox.url}/v0/management/debug`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${KEY}` },
      body: '{"value":true}',
    });
    expect(answer.status).toBe(200);
    await eu.sandbox.settled();
    const named = await eu.run('adopt', '--target', 'eu', '--into', 'base/gateway.yaml');
    expect(named.out).toContain('+++ b/base/gateway.yaml');
    expect(named.err).toContain('base/gateway.yaml is also read by us');
    const written = await eu.run('adopt', '--target', 'eu', '--write');
    expect([written.exit, written.err]).toEqual([EXIT.ok, '']);
    expect(await eu.read('base/gateway.yaml')).toBe(base);
    expect(await body('eu/gateway.yaml')).toBe(
      'request-retry: 3\napi-keys:\n  - ${env:CLIENT_KEY} # laptop\ndebug: true\n',
    );
    expect((await eu.run('diff')).exit).toBe(EXIT.ok);
  });

  test('shows the files with --diff, and writes nothing', async () => {
    const { out } = await targets('--diff');
    expect(out).toContain('+++ b/us/gateway.yaml');
    expect(out).toContain('nothing was written');
    expect(await isThere('base')).toBe(false);
  });

  test('writes nothing if one of them is out of reach', async () => {
    await us.sandbox.stop();
    const refused = await targets();
    expect([refused.exit, refused.err]).toEqual([EXIT.unreachable, expect.stringContaining('us')]);
    expect([await isThere('base'), await isThere('eu'), await eu.read('.env')]).toEqual([false, false, '']);
  });

  test('refuses files that are there, and a base that a target would not read', async () => {
    await eu.write('eu/mine.yaml', 'debug: true\n');
    expect((await targets()).err).toContain('eu/mine.yaml already exists');
    expect(await readdir(join(eu.dir, 'eu'))).toEqual(['mine.yaml']);
    await eu.write('holdfast.yaml', settings('us'));
    const refused = await targets();
    expect(refused.exit).toBe(EXIT.invalid);
    expect(refused.err).toContain("HF2077 us doesn't read base");
    expect(refused.err).toContain('Set `desired: [base, us]` for us in the settings.');
  });

  test('refuses a base for which nothing is equal', async () => {
    const nothing = `port: 8317\nremote-management:\n  secret-key: ${KEY}\nws-auth: false\nlogs-max-total-size-mb: 7\n`;
    await using other = await openTerminal({}, nothing);
    await eu.write('holdfast.yaml', settings().replace(us.sandbox.url, other.sandbox.url));
    const refused = await targets();
    expect([refused.exit, refused.err]).toEqual([
      EXIT.invalid,
      expect.stringContaining('HF2077 nothing is equal on eu and us'),
    ]);
    expect(await isThere('base')).toBe(false);
  });

  test('needs both flags', async () => {
    expect((await eu.run('pull', '--targets', 'eu,us')).err).toContain('--base and --targets together');
  });
});

describe('pull --split', () => {
  test('writes a file for each subject, and later pulls keep to them', async () => {
    await eu.write('holdfast.yaml', settings().replace('[base, eu]', '[eu]'));
    const ran = await eu.run('pull', '--target', 'eu', '--split', '--secrets', 'env');
    expect(ran.exit).toBe(EXIT.ok);
    // The directory isn't in git yet.
    expect(ran.err.match(/HF\d+/g)).toEqual(['HF2073']);
    expect((await readdir(join(eu.dir, 'eu'))).toSorted()).toEqual([
      '.env.example',
      'gateway.yaml',
      'keys.yaml',
      'providers.yaml',
      'routing.yaml',
    ]);
    expect(await body('eu/gateway.yaml')).toBe('# quiet\ndebug: false\n');
    expect(await body('eu/routing.yaml')).toBe('request-retry: 3\n');
    expect((await eu.run('diff', '--target', 'eu')).exit).toBe(EXIT.ok);
    const answer = await fetch(`${eu.sandbox.url}/v0/management/max-retry-interval`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${KEY}` },
      body: '{"value":20}',
    });
    expect(answer.status).toBe(200);
    await eu.sandbox.settled();
    expect((await eu.run('pull', '--target', 'eu', '--split')).exit).toBe(EXIT.ok);
    expect(await body('eu/routing.yaml')).toBe('request-retry: 3\nmax-retry-interval: 20\n');
  });
});
