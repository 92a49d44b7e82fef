import { mkdirSync, mkdtempSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { tooMuch, walk } from '../../src/input/walk.ts';

/** A directory with these files, and these links by where they lead. */
function directory(files: readonly string[], links: Record<string, string> = {}): string {
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-walk-'));
  for (const name of files) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), '');
  }
  for (const [name, target] of Object.entries(links)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    symlinkSync(target, join(dir, name));
  }
  return dir;
}

async function found(dir: string, root = dir): Promise<{ files: string[]; directories: string[] }> {
  const { files, directories } = await walk(root);
  const named = (some: readonly { path: string }[]): string[] =>
    some.map(({ path }) => relative(dir, path)).toSorted();
  return { files: named(files), directories: named(directories) };
}

describe('a walk', () => {
  test('visits what is there once, by its own place where it has one below the root', async () => {
    const dir = directory(['b/x', 'c/y', '.hidden/z', 'top'], {
      a: 'b',
      'b/up': '..',
      'c/round': '.',
      'c/round2': '.',
      linked: 'c/y',
    });
    expect(await found(dir)).toEqual({ files: ['b/x', 'c/y', 'top'], directories: ['', 'b', 'c'] });
  });

  test('follows links out of the root, and reports through which', async () => {
    const dir = directory(['root/a', 'other/b', 'other/inner/c', 'one'], {
      'root/other': '../other',
      'root/one': '../one',
      'root/again': '../other',
    });
    const { files } = await walk(join(dir, 'root'));
    const real = realpathSync(dir);
    expect(files.map(({ path, link }) => [relative(dir, path), link && relative(real, link.target)])).toEqual(
      [
        ['root/a', undefined],
        ['root/one', 'one'],
        ['root/again/b', 'other'],
        ['root/again/inner/c', 'other'],
      ],
    );
  });

  test('may begin at one file, or at a link to one', async () => {
    const dir = directory(['a'], { link: 'a' });
    expect(await found(dir, join(dir, 'link'))).toEqual({ files: ['link'], directories: [] });
    await expect(walk(join(dir, 'none'))).rejects.toThrow('ENOENT');
  });

  test('continues after a link that leads nowhere', async () => {
    const { files, failed } = await walk(directory(['a'], { dangling: 'none', round: 'round' }));
    expect(files).toHaveLength(1);
    expect(failed.map(({ error }) => (error as NodeJS.ErrnoException).code)).toEqual(['ENOENT', 'ELOOP']);
  });

  test('ends at its bound, and names the link or the directory', async () => {
    const dir = directory(['root/a', 'big/1', 'big/2', 'big/3'], { 'root/all': '../big' });
    const [linked, own] = [
      await walk(join(dir, 'root'), { limit: 4 }),
      await walk(join(dir, 'big'), { limit: 2 }),
    ];
    expect([tooMuch(linked), tooMuch(own)]).toEqual([
      `more than 4 files and directories; the link ${join(dir, 'root/all')} points to ${realpathSync(join(dir, 'big'))}`,
      `more than 2 files and directories; reading stopped in ${join(dir, 'big')}`,
    ]);
    expect(tooMuch(await walk(join(dir, 'root'), { limit: 5 }))).toBeUndefined();
  });

  test('ends when it is aborted', async () => {
    const stop = new AbortController();
    const walking = walk('/', { signal: stop.signal, limit: 1_000_000 });
    stop.abort();
    await expect(walking).rejects.toMatchObject({ problems: [{ code: 'HF5007' }] });
  });

  test('finds every real file once, however links lead', async () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd');
    const place = fc.array(name, { minLength: 1, maxLength: 3 }).map((steps) => steps.join('/'));
    const links = fc.array(fc.oneof(place, fc.constant('.'), fc.constant('..')), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(fc.array(place, { maxLength: 6 }), links, async (files, some) => {
        const dir = directory(['root/f', ...files.map((file) => `root/${file}/f`)]);
        for (const [i, to] of some.entries())
          symlinkSync(to, join(dir, 'root', files[i] ?? '.', `link-${i}`));
        const walked = await walk(join(dir, 'root'));
        const reals = walked.files.map(({ real }) => real);
        expect(new Set(reals).size).toBe(reals.length);
        const wanted = new Set(['.', ...files].map((file) => realpathSync(join(dir, 'root', file, 'f'))));
        expect([...wanted].filter((path) => !reals.includes(path))).toEqual([]);
      }),
      { numRuns: 60, seed: 1 },
    );
  });
});
