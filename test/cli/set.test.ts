// `holdfast set`: the smallest edit of the file that declares a path.
import { execFileSync } from 'node:child_process';
import { chmod, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { EXIT } from '../../src/domain/problem/exit.ts';
import { type Place, place } from './setup.ts';

const BASE = `# Kept by the platform team.
request-retry: 3   # three is enough
routing:
  strategy: round-robin
openai-compatibility:
  - name: kimi # the cheap one
    base-url: https://kimi.example/v1
    priority: 1
    api-key-entries:
      - api-key: \${env:KIMI_KEY}
  - name: deepseek
    base-url: "https://deepseek.example/v1"
`;
const OVERLAY = `routing:\n  strategy: fill-first # here only\n`;

let work: Place;
beforeEach(async () => {
  work = await place({
    gateway: 'api-keys: [sk-test-0001]\n',
    files: { 'base/gateway.yaml': BASE, 'eu/overlay.yaml': OVERLAY },
    env: { KIMI_KEY: 'sk-test-0002' },
    managementKey: 'management-key-for-tests',
  });
});
afterEach(() => work.close());

const FILES = ['--desired', 'base', 'eu', '--'] as const;
const set = (...argv: readonly string[]): ReturnType<Place['holdfast']> => {
  const flags = argv.filter((word) => word.startsWith('--') || word === 'calmer');
  return work.holdfast('set', ...flags, ...FILES, ...argv.filter((word) => !flags.includes(word)));
};
const base = (): Promise<string> => readFile(join(work.dir, 'base/gateway.yaml'), 'utf8');

describe('an edit', () => {
  test.each([
    ['request-retry', '5', 'request-retry: 3   #', 'request-retry: 5   #'],
    ['openai-compatibility[kimi].priority', '10', 'priority: 1', 'priority: 10'],
    ['openai-compatibility[0].priority', '10', 'priority: 1', 'priority: 10'],
    [
      'openai-compatibility[deepseek].base-url',
      'https://d.example/v1',
      '"https://deepseek.example/v1"',
      '"https://d.example/v1"',
    ],
  ])('of %s to %s changes that value alone', async (path, value, was, willBe) => {
    expect((await set(path, value, '--write')).exit).toBe(EXIT.ok);
    expect(await base()).toBe(BASE.replace(was, willBe));
  });

  test('of a base that other targets read is made in the layer of the target, or with --in-base for all of them', async () => {
    const targets = ['eu', 'us'].map(
      (name) => `  - { name: ${name}, url: "\${env:HOLDFAST_URL}", desired: [base, ${name}] }\n`,
    );
    await work.write({
      'holdfast.yaml': `version: 1\ntargets:\n${targets.join('')}`,
      'us/overlay.yaml': OVERLAY,
    });
    const eu = (...words: string[]): ReturnType<Place['holdfast']> =>
      work.holdfast('set', '--target', 'eu', '--write', ...words);
    expect(await eu('request-retry', '5')).toMatchObject({ exit: EXIT.ok, err: '' });
    expect(await base()).toBe(BASE);
    expect(await readFile(join(work.dir, 'eu/overlay.yaml'), 'utf8')).toContain('request-retry: 5\n');
    const shared = await eu('--in-base', 'openai-compatibility[kimi].base-url', 'https://kimi.example/v2');
    expect([shared.exit, shared.err]).toEqual([
      EXIT.ok,
      expect.stringContaining('base/gateway.yaml is also read by us'),
    ]);
    expect(await base()).toBe(BASE.replace('kimi.example/v1', 'kimi.example/v2'));
  });

  test('goes to the layer that declares the path', async () => {
    await set('routing.strategy', 'weighted-round-robin', '--write');
    expect(await base()).toBe(BASE);
    expect(await readFile(join(work.dir, 'eu/overlay.yaml'), 'utf8')).toBe(
      OVERLAY.replace('fill-first', 'weighted-round-robin'),
    );
  });

  test('of an entry that is not there yet adds it, and --unset removes it', async () => {
    const entry = '{name: grok, base-url: "https://grok.example/v1"}';
    await set('openai-compatibility[grok]', entry, '--write');
    expect(await base()).toMatch(/- name: grok\n/);
    await set('openai-compatibility[grok]', '--unset', '--write');
    expect(await base()).toBe(BASE);
  });

  test('of keys in a section that is not there yet makes one section', async () => {
    const edits = [
      { path: 'streaming.keepalive-seconds', value: 5 },
      { path: 'streaming.bootstrap-retries', value: 2 },
      { path: 'quota-exceeded.switch-project', value: true },
    ];
    await work.write({ 'edits.json': JSON.stringify(edits) });
    await work.holdfast('set', '--edits', 'edits.json', '--write', '--desired', 'base', 'eu');
    const text = await base();
    expect(text.startsWith(BASE)).toBe(true);
    expect(text.slice(BASE.length)).toBe(
      'streaming:\n  keepalive-seconds: 5\n  bootstrap-retries: 2\nquota-exceeded:\n  switch-project: true\n',
    );
  });

  test('of a new member of an entry, and of a map in it', async () => {
    await set('openai-compatibility[deepseek].headers.X-Team', 'a', '--write');
    expect(await base()).toBe(`${BASE}    headers:\n      X-Team: a\n`);
  });

  test('writes nothing without --write, and shows the difference', async () => {
    const { out } = await set('request-retry', '5');
    expect(out).toMatch(/^-request-retry: 3 {3}# three is enough\n\+request-retry: 5 {3}# three is enough$/m);
    expect(out).toContain('Nothing was written. Add --write');
    expect(await base()).toBe(BASE);
  });

  test('several from a file are made together', async () => {
    const edits = [
      { path: 'request-retry', value: 7 },
      { path: 'openai-compatibility[kimi].priority', unset: true },
      { path: 'ws-auth', value: true },
    ];
    await work.write({ 'edits.json': JSON.stringify(edits) });
    expect(
      (await work.holdfast('set', '--edits', 'edits.json', '--write', '--desired', 'base', 'eu')).exit,
    ).toBe(0);
    const text = await base();
    expect(text).toContain('request-retry: 7   # three is enough');
    expect(text).not.toContain('priority');
    const rendered = await work.holdfast('render', '--desired', 'base', 'eu');
    expect(rendered.out).toMatch(/ws-auth: true/);
  });
});

describe('what can not be declared is refused, and the files stay', () => {
  test.each([
    [['no-such-key', '1'], 'HF2100'],
    [['routing.no-such-key', '1'], 'HF2100'],
    [['openai-compatibility[nobody].priority', '1'], 'HF2100'],
    [['debug', '--unset'], 'HF2100'],
    [['api-keys[*]', 'x'], 'HF2100'],
    [['request-retry', 'many'], 'HF2031'],
    [['api-keys', '[sk-test-0003]'], 'HF2101'],
    [['openai-compatibility[kimi].api-key-entries', '[{api-key: sk-test-0003}]'], 'HF2101'],
    [['request-retry', '{'], 'HF1001'],
    [['a..b', '1'], 'HF1001'],
    [['request-retry'], 'HF1001'],
  ])('%j', async (argv, code) => {
    const { exit, err } = await set(...argv, '--write');
    expect(exit).not.toBe(EXIT.ok);
    expect(err).toContain(code);
    expect(err).toContain('fix');
    expect(err).not.toContain('sk-test-0003');
    expect(await base()).toBe(BASE);
  });
});

describe('--store-secrets', () => {
  const entry = (key: string): string =>
    JSON.stringify([
      { path: 'request-retry', value: 4 },
      {
        path: 'claude-api-key',
        value: [
          { 'api-key': key, 'proxy-url': `http://u:${key}-pw@h:1`, headers: { 'X-Key': '${env:KIMI_KEY}' } },
        ],
      },
      { path: 'openai-compatibility[kimi].api-key-entries[1]', value: { 'api-key': 'sk-test-0002' } },
    ]);
  const store = async (key: string, ...flags: readonly string[]): ReturnType<Place['holdfast']> => {
    await work.write({ 'edits.json': entry(key) });
    return work.holdfast(
      'set',
      '--edits',
      'edits.json',
      '--store-secrets',
      '--write',
      ...flags,
      '--desired',
      'base',
      'eu',
    );
  };

  test('keeps values in the file of variables, and reuses those that are there', async () => {
    await work.write({ 'values.env': 'CLAUDE_API_KEY=sk-test-other-0001\n' });
    const ran = await store('sk-test-claude-0001', '--variables', 'values.env');
    expect(ran).toMatchObject({ exit: EXIT.ok });
    const files = await base();
    expect(files).toContain('- api-key: ${env:CLAUDE_API_KEY_1}');
    expect(files).toContain('http://u:${env:CLAUDE_PROXY_PASSWORD}@h:1');
    expect(files).toContain('X-Key: ${env:KIMI_KEY}');
    expect(files).toContain('      - api-key: ${env:KIMI_KEY}\n      - api-key: ${env:KIMI_KEY}\n');
    expect(await readFile(join(work.dir, 'values.env'), 'utf8')).toBe(
      'CLAUDE_API_KEY=sk-test-other-0001\nCLAUDE_API_KEY_1=sk-test-claude-0001\nCLAUDE_PROXY_PASSWORD=sk-test-claude-0001-pw\n',
    );
    expect(ran.out + ran.err + files).not.toContain('sk-test-');
  });

  test('writes nothing where no file is named for them, and where it is not given', async () => {
    expect((await store('sk-test-claude-0001')).err).toContain('HF2096');
    const refused = await work.holdfast('set', '--edits', 'edits.json', '--write', '--desired', 'base', 'eu');
    expect(refused.err).toContain('HF2101');
    expect(await base()).toBe(BASE);
  });
});

test('--branch needs --commit, and excludes --write', async () => {
  for (const flag of ['--write', '--commit']) {
    const flags = flag === '--write' ? [flag] : [flag, '--write'];
    const ran = await work.holdfast('set', ...flags, '--branch', 'calmer', ...FILES, 'request-retry', '1');
    expect(ran).toMatchObject({ exit: EXIT.usage, err: expect.stringContaining('HF1001') });
  }
  expect(await base()).toBe(BASE);
});

test('--branch commits to a new branch, and leaves the work tree as it is', async () => {
  const git = (...argv: readonly string[]): string =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t.example', ...argv], {
      cwd: work.dir,
      encoding: 'utf8',
    });
  git('init', '-q');
  git('config', 'user.name', 't');
  git('config', 'user.email', 't@t.example');
  git('add', 'base', 'eu');
  git('commit', '-q', '-m', 'start');
  const argv = ['set', '--commit', '--branch', 'calmer', ...FILES, 'request-retry', '1'];
  const { exit, out } = await work.holdfast(...argv);
  expect(exit).toBe(EXIT.ok);
  expect(out).toMatch(/committed to calmer: [0-9a-f]{8}/);
  expect(await base()).toBe(BASE);
  expect(git('show', 'calmer:base/gateway.yaml')).toBe(BASE.replace('request-retry: 3', 'request-retry: 1'));
  await work.write({ '.git/hooks/pre-commit': '#!/bin/sh\nexit 1\n' });
  await chmod(join(work.dir, '.git/hooks/pre-commit'), 0o755);
  const hooked = await work.holdfast('set', '--commit', ...FILES, 'request-retry', '1');
  expect(hooked).toMatchObject({ exit: EXIT.invalid, err: expect.stringContaining('The files are edited.') });
  await work.write({ 'base/gateway.yaml': `${BASE}# edited\n` });
  const refused = await work.holdfast('set', '--commit', ...FILES, 'request-retry', '1');
  expect(refused.err).toContain(' base/gateway.yaml has uncommitted changes');
});
