import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { main } from '../../../src/cli/main.ts';
import { EXIT } from '../../../src/domain/problem/exit.ts';
import { place, type Place } from '../setup.ts';

const KEY = 'sk-test-mgmt-1';
let at: Place;

const FILES = {
  'desired-state/gateway.yaml': `# Our keys.
api-keys:
  - \${env:LAPTOP_KEY} # Anna
  - \${env:PHONE_KEY} # Ben
claude-api-key:
  - api-key: \${env:CLAUDE_KEY}
    priority: 3
    headers: { X-Team: "\${env:TEAM}" }
openai-compatibility:
  - name: kimi
    base-url: https://kimi.example/v1
    api-key-entries: [{ api-key: "\${env:KIMI_KEY}" }]
    models: [{ name: k2, alias: kimi }]
`,
  '.env': `LAPTOP_KEY=sk-test-0001
PHONE_KEY=sk-test-0002
CLAUDE_KEY=sk-test-0003
CLAUDE_KEY_2=sk-test-0004
KIMI_KEY=sk-test-0005
TEAM=team-secret
MANAGEMENT_KEY=${KEY}
`,
};

const settings = (url: string): string => `version: 1
env-file: .env
targets:
  - name: home
    url: ${url}
    key: \${env:MANAGEMENT_KEY} # of the panel too
    adopted: true
client-keys: { laptop: "\${env:LAPTOP_KEY}" } # names
`;

beforeEach(async () => {
  at = await place({
    gateway: `port: 8317\nremote-management: { secret-key: ${KEY} }\n`,
    files: FILES,
    env: {},
    managementKey: KEY,
  });
  await at.write({ 'holdfast.yaml': settings(at.sandbox.url) });
  expect(await at.holdfast('apply', '--yes')).toMatchObject({ exit: EXIT.ok });
});

afterEach(() => at.close());

const text = (file: string): Promise<string> => readFile(join(at.dir, file), 'utf8');
const gateway = (): Promise<string> => text('gateway/config.yaml');

/** The command at a later time. */
async function later(ms: number, ...argv: readonly string[]): Promise<string> {
  let out = '';
  const clock = { ...at.clock, now: () => at.clock.now() + ms };
  await main(argv, { ...at.io(), clock, out: (said) => void (out += said) });
  return out;
}

describe('a client key', () => {
  test('has a second one beside it, then is removed, and its name goes on', async () => {
    const first = await at.holdfast('rotate', 'api-keys[laptop]', '--generate', '--grace', '1h');
    expect(first.exit).toBe(EXIT.ok);
    expect(first.out).toContain('both keys stay valid until');
    expect(await text('desired-state/gateway.yaml')).toContain(
      '  - ${env:LAPTOP_KEY} # Anna\n  - ${env:LAPTOP_KEY_2}\n  - ${env:PHONE_KEY} # Ben\n',
    );
    const [, made = ''] = /LAPTOP_KEY_2=(\S+)/.exec(await text('.env')) ?? [];
    expect(made).toMatch(/^sk-[\w-]{43}$/);
    expect(first.out + first.err).not.toContain(made);
    expect(await gateway()).toContain(made);
    expect(await gateway()).toContain('sk-test-0001');

    const status = await at.holdfast('rotate', '--status');
    expect(status.out).toMatch(/api-keys\[laptop\]: both values are valid, begun .*, the old one until /);
    await at.holdfast('rotate', '--grace', '1s');
    const last = await at.holdfast('rotate', '--wait');
    expect(last.exit).toBe(EXIT.ok);
    expect(last.out).toContain('api-keys[laptop] is rotated');
    expect(await text('desired-state/gateway.yaml')).toContain(
      'api-keys:\n  - ${env:LAPTOP_KEY_2} # Anna\n  - ${env:PHONE_KEY} # Ben\n',
    );
    expect(await text('holdfast.yaml')).toContain('client-keys: { laptop: "${env:LAPTOP_KEY_2}" } # names');
    expect(await gateway()).not.toContain('sk-test-0001');
    expect((await at.holdfast('rotate', '--status')).out).toBe('no rotation is in progress\n');
    expect((await at.holdfast('diff')).exit).toBe(EXIT.ok);
  });
});

test('with --no-apply, the files are edited, and somebody else applies them', async () => {
  const rotate = ['rotate', 'api-keys[laptop]', '--no-apply', '--grace', '1h'];
  const first = await at.holdfast(...rotate, '--to', '${env:CLAUDE_KEY_2}');
  expect([first.exit, first.out]).toEqual([EXIT.ok, expect.stringContaining('continue when it was applied')]);
  expect(await gateway()).not.toContain('sk-test-0004');
  await at.holdfast('apply', '--yes');
  expect((await at.holdfast(...rotate)).out).toContain('both keys stay valid until');
  const { rotation, state } = JSON.parse((await at.holdfast(...rotate, '--output', 'json')).out) as {
    rotation: object;
    state: string;
  };
  expect([state, rotation]).toEqual([
    'waiting',
    expect.objectContaining({ kind: 'client-key', phase: 'waiting', reference: '${env:CLAUDE_KEY_2}' }),
  ]);
  expect((await at.holdfast('status', '--offline')).out).toMatch(/rotating +api-keys\[laptop\]/);
});

