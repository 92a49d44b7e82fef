// Secrets in plain text in files, and in what is staged.
import { execFileSync } from 'node:child_process';
import { rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { openTerminal, type Terminal } from './terminal.ts';

const KEY = 'sk-live0123456789abcdef';

function gitIn({ dir }: Terminal): (...args: string[]) => string {
  const who = ['-c', 'user.name=a', '-c', 'user.email=a@example.com'];
  const git = (...args: string[]): string =>
    execFileSync('git', ['-C', dir, ...who, ...args], { encoding: 'utf8' });
  git('init', '--quiet');
  return git;
}

test('a secret is found where the catalog knows it, and by its looks anywhere else; no value is shown', async () => {
  await using terminal = await openTerminal({
    'desired-state/gateway.yaml': `api-keys:\n  - \${env:LAPTOP}\n  - plain-client-key\nclaude-api-key:\n  - api-key: short\n    proxy-url: http://me:p4ss@\${env:HOST}\n`,
    'notes.md': `Use\n  ${KEY} for now\n`,
    'other.yaml': 'api-key: not-a-gateway\nitems: [1]\n',
    'broken.yaml': `a: [\nb: ${KEY}\n`,
    'holds.pem': '-----BEGIN EC PRIVATE KEY-----\nabc\n',
    'fine.yaml': `api-keys:\n  - example-key # holdfast:no-secret\n  - \${file:secrets/a}\n`,
  });
  gitIn(terminal);
  await terminal.write('.gitignore', 'gateway/\n.holdfast/\n');
  const { exit, out } = await terminal.run('scan', '--output', 'json');
  expect(exit).toBe(4);
  const { problems } = JSON.parse(out) as {
    problems: { code: string; position: { file: string; line: number; column: number }; path?: string }[];
  };
  expect(
    problems.map(({ code, position: { file, line, column } }) => `${file}:${line}:${column} ${code}`),
  ).toEqual([
    `broken.yaml:2:4 HF2062`,
    `desired-state/gateway.yaml:3:5 HF2060`,
    `desired-state/gateway.yaml:5:14 HF2060`,
    `desired-state/gateway.yaml:6:16 HF2060`,
    `holds.pem:1:1 HF2062`,
    `notes.md:2:3 HF2062`,
  ]);
  const text = await terminal.run('scan');
  for (const secret of ['plain-client-key', 'p4ss', KEY])
    expect(out + text.out + text.err).not.toContain(secret);
});

test('a key in a file of variables is where it belongs: git should not have the file', async () => {
  await using terminal = await openTerminal({
    '.env': `CLIENT_KEY_1=${KEY}\n`,
    'eu/prod.env': `CLIENT_KEY_1=${KEY}\n`,
    '.env.example': `CLIENT_KEY_1=${KEY}\n`,
  });
  gitIn(terminal);
  await terminal.write('.gitignore', 'gateway/\n.holdfast/\n');
  const { problems } = JSON.parse((await terminal.run('scan', '--output', 'json')).out) as {
    problems: { position: { file: string }; remedy: string }[];
  };
  expect(problems.map(({ position: { file }, remedy }) => [file, /^[^,.]*/.exec(remedy)?.[0]])).toEqual([
    ['.env', 'Run `git rm --cached --ignore-unmatch '],
    ['.env.example', 'Put the key into a variable or a file'],
    ['eu/prod.env', 'Run `git rm --cached --ignore-unmatch eu/prod'],
  ]);
});

test('--staged sees what is staged and nothing else', async () => {
  await using terminal = await openTerminal({ 'desired-state/gateway.yaml': 'request-retry: 3\n' });
  const git = gitIn(terminal);
  git('add', 'desired-state');
  await terminal.write('desired-state/gateway.yaml', `api-keys: [${KEY}]\n`);
  await terminal.write('unstaged.md', `${KEY}\n`);
  expect(await terminal.run('scan', '--staged')).toMatchObject({
    exit: 0,
    out: 'no secrets in plain text in 1 file\n',
  });
  git('add', 'desired-state');
  await terminal.write('desired-state/gateway.yaml', 'request-retry: 3\n');
  const found = await terminal.run('scan', '--staged');
  expect(found.exit).toBe(4);
  expect(found.err).toContain('desired-state/gateway.yaml:1:12');
  git('commit', '--quiet', '-m', 'One');
  expect((await terminal.run('scan', '--staged')).out).toBe('no secrets in plain text in 0 files\n');
});

test('a pre-commit hook keeps a secret out of the repository', async () => {
  await using terminal = await openTerminal({ 'desired-state/gateway.yaml': `api-keys: [${KEY}]\n` });
  const git = gitIn(terminal);
  const root = join(import.meta.dirname, '../..');
  const holdfast = `"${process.execPath}" "${join(root, 'bin/holdfast.js')}"`;
  await terminal.write(
    '.git/hooks/pre-commit',
    `#!/bin/sh\n${holdfast} scan --staged && ${holdfast} validate --allow-unresolved\n`,
  );
  execFileSync('chmod', ['+x', join(terminal.dir, '.git/hooks/pre-commit')]);
  git('add', 'desired-state');
  expect(() => git('commit', '--quiet', '-m', 'One')).toThrow('HF2060');
  await terminal.write('desired-state/gateway.yaml', 'api-keys: ["${env:LAPTOP}"]\n');
  git('add', 'desired-state');
  git('commit', '--quiet', '-m', 'One');
});

test('links, deleted files and bytes are passed over; a directory outside of git is an error', async () => {
  await using terminal = await openTerminal({ 'a.md': `${KEY}\n`, 'b.bin': `\0${KEY}\n` });
  expect(await terminal.run('scan')).toMatchObject({ exit: 3, err: expect.stringContaining('HF2080') });
  const git = gitIn(terminal);
  git('add', 'a.md', 'b.bin');
  await rm(join(terminal.dir, 'a.md'));
  await symlink('/nowhere', join(terminal.dir, 'link.md'));
  await terminal.write('.gitignore', 'gateway/\n');
  expect((await terminal.run('scan')).exit).toBe(0);
});

describe('--history', () => {
  /** A key that was committed, moved, removed, and one on a branch that was never merged. */
  async function committed(): Promise<Terminal> {
    const terminal = await openTerminal({ '.gitignore': 'gateway/\n.holdfast/\n' });
    const git = gitIn(terminal);
    const commit = async (file: string, text: string): Promise<void> => {
      await terminal.write(file, text);
      git('add', '.');
      git('commit', '--quiet', '-m', 'One');
    };
    await commit('desired-state/gateway.yaml', 'api-keys:\n  - plain-client-key\n');
    await commit('desired-state/gateway.yaml', '# moved\napi-keys:\n  - plain-client-key\n  - "${env:B}"\n');
    await commit('desired-state/gateway.yaml', 'api-keys: ["${env:A}"]\n');
    git('switch', '--quiet', '-c', 'side');
    await commit('odd näme\n.md', `x\n${KEY}\n`);
    git('switch', '--quiet', '-');
    await commit('b.bin', `\0${KEY}\n`);
    return terminal;
  }

  const commitsIn = ({ dir }: Terminal, ...args: string[]): string[] =>
    execFileSync('git', ['-C', dir, 'log', '--format=%H', ...args], { encoding: 'utf8' })
      .trim()
      .split('\n');

  test('finds each secret once, with the first commit, path and line that has it', async () => {
    await using terminal = await committed();
    const [first = ''] = commitsIn(terminal, '--reverse');
    const [side = ''] = commitsIn(terminal, 'side');
    expect((await terminal.run('scan')).exit).toBe(0);
    const { exit, out } = await terminal.run('scan', '--history', '--output', 'json');
    expect(exit).toBe(4);
    expect(JSON.parse(out)).toMatchObject({
      problems: [
        {
          code: 'HF2060',
          position: { file: `${first.slice(0, 12)}:desired-state/gateway.yaml`, line: 2, column: 5 },
        },
        { code: 'HF2062', position: { file: `${side.slice(0, 12)}:odd näme\n.md`, line: 2 } },
      ],
    });
    expect(out).not.toMatch(/plain-client-key|sk-live/);
  });

  test('leaves out other revisions, and what somebody has accepted', async () => {
    await using terminal = await committed();
    const [first = ''] = commitsIn(terminal, '--reverse');
    expect(await terminal.run('scan', '--history', 'HEAD~2..HEAD')).toMatchObject({
      exit: 0,
      out: 'no secrets in plain text in 2 file versions\n',
    });
    await terminal.write('known', `# a test key\n${first}:desired-state/gateway.yaml:2\n`);
    expect((await terminal.run('scan', '--history', 'HEAD', '--known', 'known')).exit).toBe(0);
    expect((await terminal.run('scan', '--history', '--known', 'known')).exit).toBe(4);
  });

  test('says that a shallow clone lacks commits, and refuses what is no revision', async () => {
    await using terminal = await committed();
    await using clone = await openTerminal({});
    execFileSync('git', ['clone', '--quiet', '--depth', '1', `file://${terminal.dir}`, join(clone.dir, 'c')]);
    const ran = await clone.runWith({ cwd: join(clone.dir, 'c') }, 'scan', '--history');
    expect(ran).toMatchObject({ exit: 0, err: expect.stringContaining('git fetch --unshallow') });
    const wrong = await terminal.run('scan', '--history', 'no-such-branch');
    expect(wrong).toMatchObject({ exit: 3, err: expect.stringContaining('HF2080') });
    expect((await terminal.run('scan', '--history', '--staged')).exit).toBe(64);
  });
});
