// The files of a commit, read without a checkout.
import { renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { commitFiles, type CommitFiles } from '../../../src/desired/git/commit-files.ts';
import { openObjects } from '../../../src/desired/git/objects.ts';
import { readLayer } from '../../../src/desired/read/files.ts';
import { CODES } from '../../../src/domain/problem/codes.ts';
import { cloneOf, newRepository, removeRepositories, type Repo } from '../../support/repository.ts';

afterEach(removeRepositories);

async function reading<T>(repo: Repo, sha: string, work: (files: CommitFiles) => Promise<T>): Promise<T> {
  await using objects = openObjects(repo.dir);
  return await work(commitFiles({ sha, top: repo.dir, objects }));
}

describe('a commit', () => {
  test('has the files that it had, whatever the work tree has now', async () => {
    const repo = newRepository();
    const sha = repo.commit('first', {
      'd/a.yaml': 'debug: true\n',
      'd/e/b.yml': 'x: 1\n',
      'd/.c.yaml': 'y: 1\n',
      'd/r.md': '#\n',
    });
    repo.commit('second', { 'd/a.yaml': 'debug: false\n', 'd/new.yaml': 'z: 1\n' });
    rmSync(join(repo.dir, 'd'), { recursive: true });
    const { files, problems } = await reading(repo, sha, (source) =>
      readLayer(join(repo.dir, 'd'), { settingsDir: repo.dir, source }),
    );
    expect(problems).toEqual([]);
    expect(files.map(({ shown, text }) => [shown, text])).toEqual([
      [`${sha.slice(0, 12)}:d/a.yaml`, 'debug: true\n'],
      [`${sha.slice(0, 12)}:d/e/b.yml`, 'x: 1\n'],
    ]);
  });

  test('follows its own links, to files and directories, and no further', async () => {
    const repo = newRepository();
    repo.write({ 'shared/x.yaml': 'x: 1\n', 'one.yaml': 'y: 1\n', 'd/a.yaml': 'a: 1\n' });
    for (const [target, name] of [
      ['../shared', 'linked'],
      ['../one.yaml', 'one.yaml'],
      ['../../../outside.yaml', 'out.yaml'],
      ['loop.yaml', 'loop.yaml'],
      ['missing.yaml', 'gone.yaml'],
    ] as const)
      symlinkSync(target, join(repo.dir, 'd', name));
    const sha = repo.commit('links');
    const { files, problems } = await reading(repo, sha, (source) =>
      readLayer(join(repo.dir, 'd'), { settingsDir: repo.dir, source }),
    );
    expect(files.map(({ path }) => path.slice(repo.dir.length))).toEqual([
      '/d/a.yaml',
      '/d/linked/x.yaml',
      '/d/one.yaml',
    ]);
    expect(
      problems.map(({ code, position }) => `${code} ${position?.file.split(':')[1]}`).toSorted(),
    ).toEqual(['HF2002 d/gone.yaml', 'HF2002 d/loop.yaml', 'HF2007 d/out.yaml']);
  });

  test('tells files, directories and nothing apart, from its root on', async () => {
    const repo = newRepository();
    repo.write({ 'd/a.yaml': 'a: 1\n' });
    symlinkSync('..', join(repo.dir, 'd/root'));
    symlinkSync('../..', join(repo.dir, 'd/outside'));
    const sha = repo.commit('links');
    const kinds = await reading(repo, sha, (source) =>
      Promise.all(
        ['.', 'd', 'd/a.yaml', 'd/root', 'd/root/d/a.yaml', 'd/a.yaml/b', 'd/outside', 'no', '..'].map(
          (path) => source.kindOf(join(repo.dir, path)),
        ),
      ),
    );
    const [file, dir, none] = ['file', 'directory', 'nothing'];
    expect(kinds).toEqual([dir, dir, file, dir, file, none, none, none, none]);
  });

  test('says what it lacks as the disk does', async () => {
    const repo = newRepository();
    const sha = repo.commit('first', { 'd/a.yaml': '' });
    const codes = await reading(repo, sha, async (source) => {
      const layers = await Promise.all(
        ['d', 'nowhere', '../elsewhere'].map((dir) =>
          readLayer(join(repo.dir, dir), { settingsDir: repo.dir, source }),
        ),
      );
      return layers.map(({ problems }) => problems.map(({ code }) => code));
    });
    expect(codes).toEqual([['HF2003'], ['HF2001'], ['HF2001']]);
  });

  test('has files of many sizes and names', async () => {
    const repo = newRepository();
    const big = `# ${'x'.repeat(300_000)}\na: 1\n`;
    const sha = repo.commit('names', { 'd/ä ö.yaml': 'a: 1\n', "d/it's.yaml": 'b: 1\n', 'd/big.yaml': big });
    const { files } = await reading(repo, sha, (source) =>
      readLayer(join(repo.dir, 'd'), { settingsDir: repo.dir, source }),
    );
    expect(files.map(({ text }) => text)).toEqual([big, 'b: 1\n', 'a: 1\n']);
  });

  test('of a partial clone is fetched by git itself; where that fails, the fetch that is missing is told', async () => {
    const repo = newRepository();
    const sha = repo.commit('first', { 'd/a.yaml': 'a: 1\n' });
    repo.commit('second', { 'd/a.yaml': 'a: 2\n' });
    const clone = cloneOf(repo, '--filter=blob:none');
    const textOf = ({ dir, ...one }: Repo): Promise<string | undefined> =>
      reading({ dir, ...one }, sha, async (files) => {
        const found = await files.readText(join(dir, 'd/a.yaml'), 'a');
        return found && 'text' in found ? found.text : undefined;
      });
    const read = (): Promise<string | undefined> => textOf(clone);
    const other = cloneOf(repo, '--filter=blob:none', '--no-checkout');
    expect(await textOf(other)).toBe('a: 1\n');
    renameSync(join(repo.dir, '.git'), join(repo.dir, 'away'));
    const error = await read().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ problems: [{ code: 'HF2087' }] });
    renameSync(join(repo.dir, 'away'), join(repo.dir, '.git'));
    clone.git(...(/`git (.*?)`/.exec(CODES.HF2087.remedy)?.[1] ?? '').split(' '));
    clone.git('remote', 'remove', 'origin');
    expect(await read()).toBe('a: 1\n');
  });

  test('does not see a file that is only in the work tree', async () => {
    const repo = newRepository();
    const sha = repo.commit('first', { 'd/a.yaml': 'a: 1\n' });
    writeFileSync(join(repo.dir, 'd/b.yaml'), 'b: 1\n');
    expect(
      await reading(repo, sha, (files) => files.readText(join(repo.dir, 'd/b.yaml'), 'b')),
    ).toBeUndefined();
  });
});