describe('a key of a provider', () => {
  test('is ranked lower, and goes when the counters show that nobody uses it', async () => {
    const path = 'claude-api-key[0]';
    const first = await at.holdfast('rotate', path, '--to', '${env:CLAUDE_KEY_2}');
    expect(first.out).toMatch(/only if nobody uses it .*old key 0 requests, new key 0 requests/);
    expect(await text('desired-state/gateway.yaml')).toContain(`claude-api-key:
  - api-key: \${env:CLAUDE_KEY}
    priority: 2
    headers: { X-Team: "\${env:TEAM}" }
  - api-key: \${env:CLAUDE_KEY_2}
    priority: 3
    headers:
      X-Team: \${env:TEAM}
`);
    await later(29 * 60_000, 'rotate', path);
    expect(await gateway()).toContain('sk-test-0003');
    expect(await later(31 * 60_000, 'rotate', path)).toContain('is rotated');
    expect(await gateway()).not.toContain('sk-test-0003');
    expect(await text('desired-state/gateway.yaml')).toContain(
      'claude-api-key:\n  - api-key: ${env:CLAUDE_KEY_2}\n    priority: 3\n    headers: { X-Team: "${env:TEAM}" }\n',
    );
  });

  test('without a priority of its own needs a grace period', async () => {
    const path = 'openai-compatibility[kimi].api-key-entries[0]';
    const refused = await at.holdfast('rotate', path, '--to', '${env:CLAUDE_KEY_2}');
    expect([refused.exit, refused.err]).toEqual([EXIT.invalid, expect.stringContaining('HF2123')]);
    const done = await at.holdfast('rotate', path, '--to', '${env:CLAUDE_KEY_2}', '--grace', '1s', '--wait');
    expect(done.exit).toBe(EXIT.ok);
    expect(await text('desired-state/gateway.yaml')).toContain(
      'api-key-entries: [{ api-key: "${env:CLAUDE_KEY_2}" }]',
    );
  });

  test('taken back, it has its priority again', async () => {
    const before = await text('desired-state/gateway.yaml');
    await at.holdfast('rotate', 'claude-api-key[0]', '--to', '${env:CLAUDE_KEY_2}');
    const back = await at.holdfast('rotate', 'claude-api-key[0]', '--abort');
    expect(back.out).toContain('is as before');
    expect(await text('desired-state/gateway.yaml')).toBe(before);
    expect(await gateway()).not.toContain('sk-test-0004');
  });
});

describe('the management secret', () => {
  test('is replaced, with both keys in the settings until the new one is proved', async () => {
    await at.write({
      'desired-state/secret.yaml': 'remote-management: { secret-key: "${env:MANAGEMENT_KEY}" }\n',
    });
    await at.holdfast('apply', '--yes');
    const { exit, out } = await at.holdfast('rotate', 'remote-management.secret-key', '--generate');
    expect(exit).toBe(EXIT.ok);
    expect(out).toContain('is rotated');
    expect(await text('holdfast.yaml')).toContain('key: ${env:MANAGEMENT_KEY_2} # of the panel too');
    expect(await text('desired-state/secret.yaml')).toContain('secret-key: "${env:MANAGEMENT_KEY_2}"');
    expect((await at.holdfast('diff')).exit).toBe(EXIT.ok);
  });
});

describe('a rotation that is stopped anywhere', () => {
  test.each([1, 2, 4, 5, 6])('after %i messages has one of both keys, and continues', async (count) => {
    let left = count;
    const io = {
      ...at.io(),
      out: () => {
        if (left-- === 0) throw new Error('killed');
      },
    };
    await main(['rotate', 'api-keys[laptop]', '--generate', '--grace', '1s', '--wait'], io);
    expect(await gateway()).toMatch(/sk-test-0001|sk-[\w-]{43}/);
    const { exit } = await at.holdfast('rotate', 'api-keys[laptop]', '--generate', '--grace', '1s', '--wait');
    expect(exit).toBe(EXIT.ok);
    expect(await gateway()).not.toContain('sk-test-0001');
    expect(await gateway()).toMatch(/sk-[\w-]{43}/);
  });
});

