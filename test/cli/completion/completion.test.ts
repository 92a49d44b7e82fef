import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { COMMANDS } from '../../../src/cli/commands.ts';
import { openTerminal, type Terminal } from '../terminal.ts';

const PROGRAM = resolve(import.meta.dirname, '../../../bin/holdfast.js');
const SETTINGS = `version: 1
targets:
  - { name: eu, key: "\${env:NOT_SET_HERE}" }
  - { name: us, key: "\${env:NOT_SET_HERE}" }
`;

let terminal: Terminal;
beforeAll(async () => {
  terminal = await openTerminal({ 'holdfast.yaml': SETTINGS, 'other.yaml': SETTINGS.replace('eu', 'asia') });
});
afterAll(async () => {
  await terminal[Symbol.asyncDispose]();
});

/** The candidates for the last of the words. */
async function offered(...words: string[]): Promise<string[]> {
  const { exit, out } = await terminal.run('completion', '--answer', 'fish', '--', ...words);
  expect(exit).toBe(0);
  const lines = out.split('\n').filter((line) => line !== '');
  return lines.map((line) => line.split('\t')[0] ?? '');
}

describe('completion offers', () => {
  test('every command, and help', async () => {
    expect(await offered('')).toEqual([...COMMANDS.map(({ name }) => name), 'help']);
    expect(await offered('--quiet', 'mig')).toEqual(['migrate']);
    expect(await offered('help', 'mig')).toEqual(['migrate']);
    expect(await offered('backup', '')).toEqual(['list', 'create', 'show']);
  });

  test('the options of the command and the global ones', async () => {
    expect(await offered('apply', '--re')).toEqual(['--retry']);
    expect(await offered('plan', '--out')).toEqual(['--out', '--output']);
    expect(await offered('backup', 'show', '--rev')).toEqual(['--reveal']);
    expect(await offered('-')).toContain('--settings');
    expect(await offered('completion', '--ans')).toEqual([]);
  });

  test('the choices of an option and of an argument', async () => {
    expect(await offered('--output', 'j')).toEqual(['json', 'junit']);
    expect(await offered('plan', '--mode', '')).toEqual(['observe', 'apply', 'enforce']);
    expect(await offered('plan', '--output=ma')).toEqual(['--output=markdown']);
    expect(await offered('schema', '')).toEqual(['desired', 'v8', 'settings']);
  });

  test('the names of targets, by the settings that are named, without any secret of theirs', async () => {
    expect(await offered('plan', '--target', '')).toEqual(['eu', 'us']);
    expect(await offered('--settings', 'other.yaml', 'plan', '--target', 'a')).toEqual(['asia']);
    expect(await offered('--settings=other.yaml', 'plan', '--target=a')).toEqual(['--target=asia']);
    expect(await offered('--settings', 'missing.yaml', 'plan', '--target', '')).toEqual([]);
  });

  test('nothing for a file or a free text, so that the shell offers files', async () => {
    expect(await offered('plan', '--desired', '')).toEqual([]);
    expect(await offered('apply', 'pl')).toEqual([]);
    expect(await offered('nonsense', '')).toEqual([]);
  });
});

describe('the scripts', () => {
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-completion-'));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  const script = async (shell: string): Promise<string> => {
    const { exit, out } = await terminal.run('completion', shell);
    expect(exit).toBe(0);
    const file = join(dir, shell);
    writeFileSync(file, out);
    return file;
  };

  /** What bash would show for these words, which it splits itself. */
  async function inBash(words: readonly string[]): Promise<string[]> {
    const lines = `
holdfast() { "$NODE" "$PROGRAM" "$@"; }
source "$SCRIPT"
COMP_WORDS=(holdfast "$@") COMP_CWORD=$#
_holdfast holdfast
printf '%s\\n' "\${COMPREPLY[@]}"`;
    const env = { ...process.env, NODE: process.execPath, PROGRAM, SCRIPT: await script('bash') };
    const out = execFileSync('bash', ['-c', lines, 'bash', ...words], {
      cwd: terminal.dir,
      env,
      encoding: 'utf8',
    });
    return out.split('\n').filter((line) => line !== '');
  }

  test.each([
    [['migr'], ['migrate']],
    [
      ['plan', '--out'],
      ['--out', '--output'],
    ],
    [
      ['plan', '--output', '=', 'j'],
      ['json', 'junit'],
    ],
    [
      ['plan', '--output', '='],
      ['text', 'json', 'markdown', 'github', 'junit'],
    ],
    [
      ['plan', '--target', ''],
      ['eu', 'us'],
    ],
    [['plan', '--desired', ''], []],
  ])('in bash, %j becomes %j', async (words, expected) => {
    expect(await inBash(words)).toEqual(expected);
  });

  test('in bash, what was typed is never run', async () => {
    const trap = join(dir, 'trap');
    await inBash([`$(touch ${trap})`, `; touch ${trap}`, '']);
    expect(existsSync(trap)).toBe(false);
  });

  const isThere = (shell: string): boolean => spawnSync(shell, ['--version']).error === undefined;
  for (const shell of ['bash', 'zsh', 'fish']) {
    const check = isThere(shell) ? test : test.skip;
    check(`${shell} accepts its script`, async () => {
      const { status, stderr } = spawnSync(shell, ['-n', await script(shell)], { encoding: 'utf8' });
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    });
  }

  test('another shell is a usage error that names those there are', async () => {
    const { exit, err } = await terminal.run('completion', 'tcsh');
    expect(exit).toBe(64);
    expect(err).toContain('Use bash, zsh or fish.');
  });
});
