import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  type FileReplacement,
  replaceTogether,
  undoInterrupted,
} from '../../../src/state/files/replace-together.ts';

let dir: string;
let state: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'replace-'));
  state = join(dir, 'state');
  await writeFile(join(dir, 'a.yaml'), 'a: 1\n', { mode: 0o640 });
  await writeFile(join(dir, 'b.yaml'), 'b: 1\n');
});

afterEach(() => rm(dir, { recursive: true, force: true }));

const file = (name: string, before: string | undefined, after: string): FileReplacement => ({
  path: join(dir, name),
  shown: name,
  before,
  after,
  mode: 0o600,
});
const text = (name: string): Promise<string> => readFile(join(dir, name), 'utf8');

describe('files that are replaced together', () => {
  test('all hold the new texts, keep their permissions, and leave nothing behind', async () => {
    await replaceTogether([file('a.yaml', 'a: 1\n', 'a: 2\n'), file('new/c', undefined, 'c\n')], state);
    expect([await text('a.yaml'), await text('new/c')]).toEqual(['a: 2\n', 'c\n']);
    expect((await stat(join(dir, 'a.yaml'))).mode & 0o777).toBe(0o640);
    expect((await stat(join(dir, 'new/c'))).mode & 0o777).toBe(0o600);
    expect(await readdir(state)).toEqual([]);
  });

  test('none is written when one changed since it was read', async () => {
    await expect(
      replaceTogether([file('a.yaml', 'a: 1\n', 'a: 2\n'), file('b.yaml', 'b: 0\n', 'b: 2\n')], state),
    ).rejects.toMatchObject({ problems: [{ code: 'HF2095' }] });
    expect(await text('a.yaml')).toBe('a: 1\n');
  });

  test('a new file that is there by now counts as changed', async () => {
    await expect(replaceTogether([file('b.yaml', undefined, 'b: 2\n')], state)).rejects.toMatchObject({
      problems: [{ code: 'HF2095' }],
    });
  });

  test('none is written when one has no place', async () => {
    await writeFile(join(dir, 'taken'), '');
    const replaced = replaceTogether(
      [file('a.yaml', 'a: 1\n', 'a: 2\n'), file('taken/x', undefined, 'x')],
      state,
    );
    await expect(replaced).rejects.toThrow();
    expect(await text('a.yaml')).toBe('a: 1\n');
    expect((await readdir(dir)).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test('what a crash left in the middle is put back, but for what somebody edited since', async () => {
    const digest = (content: string): string => createHash('sha256').update(content).digest('hex');
    await mkdir(state);
    const entries = [
      { path: join(dir, 'a.yaml'), before: 'a: 1\n', mode: 0o640, after: digest('a: 2\n') },
      { path: join(dir, 'b.yaml'), before: 'b: 1\n', mode: 0o644, after: digest('b: 2\n') },
      { path: join(dir, 'c'), mode: 0o600, after: digest('c\n') },
    ];
    await writeFile(join(state, 'replacing.json'), JSON.stringify(entries));
    await writeFile(join(dir, 'a.yaml'), 'a: 2\n');
    await writeFile(join(dir, 'b.yaml'), 'b: mine\n');
    await writeFile(join(dir, 'c'), 'c\n');
    await undoInterrupted(state);
    expect([await text('a.yaml'), await text('b.yaml')]).toEqual(['a: 1\n', 'b: mine\n']);
    expect((await readdir(dir)).toSorted()).toEqual(['a.yaml', 'b.yaml', 'state']);
    expect(await readdir(state)).toEqual([]);
  });
});