test('an edit that was interrupted is undone before the rotation continues', async () => {
  const rotate = ['rotate', 'api-keys[laptop]', '--grace', '1h'];
  const files = await text('desired-state/gateway.yaml');
  const half = files.replace('  - ${env:PHONE_KEY}', '  - ${env:LAPTOP_KEY_2}\n  - ${env:PHONE_KEY}');
  const after = createHash('sha256').update(half).digest('hex');
  const path = join(at.dir, 'desired-state/gateway.yaml');
  await at.write({
    'desired-state/gateway.yaml': half,
    '.holdfast/replacing.json': JSON.stringify([{ path, before: files, mode: 0o644, after }]),
  });
  const { exit, err } = await at.holdfast(...rotate, '--to', '${env:CLAUDE_KEY_2}', '--quiet');
  expect([exit, err]).toEqual([EXIT.ok, '']);
  expect(await text('desired-state/gateway.yaml')).toBe(half.replace('LAPTOP_KEY_2', 'CLAUDE_KEY_2'));
});

describe('a rotation that cannot be made', () => {
  test('says why, and leaves the files and the record as they are', async () => {
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [['request-retry', '--to', '${env:CLAUDE_KEY_2}'], /HF2120.*don't declare `request-retry`/s],
      [
        ['openai-compatibility[kimi]', '--to', '${env:CLAUDE_KEY_2}'],
        /HF2120.*several keys.*api-key-entries/s,
      ],
      [['claude-api-key[0].priority', '--to', '${env:CLAUDE_KEY_2}'], /HF2120.*isn't a secret/s],
      [['claude-api-key[0].headers.X-Team', '--to', '${env:CLAUDE_KEY_2}'], /HF2120/],
      [['api-keys[tablet]', '--to', '${env:CLAUDE_KEY_2}'], /HF2120.*no entry `tablet`.*`laptop`/s],
      [['api-keys[laptop]', '--to', '${env:CLAUDE_KEY_2}'], /HF2123.*--grace/s],
      [['api-keys[laptop]', '--grace', 'soon', '--generate'], /HF1001.*--grace soon/s],
      [['api-keys[laptop]', '--grace', '1h'], /HF1001.*new value is missing/s],
      [['api-keys[laptop]', '--grace', '1h', '--to', '${env:LAPTOP_KEY}'], /HF2121.*is the old one/s],
      [
        ['api-keys[laptop]', '--grace', '1h', '--to', '${env:PHONE_KEY}'],
        /HF2121.*declare the new value already/s,
      ],
      [['api-keys[laptop]', '--grace', '1h', '--to', 'sk-test-0009'], /HF2121.*isn't a reference/s],
      [['api-keys[laptop]', '--grace', '1h', '--to', '${env:NOPE}'], /HF2020.*NOPE/s],
      [['claude-api-key[0]', '--generate'], /HF2121.*only the provider/s],
      [['remote-management.secret-key', '--generate'], /HF2120.*don't declare/s],
      [['api-keys[laptop]', '--abort'], /HF2125/],
      [[], /HF1001.*rotate needs the path of a key/s],
    ];
    const before = await text('desired-state/gateway.yaml');
    for (const [argv, expected] of cases) {
      const { exit, err } = await at.holdfast('rotate', ...argv);
      expect([argv, err]).toEqual([argv, expect.stringMatching(expected)]);
      expect(err).not.toContain('sk-test-0009');
      expect(exit).not.toBe(EXIT.ok);
    }
    expect(await text('desired-state/gateway.yaml')).toBe(before);
    expect((await at.holdfast('rotate', '--status')).out).toBe('no rotation is in progress\n');
  });

  test('of a client key that has expired is refused, as the new one would be too', async () => {
    await at.write({
      'holdfast.yaml': (await text('holdfast.yaml')).replace(
        'laptop: "${env:LAPTOP_KEY}"',
        'laptop: { key: "${env:LAPTOP_KEY}", expires: 2026-01-01 }',
      ),
    });
    const { exit, err } = await at.holdfast('rotate', 'api-keys[laptop]', '--grace', '1h', '--generate');
    expect([exit, err]).toEqual([
      EXIT.invalid,
      expect.stringMatching(/HF2120.*"laptop" expired at 2026-01-02/s),
    ]);
  });

  test('once begun, has the same value to its end, and files that match it', async () => {
    const rotate = ['rotate', 'api-keys[laptop]', '--grace', '1h'];
    await at.holdfast(...rotate, '--to', '${env:CLAUDE_KEY_2}');
    const other = await at.holdfast(...rotate, '--to', '${env:KIMI_KEY}');
    expect([other.exit, other.err]).toEqual([EXIT.invalid, expect.stringContaining('HF2122')]);
    const files = await text('desired-state/gateway.yaml');
    await at.write({ 'desired-state/gateway.yaml': files.replace('  - ${env:CLAUDE_KEY_2}\n', '') });
    const lost = await at.holdfast(...rotate);
    expect([lost.exit, lost.err]).toEqual([
      EXIT.invalid,
      expect.stringMatching(/no longer declare the new value/),
    ]);
    expect((await at.holdfast('rotate', '--abort')).out).toContain('is as before');
    expect(await gateway()).not.toContain('sk-test-0004');
  });
});
