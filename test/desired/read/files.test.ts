import { execFileSync } from 'node:child_process';
import { chmodSync, closeSync, mkdirSync, openSync, symlinkSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { trackedStateFiles, trackedStateProblems } from '../../../src/desired/check/tracked.ts';
import { DEFAULT_RULES } from '../../../src/input/reference-rules.ts';
import { until } from '../../support/until.ts';
import { directory, load, loadText, oneLine, treeOf } from '../setup.ts';

function git(dir: string, ...args: string[]): string {
  const identity = ['-c', 'user.name=t', '-c', 'user.email=t@t.example', '-c', 'commit.gpgsign=false'];
  return execFileSync('git', ['-C', dir, ...identity, ...args], { encoding: 'utf8' }).trim();
}

describe('the directory', () => {
  test('of a mounted volume, whose files are links into a hidden directory that is swapped', async () => {
    const dir = directory({ 'desired/..v1/a.yaml': 'debug: true\n' });
    symlinkSync('..v1', join(dir, 'desired/..data'));
    symlinkSync('..data/a.yaml', join(dir, 'desired/a.yaml'));
    const loaded = await load(dir);
    expect(treeOf(loaded)).toEqual({ debug: true });
    expect(loaded.desired?.watched).toContain(join(dir, 'desired'));
  });

  test('is read once, also with circular links', async () => {
    const dir = directory({ 'desired/a.yaml': 'debug: true\n', 'shared/b.yaml': 'request-retry: 1\n' });
    for (const [name, target] of [
      ['one', '.'],
      ['two', '.'],
      ['up', '..'],
      ['again.yaml', 'a.yaml'],
      ['shared', '../shared'],
      ['shared2', '../shared'],
    ] as const)
      symlinkSync(target, join(dir, 'desired', name));
    expect(treeOf(await load(dir))).toEqual({ debug: true, 'request-retry': 1 });
  });

  test('with a link to everything ends at a bound that names the link', async () => {
    const dir = directory({ 'desired/a.yaml': 'debug: true\n' });
    symlinkSync('/', join(dir, 'desired/all'));
    const rules = { ...DEFAULT_RULES, files: ['/'] };
    expect((await load(dir, { rules })).problems.map(oneLine)).toEqual([
      'HF2006 desired contains more than 20000 files and directories; the link desired/all points to /',
    ]);
  });

  describe('with links that lead out of it', () => {
    const linked = (): { dir: string; outside: string } => {
      const outside = directory({ 'secret.yaml': 'request-retry: 1\n', 'all/b.yaml': 'request-retry: 2\n' });
      const dir = directory({ 'home/desired/a.yaml': 'debug: true\n', 'shared.yaml': 'request-retry: 3\n' });
      return { dir, outside };
    };
    const settled = async (dir: string, options = {}): Promise<readonly string[]> => {
      const fixture = join(dir, 'home');
      return (await load(fixture, { settingsDir: fixture, ...options })).problems.map(oneLine);
    };
    const refusal = (name: string): string =>
      `${name}:1:1 HF2007 the link desired/${name} leads outside the directories that desired state can use`;

    test.each(['secret.yaml', 'all', '.'])('refuses %s of another directory', async (target) => {
      const { dir, outside } = linked();
      symlinkSync(join(outside, target), join(dir, 'home/desired/out.yaml'));
      expect(await settled(dir)).toEqual([refusal('out.yaml')]);
      const rules = { ...DEFAULT_RULES, files: ['.', outside] };
      expect((await settled(dir, { rules })).filter((line) => line.includes('HF2007'))).toEqual([]);
    });

    test('refuses a link behind a link, and does not reveal its target', async () => {
      const { dir, outside } = linked();
      mkdirSync(join(dir, 'home/other'));
      symlinkSync(outside, join(dir, 'home/other/out'));
      symlinkSync('../other', join(dir, 'home/desired/other'));
      const [line, ...more] = await settled(dir);
      expect([line, more]).toEqual([expect.stringContaining('the link desired/other/out leads outside'), []]);
      expect(line).not.toContain(outside);
    });

    test('follows them within the git repository', async () => {
      const { dir } = linked();
      symlinkSync('../../shared.yaml', join(dir, 'home/desired/b.yaml'));
      expect(await settled(dir)).toEqual([refusal('b.yaml')]);
      git(dir, 'init', '-q');
      expect(await settled(dir)).toEqual([]);
    });

    test("reads no file of Holdfast itself, and ignores what isn't YAML", async () => {
      const { dir, outside } = linked();
      symlinkSync(join(outside, 'secret.yaml'), join(dir, 'home/desired/README'));
      expect(await settled(dir)).toEqual([]);
      mkdirSync(join(dir, 'home/state'));
      writeFileSync(join(dir, 'home/state/a.yaml'), 'request-retry: 1\n');
      symlinkSync('../state/a.yaml', join(dir, 'home/desired/b.yaml'));
      const rules = { ...DEFAULT_RULES, closed: [join(dir, 'home/state')] };
      expect(await settled(dir, { rules })).toEqual([refusal('b.yaml')]);
    });
  });

  test('is aborted when the process is stopped', async () => {
    const dir = directory({ 'desired/a.yaml': 'debug: true\n' });
    const stopped = load(dir, { signal: AbortSignal.abort() });
    await expect(stopped).rejects.toMatchObject({ problems: [{ code: 'HF5007' }], exit: 4 });
  });

  test("can contain what isn't a file: it is refused, not waited for", async () => {
    const dir = directory({ 'desired/a.yaml': 'api-keys: ["${file:nobody}", "${file:/dev/zero}"]\n' });
    execFileSync('mkfifo', [join(dir, 'nobody')]);
    const rules = { ...DEFAULT_RULES, files: ['.', '/dev'] };
    expect((await load(dir, { rules })).problems.map(oneLine)).toEqual([
      'a.yaml:1:12 HF2020 ${file:nobody} is empty',
      "a.yaml:1:30 HF2020 ${file:/dev/zero} can't be resolved: /dev/zero can't be read: it's neither a file nor a pipe",
    ]);
    execFileSync('mkfifo', [join(dir, 'desired/b.yaml')]);
    expect((await load(dir)).problems.map(oneLine)).toContainEqual(
      expect.stringContaining('b.yaml:1:1 HF2003'),
    );
  });

  test('can refer to a pipe with a writer', async () => {
    const dir = directory({ 'desired/a.yaml': 'api-keys: ["${file:pipe}"]\n' });
    execFileSync('mkfifo', [join(dir, 'pipe')]);
    const writer = openSync(join(dir, 'pipe'), 'r+');
    writeSync(writer, 'sk-test-0001\n');
    const pipes = (): number => process.getActiveResourcesInfo().filter((name) => name === 'PipeWrap').length;
    for (const _ of [1, 2]) await new Promise((turn) => setImmediate(turn)); // what an earlier test closes
    const before = pipes();
    const loading = load(dir);
    await until(() => pipes() > before); // it reads what is there, and waits for the end
    closeSync(writer);
    expect(treeOf(await loading)).toEqual({ 'api-keys': ['sk-test-0001'] });
  });
});

describe('the content of the files', () => {
  test('can have anchors and merge keys, which stand for what they name', async () => {
    const text = [
      'claude-api-key:',
      '  - &base { api-key: "${env:K}", base-url: u, priority: 1 }',
      '  - { <<: *base, base-url: v }',
    ].join('\n');
    expect(treeOf(await loadText(text, { env: { K: 'k' } }))).toEqual({
      'claude-api-key': [
        { 'api-key': 'k', 'base-url': 'u', priority: 1 },
        { 'base-url': 'v', 'api-key': 'k', priority: 1 },
      ],
    });
  });

  test('can have unknown keys at the top and in plain mappings when the policy says so, and never in entries', async () => {
    const text =
      'new-key: 1\nrouting: { new: x }\nclaude-api-key:\n  - { api-key: "${env:K}", base-url: u, new: 1 }\n';
    const loaded = await loadText(text, { env: { K: 'k' }, policy: { unknownKeys: 'pass' } });
    expect(loaded.problems.map(oneLine)).toEqual([
      "a.yaml:4:41 HF2030 `claude-api-key[0].new` isn't known here",
    ]);
  });

  test("can spell the gateway's value in another way, with a warning", async () => {
    const loaded = await loadText('oauth-excluded-models: { claude: [Opus] }\n');
    expect(loaded.problems.map(({ severity, message }) => `${severity}: ${message}`)).toEqual([
      'warning: `oauth-excluded-models.claude[0]` is stored in lower case by the gateway: `opus`',
    ]);
    expect(loaded.desired).toBeDefined();
  });

  test('can be empty where that is declared', async () => {
    const text = 'api-keys: []\noauth-excluded-models: { claude: [] }\noauth-model-alias: {}\n';
    expect((await loadText(text)).problems).toEqual([]);
  });
});

describe('git', () => {
  test('of several layers has changes when one of them has', async () => {
    const dir = directory({ 'base/a.yaml': 'debug: true\n', 'over/b.yaml': 'request-retry: 1\n' });
    git(dir, 'init', '-q');
    git(dir, 'add', '.');
    git(dir, 'commit', '-qm', 'one');
    const dirty = async () => (await load(dir, { layers: ['base', 'over'] })).desired?.revision.commit?.dirty;
    expect(await dirty()).toBe(false);
    writeFileSync(join(dir, 'over/b.yaml'), 'request-retry: 2\n');
    expect(await dirty()).toBe(true);
  });

  test('has the commit, and whether files differ from it', async () => {
    const dir = directory({ 'desired/a.yaml': 'debug: true\n' });
    expect((await load(dir)).desired?.revision.commit).toBeUndefined();
    git(dir, 'init', '-q');
    git(dir, 'add', '.');
    git(dir, 'commit', '-qm', 'one');
    const [sha, author, at] = git(dir, 'log', '-1', '--format=%H,%an,%at').split(',');
    const commit = { sha, author, subject: 'one', at: Number(at) * 1000 };
    expect((await load(dir)).desired?.revision.commit).toEqual({ ...commit, dirty: false });
    writeFileSync(join(dir, 'elsewhere'), 'x');
    expect((await load(dir)).desired?.revision.commit).toEqual({ ...commit, dirty: false });
    writeFileSync(join(dir, 'desired/a.yaml'), 'debug: false\n');
    expect((await load(dir)).desired?.revision.commit).toEqual({ ...commit, dirty: true });
  });

  test('must not track state', async () => {
    const dir = directory({ '.holdfast/home/state.json': '{}', '.holdfast/.gitignore': '*\n' });
    const state = join(dir, '.holdfast');
    expect(await trackedStateFiles(join(dir, 'none'))).toEqual([]);
    expect(await trackedStateFiles(state)).toEqual([]);
    git(dir, 'init', '-q');
    git(dir, 'add', '-A');
    expect(await trackedStateFiles(state)).toEqual([]);
    git(dir, 'add', '-f', '.holdfast');
    expect((await trackedStateProblems(state, '.holdfast')).map(oneLine)).toEqual([
      'HF2061 git tracks .holdfast/home/state.json',
    ]);
  });
});

describe('a file encrypted with SOPS', () => {
  const encrypted = [
    'api-keys:',
    '  # laptop',
    '  - ENC[AES256_GCM,data:abc,type:str]',
    'request-retry: 3',
    'sops:',
    '  mac: ENC[x]',
    '  version: 3.9.0',
  ].join('\n');

  /** A stand-in for the real program: prints what it would decrypt to. */
  function withSops(plain: string): { dir: string; env: Record<string, string> } {
    const dir = directory({
      'desired/a.yaml': encrypted,
      'bin/sops': `#!/bin/sh\ncat <<'END'\n${plain}END\n`,
    });
    chmodSync(join(dir, 'bin/sops'), 0o755);
    mkdirSync(join(dir, 'empty'));
    return { dir, env: { PATH: `${join(dir, 'bin')}:${process.env['PATH'] ?? ''}` } };
  }

  test("is decrypted; its values are taken literally, aren't plain secrets, and keep their positions", async () => {
    const { dir, env } = withSops(
      'api-keys:\n    - sk-${env:X}-1\nrequest-retry: 3\nsops:\n    mac: x\n    version: 3.9.0\n',
    );
    const loaded = await load(dir, { env });
    expect(treeOf(loaded)).toEqual({ 'api-keys': ['sk-${env:X}-1'], 'request-retry': 3 });
    expect(loaded.desired?.positions.get('/api-keys/0')).toEqual({
      file: 'desired/a.yaml',
      line: 3,
      column: 5,
    });
    expect(loaded.desired?.references.has('/api-keys/0')).toBe(true);
    expect(loaded.desired?.references.has('/request-retry')).toBe(false);
  });

  test('is validated without sops where unresolved references are allowed', async () => {
    const loaded = await loadText(encrypted, { allowUnresolved: true, env: { PATH: '/nowhere' } });
    expect(loaded.problems).toEqual([]);
  });
});
