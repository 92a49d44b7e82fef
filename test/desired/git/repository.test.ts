// Which commit a revision means in which clone, and what is missing where there is none.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { movedFrom, openRepository, resolveRevision } from '../../../src/desired/git/repository.ts';
import { HoldfastError } from '../../../src/domain/problem/problem.ts';
import {
  cloneOf,
  freshDirectory,
  newRepository,
  removeRepositories,
  type Repo,
} from '../../support/repository.ts';

afterEach(removeRepositories);

async function resolved(repo: Repo, rev: string, isApplied = false): Promise<string> {
  const { commit, remark } = await resolveRevision(await openRepository(repo.dir), rev, isApplied);
  return remark === undefined ? commit.sha : `${commit.sha} ${remark}`;
}

async function refused(work: Promise<unknown>): Promise<{ code: string; message: string; remedy: string }> {
  const error = await work.catch((thrown: unknown) => thrown);
  if (!(error instanceof HoldfastError)) throw new Error(`not refused: ${String(error)}`);
  const [first] = error.problems;
  return { code: first?.code ?? '', message: first?.message ?? '', remedy: first?.remedy ?? '' };
}

/** main: first, second; topic: first, other. */
function forked(): { repo: Repo; first: string; second: string; other: string } {
  const repo = newRepository();
  const first = repo.commit('first', { a: '1' });
  repo.git('branch', 'topic');
  const second = repo.commit('second', { a: '2' });
  repo.git('tag', 'v1', first);
  repo.git('checkout', '--quiet', 'topic');
  const other = repo.commit('other', { b: '1' });
  return { repo, first, second, other };
}

describe('a revision', () => {
  test('is a commit, a short commit, a tag, a branch, or an ancestor by its distance', async () => {
    const { repo, first } = forked();
    for (const rev of [first, first.slice(0, 9), 'v1', 'HEAD~1', 'HEAD^'])
      expect(await resolved(repo, rev)).toBe(first);
  });

  test('is a branch of origin where the runner checked out no branch', async () => {
    const { repo, second } = forked();
    repo.git('checkout', '--quiet', 'main');
    const clone = cloneOf(repo);
    clone.git('checkout', '--quiet', '--detach');
    clone.git('branch', '--quiet', '-D', 'main');
    expect(await resolved(clone, 'main')).toBe(second);
  });

  test('is where the histories parted', async () => {
    const { repo, first } = forked();
    expect(await resolved(repo, 'merge-base:main')).toBe(first);
  });

  test('that went on elsewhere is refused, unless somebody knows that it was applied', async () => {
    const { repo, second } = forked();
    const { code, remedy } = await refused(resolved(repo, 'main'));
    expect(code).toBe('HF2083');
    expect(remedy).toContain('--base merge-base:main');
    expect(await resolved(repo, second, true)).toBe(second);
  });

  test('that is newer than what is checked out means to go back, and says so', async () => {
    const { repo, first, second } = forked();
    repo.git('checkout', '--quiet', '--detach', first);
    expect(await resolved(repo, 'main')).toBe(
      `${second} it is newer than the checked-out commit, so this goes back`,
    );
  });

  test('that nobody can find says how to fetch it', async () => {
    const { repo } = forked();
    const missing = 'f'.repeat(40);
    expect(await refused(resolved(repo, missing))).toEqual({
      code: 'HF2081',
      message: `commit ${missing.slice(0, 12)} isn't in this clone`,
      remedy: `Run \`git fetch --depth=1 origin ${missing}\` first.`,
    });
    expect((await refused(resolved(repo, 'mian'))).remedy).toContain(
      'git fetch --depth=1 origin +refs/heads/mian:refs/remotes/origin/mian',
    );
  });

  test.each(['--upload-pack=touch x', '', 'a b', 'a\nb'])(
    'that is none is refused before git sees it: %j',
    async (rev) => {
      const { repo } = forked();
      expect((await refused(resolved(repo, rev))).code).toBe('HF2081');
    },
  );
});

describe('a shallow clone', () => {
  test('says which fetch is missing, and that fetch is enough', async () => {
    const { repo, first } = forked();
    const clone = cloneOf(repo, '--depth=1', '--branch=topic');
    const { code, remedy } = await refused(resolved(clone, first));
    expect(code).toBe('HF2081');
    clone.git(...(/`git (.*?)`/.exec(remedy)?.[1] ?? '').split(' '));
    expect(await resolved(clone, first)).toBe(first);
  });

  test('of a branch finds the base with the fetch that it names', async () => {
    const { repo, first } = forked();
    const clone = cloneOf(repo, '--depth=1', '--branch=topic');
    const branch = await refused(resolved(clone, 'merge-base:main'));
    clone.git(...(/`git (.*?)`/.exec(branch.remedy)?.[1] ?? '').split(' '));
    const history = await refused(resolved(clone, 'merge-base:main'));
    expect(history.code).toBe('HF2082');
    clone.git(...(/`git (.*?)`/.exec(history.remedy)?.[1] ?? '').split(' '));
    expect(await resolved(clone, 'merge-base:main')).toBe(first);
  });

  test('of the merge of a pull request knows the base by its parents', async () => {
    const { repo, second } = forked();
    repo.git('checkout', '--quiet', '-b', 'merge', 'main');
    repo.git('merge', '--quiet', '--no-ff', '--message', 'merge', 'topic');
    const clone = cloneOf(repo, '--depth=1', '--branch=merge');
    clone.git('fetch', '--quiet', '--depth=1', 'origin', second);
    expect(await resolved(clone, `merge-base:${second}`)).toBe(second);
  });
});

describe('a directory', () => {
  test('that is in no repository is refused', async () => {
    expect((await refused(openRepository(freshDirectory()))).code).toBe('HF2080');
  });

  test('of a repository without commits is refused', async () => {
    const dir = freshDirectory();
    const repo = newRepository();
    mkdirSync(join(dir, 'x'));
    expect(await refused(openRepository(repo.dir))).toMatchObject({
      message: expect.stringContaining("doesn't have any commits yet"),
      remedy: expect.stringMatching(/^Commit the files first/),
    });
  });

  test('that is gone is looked for in the nearest one above', async () => {
    const { repo } = forked();
    expect((await openRepository(join(repo.dir, 'gone', 'deep'))).top).toBe(repo.dir);
  });
});

describe('a move', () => {
  test('of a directory is known by the files that moved with it, and that of a file by itself', async () => {
    const repo = newRepository();
    const first = repo.commit('first', {
      'old/a.yaml': 'debug: true\n',
      'old/b/c.yaml': 'x: 1\n',
      'one.yaml': 'y: 1\n',
    });
    repo.git('mv', 'old', 'new');
    repo.git('mv', 'one.yaml', 'two.yaml');
    repo.commit('moved');
    const opened = await openRepository(repo.dir);
    expect(await movedFrom(opened, first, 'new')).toBe('old');
    expect(await movedFrom(opened, first, 'two.yaml')).toBe('one.yaml');
    expect(await movedFrom(opened, first, 'elsewhere')).toBeUndefined();
  });

  test('from two places is none', async () => {
    const repo = newRepository();
    const first = repo.commit('first', { 'one/a.yaml': 'debug: true\n', 'two/b.yaml': 'x: 1\ny: 2\n' });
    mkdirSync(join(repo.dir, 'new'));
    repo.git('mv', 'one/a.yaml', 'new/a.yaml');
    repo.git('mv', 'two/b.yaml', 'new/b.yaml');
    repo.commit('moved');
    expect(await movedFrom(await openRepository(repo.dir), first, 'new')).toBeUndefined();
  });
});
