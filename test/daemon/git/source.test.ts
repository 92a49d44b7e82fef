import { execFileSync } from 'node:child_process';
import { readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { until } from '../../support/until.ts';
import { follow, leave, remote, settingsFor } from './remote.ts';

afterEach(leave);

describe('what is followed', () => {
  test('a branch: each push is in effect after the next fetch, and reported once', async () => {
    const one = await remote();
    const first = await one.push({ 'a.yaml': 'a: 1\n' });
    const following = await follow(settingsFor(one));
    expect(following.commit()).toBe(first);
    expect(following.source.view()?.commit).toMatchObject({ author: 'A committer', subject: 'A change' });

    const before = following.files();
    const second = await one.push({ 'a.yaml': 'a: 2\n' }, { subject: 'Two instead of one' });
    await following.ask();
    expect(following.commit()).toBe(second);
    expect(await one.read(following.files(), 'a.yaml')).toBe('a: 2\n');
    expect(await one.read(before, 'a.yaml')).toBe('a: 1\n');
    expect(following.reloads).toEqual(['source']);

    await following.ask();
    expect(following.reloads).toEqual(['source']);
    expect(following.notes).toEqual([
      expect.stringContaining(first.slice(0, 12)),
      `git source: main is at ${second.slice(0, 12)} "Two instead of one" by A committer`,
    ]);
  });

  test('a tag, wherever it is moved, annotated or not', async () => {
    const one = await remote();
    const first = await one.push({ 'a.yaml': 'a: 1\n' });
    await one.git('tag', 'live');
    await one.git('push', one.url, 'live');
    const following = await follow(settingsFor(one, { ref: { kind: 'tag', name: 'live' } }));
    expect(following.commit()).toBe(first);

    const second = await one.push({ 'a.yaml': 'a: 2\n' });
    await following.ask();
    expect(following.commit()).toBe(first);
    await one.git('tag', '--force', '--annotate', '--message', 'live', 'live');
    await one.git('push', '--force', one.url, 'live');
    await following.ask();
    expect(following.commit()).toBe(second);
  });

  test('one commit, which is not fetched again once it is there', async () => {
    const one = await remote();
    const first = await one.push({ 'a.yaml': 'a: 1\n' });
    await one.push({ 'a.yaml': 'a: 2\n' });
    const following = await follow(settingsFor(one, { ref: { kind: 'commit', name: first } }));
    expect(await one.read(following.files(), 'a.yaml')).toBe('a: 1\n');
    await one.away();
    await following.ask();
    expect(following.problem()).toBe('');
  });

  test('a commit that was not pushed yet is waited for', async () => {
    const one = await remote();
    await one.push({ 'a.yaml': 'a: 1\n' });
    const following = await follow(settingsFor(one, { ref: { kind: 'commit', name: '1'.repeat(40) } }));
    expect(following.problem()).toContain('HF7013');
    expect(following.files()).toBeUndefined();
  });

  test('only what is below `path`', async () => {
    const one = await remote();
    await one.push({ 'a.yaml': 'a: 1\n', 'gateways/eu/b.yaml': 'b: 1\n' });
    const following = await follow(settingsFor(one, { path: 'gateways/eu' }));
    expect(await readdir(following.files() ?? '')).toEqual(['b.yaml']);
  });

  test('a repository without hooks, submodules and filters that the commit would like to have', async () => {
    const one = await remote();
    const other = await remote();
    await other.push({ 'x.yaml': 'x: 1\n' });
    await one.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', other.url, 'sub');
    await one.push({ 'a.yaml': 'a: 1\n', '.gitattributes': '*.yaml filter=evil\n' });
    const following = await follow(settingsFor(one));
    expect(await one.read(following.files(), 'a.yaml')).toBe('a: 1\n');
    expect(await readdir(join(following.files() ?? '', 'sub'))).toEqual([]);
  });
});

describe('on a bad day the last good commit stays in force', () => {
  test('when the branch is rewritten, until it contains that commit again', async () => {
    const one = await remote();
    await one.push({ 'a.yaml': 'a: 1\n' });
    const good = await one.push({ 'a.yaml': 'a: 2\n' });
    const following = await follow(settingsFor(one));
    await one.git('reset', '--quiet', '--hard', 'HEAD~1');
    const other = await one.push({ 'a.yaml': 'a: 3\n' });
    await following.ask();
    await following.ask();
    expect(following.commit()).toBe(good);
    expect(following.problem()).toBe(
      `HF7014: branch main of ${one.url} was rewritten: ${other.slice(0, 12)} doesn't contain ${good.slice(0, 12)}`,
    );
    expect(following.notes).toHaveLength(2);

    await one.git('merge', '--quiet', '--strategy=ours', '-m', 'Back together', good);
    const merged = await one.push({});
    await following.ask();
    expect([following.commit(), following.problem()]).toEqual([merged, '']);
  });

  test('unless the settings say that rewriting is how it is done here', async () => {
    const one = await remote();
    await one.push({ 'a.yaml': 'a: 1\n' });
    await one.push({ 'a.yaml': 'a: 2\n' });
    const following = await follow(settingsFor(one, { forcePush: 'follow' }));
    await one.git('reset', '--quiet', '--hard', 'HEAD~1');
    const other = await one.push({ 'a.yaml': 'a: 3\n' });
    await following.ask();
    expect(following.commit()).toBe(other);
  });

  test('when the branch is deleted', async () => {
    const one = await remote();
    const good = await one.push({ 'a.yaml': 'a: 1\n' }, { branch: 'live' });
    const following = await follow(settingsFor(one, { ref: { kind: 'branch', name: 'live' } }));
    await one.git('push', '--quiet', one.url, ':refs/heads/live');
    await following.ask();
    expect(following.commit()).toBe(good);
    expect(following.problem()).toMatch(/^HF7013: .*refs\/heads\/live/);
    expect(await one.read(following.files(), 'a.yaml')).toBe('a: 1\n');
  });

  test('when the remote is away, also over a restart, and all is well when it is back', async () => {
    const one = await remote();
    const good = await one.push({ 'a.yaml': 'a: 1\n' });
    const before = await follow(settingsFor(one));
    await before.end();
    const back = await one.away();
    const following = await follow(settingsFor(one));
    expect(following.commit()).toBe(good);
    expect(await one.read(following.files(), 'a.yaml')).toBe('a: 1\n');
    expect(following.problem()).toMatch(/^HF7011/);
    await following.ask();
    await following.ask();
    expect(following.notes).toEqual([expect.stringContaining(`${good.slice(0, 12)} stays in effect`)]);

    await back();
    await following.ask();
    expect(following.problem()).toBe('');
    expect(following.notes[1]).toContain('recovered');
    expect(following.reloads).toEqual([]);
  });

  test('when `path` is missing in the new commit', async () => {
    const one = await remote();
    const good = await one.push({ 'gateways/a.yaml': 'a: 1\n' });
    const following = await follow(settingsFor(one, { path: 'gateways' }));
    const bad = await one.push({ gateways: null, 'a.yaml': 'a: 1\n' });
    await following.ask();
    expect(following.commit()).toBe(good);
    expect(following.problem()).toBe(
      `HF7015: commit ${bad.slice(0, 12)} doesn't contain the directory gateways`,
    );
  });
});

describe('unusable content leaves the last good commit in effect', () => {
  test('when the commit is too large', async () => {
    const one = await remote();
    const good = await one.push({ 'a.yaml': 'a: 1\n' });
    const bounds = {
      fetchMs: 30_000,
      localMs: 30_000,
      mirrorBytes: 1e9,
      checkoutBytes: 1000,
      checkoutFiles: 2,
    };
    const following = await follow(settingsFor(one), { bounds });
    await one.push({ 'big.yaml': 'x'.repeat(2000) });
    await following.ask();
    expect(following.problem()).toMatch(/^HF7017: the files/);
    await one.push({ 'big.yaml': '', 'more.yaml': '' });
    await following.ask();
    expect(following.problem()).toBe('HF7017: the commit has more than 2 files');
    expect(following.commit()).toBe(good);
  });

  test('when the commit has 10^10 names, which are not all listed', async () => {
    const one = await remote();
    const good = await one.push({ 'a.yaml': 'a: 1\n' });
    const following = await follow(settingsFor(one));
    const listing = (mode: string, kind: string, id: string): string =>
      Array.from({ length: 10 }, (_, i) => `${mode} ${kind} ${id}\t${i}.yaml\n`).join('');
    let tree = await one.mktree(listing('100644', 'blob', await one.git('rev-parse', 'HEAD:a.yaml')));
    for (let level = 1; level < 10; level += 1) tree = await one.mktree(listing('040000', 'tree', tree));
    await one.git(
      'push',
      '--force',
      one.url,
      `${await one.git('commit-tree', tree, '-p', good, '-m', 'x')}:main`,
    );
    await following.ask();
    expect(following.problem()).toBe('HF7017: the commit has more than 20000 files');
    expect(following.commit()).toBe(good);
  });

  test.each(['/', '/etc/hostname', '../../outside', 'inside/../../..', 'loop/loop/../../..'])(
    "when a link leads outside (%s): files of this machine aren't desired state",
    async (target) => {
      const one = await remote();
      const good = await one.push({ 'own/a.yaml': 'a: 1\n' });
      const following = await follow(settingsFor(one, { path: 'own' }));
      await symlink('.', join(one.dir, 'work/own/loop'));
      await symlink(target, join(one.dir, 'work/own/link.yaml'));
      await one.push({ 'own/inside/b.yaml': 'b: 1\n' });
      await following.ask();
      expect(following.problem()).toBe(
        'HF7020: the link own/link.yaml in the commit points outside the repository',
      );
      expect(following.commit()).toBe(good);
    },
  );

  test('but not when a link stays inside, or leads to what is not followed', async () => {
    const one = await remote();
    const following = await follow(settingsFor(one, { path: 'own' }));
    await one.push({ 'own/a.yaml': 'a: 1\n', 'README.md': 'x' });
    await symlink('a.yaml', join(one.dir, 'work/own/b.yaml'));
    await symlink('../README.md', join(one.dir, 'work/own/README.md'));
    const good = await one.push({});
    await following.ask();
    expect([following.problem(), following.commit()]).toEqual(['', good]);
    expect(await one.read(following.files(), 'b.yaml')).toBe('a: 1\n');
  });

  test('when the repository is too large', async () => {
    const one = await remote();
    await one.push({ 'a.yaml': 'a: 1\n' });
    const bounds = {
      fetchMs: 30_000,
      localMs: 30_000,
      mirrorBytes: 100,
      checkoutBytes: 1000,
      checkoutFiles: 2,
    };
    const following = await follow(settingsFor(one), { bounds });
    expect(following.problem()).toMatch(/^HF7017: the repository/);
    expect(following.files()).toBeUndefined();
  });
});

describe('a damaged mirror is repaired', () => {
  test('when the mirror is damaged, which is then created again, with its history', async () => {
    const one = await remote();
    await one.push({ 'a.yaml': 'a: 1\n' });
    const good = await one.push({ 'a.yaml': 'a: 2\n' });
    const before = await follow(settingsFor(one));
    await before.end();
    await rm(join(await mirrorOf(one.dir), 'objects'), { recursive: true });
    const back = await one.away();
    const following = await follow(settingsFor(one));
    expect(following.commit()).toBe(good);
    expect(await one.read(following.files(), 'a.yaml')).toBe('a: 2\n');

    await back();
    const next = await one.push({ 'a.yaml': 'a: 3\n' });
    await following.ask();
    expect([following.commit(), following.problem()]).toEqual([next, '']);
    expect(await readdir(join(await mirrorOf(one.dir), '..'))).toEqual([
      'checkouts',
      'in-force.json',
      'mirror',
    ]);
  });

  test('when a lock of a killed git lies in the way', async () => {
    const one = await remote();
    await one.push({ 'a.yaml': 'a: 1\n' });
    const following = await follow(settingsFor(one));
    const mirror = await mirrorOf(one.dir);
    await writeFile(join(mirror, 'refs/holdfast/followed.lock'), '');
    const next = await one.push({ 'a.yaml': 'a: 2\n' });
    await following.ask();
    expect([following.commit(), following.problem()]).toEqual([next, '']);
  });

  test('when its files were removed, they are there again after a restart', async () => {
    const one = await remote();
    await one.push({ 'a.yaml': 'a: 1\n' });
    const before = await follow(settingsFor(one));
    await rm(before.files() ?? '', { recursive: true });
    await before.end();
    await one.away();
    const following = await follow(settingsFor(one));
    expect(await one.read(following.files(), 'a.yaml')).toBe('a: 1\n');
  });

  test.each([
    ['{"commit":'],
    ['{"version":1,"name":"aaaaaaaaaaaa-bbbbbbbb","commit":{"sha":"--output=x"}}'],
    [`{"version":1,"name":"aaaaaaaaaaaa-bbbbbbbb","commit":{"sha":"${'a'.repeat(40)}","at":"x"}}`],
  ])('when the record is damaged (%s), nothing is in force until the remote answers', async (record) => {
    const one = await remote();
    const good = await one.push({ 'a.yaml': 'a: 1\n' });
    const before = await follow(settingsFor(one));
    await before.end();
    await writeFile(join(await mirrorOf(one.dir), '../in-force.json'), record);
    const back = await one.away();
    const following = await follow(settingsFor(one));
    expect(following.files()).toBeUndefined();
    await back();
    await following.ask();
    expect(following.commit()).toBe(good);
  });
});

describe('without anything in force', () => {
  test('an unreachable remote is a problem for every target, until it responds', async () => {
    const one = await remote();
    const back = await one.away();
    const following = await follow(settingsFor(one));
    const held = following.source.hold();
    expect(held?.checkout).toBeUndefined();
    expect(held?.problem).toMatchObject({ code: 'HF7010', message: expect.stringContaining('HF7011') });
    await back();
    const first = await one.push({ 'a.yaml': 'a: 1\n' });
    await following.ask();
    expect(following.commit()).toBe(first);
    expect(following.reloads).toEqual(['source']);
  });

  test('an empty repository has no such branch', async () => {
    const one = await remote();
    expect((await follow(settingsFor(one))).problem()).toMatch(/^HF7013/);
  });

  test('other settings start from scratch: nothing of another branch becomes effective', async () => {
    const one = await remote();
    await one.push({ 'a.yaml': 'a: 1\n' });
    const following = await follow(settingsFor(one));
    await one.away();
    await following.source.follow({
      drift: '* * * * *',
      source: settingsFor(one, { ref: { kind: 'branch', name: 'live' } }),
    });
    expect(following.source.hold()?.checkout).toBeUndefined();
    await following.source.follow({ drift: '* * * * *' });
    expect([following.source.view(), following.source.hold()]).toEqual([undefined, undefined]);
  });
});

describe('the rhythm', () => {
  test('10,000 calls while a question is under way are one more question', async () => {
    const one = await remote();
    await one.push({ 'a.yaml': 'a: 1\n' });
    const following = await follow(settingsFor(one));
    const before = following.answers();
    for (let i = 0; i < 10_000; i += 1) following.source.poke();
    await until(() => following.answers() > before);
    const asked = following.source.view()?.askedAt;
    await one.push({ 'a.yaml': 'a: 2\n' });
    await following.ask();
    // The one that was called for, and the one of `ask`; the calls before the first began are in it.
    expect(following.answers() - before).toBeLessThanOrEqual(3);
    expect(following.source.view()?.askedAt).toBeGreaterThanOrEqual(asked ?? Infinity);
  });

  test('fetches automatically, as often as the settings say', async () => {
    const one = await remote();
    await one.push({ 'a.yaml': 'a: 1\n' });
    const following = await follow(settingsFor(one, { everyMs: 5 }));
    const next = await one.push({ 'a.yaml': 'a: 2\n' });
    await until(() => following.reloads.length > 0);
    expect(following.commit()).toBe(next);
  });
});

describe('checkouts', () => {
  test('the newest three stay, and the one that is in use', async () => {
    const one = await remote();
    await one.push({ 'a.yaml': 'a: 0\n' });
    const following = await follow(settingsFor(one));
    const held = following.source.hold();
    for (let i = 1; i <= 5; i += 1) {
      await one.push({ 'a.yaml': `a: ${i}\n` });
      await following.ask();
    }
    const root = join(await mirrorOf(one.dir), '../checkouts');
    expect(await readdir(root)).toHaveLength(4);
    expect(await one.read(held?.checkout?.dir, 'a.yaml')).toBe('a: 0\n');
    held?.[Symbol.dispose]();
    await one.push({ 'a.yaml': 'a: 6\n' });
    await following.ask();
    expect(await readdir(root)).toHaveLength(3);
  });
});

const SSH_KEYGEN = hasProgram('ssh-keygen');

describe('signatures', () => {
  const when = SSH_KEYGEN ? test : test.skip;
  if (!SSH_KEYGEN) console.warn('skipped: there is no ssh-keygen on this machine');

  when('only commits of allowed signers come into force', async () => {
    const one = await remote();
    const [ann, eve] = [join(one.dir, 'ann'), join(one.dir, 'eve')];
    for (const key of [ann, eve]) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    const allowedSigners = join(one.dir, 'allowed');
    await writeFile(allowedSigners, `committer@example.test ${await readFile(`${ann}.pub`, 'utf8')}`);
    const signedBy = (key: string): string[] => ['--no-verify', `-S${key}.pub`];

    const good = await one.push({ 'a.yaml': 'a: 1\n' }, { flags: signedBy(ann) });
    const following = await follow(settingsFor(one, { allowedSigners }));
    expect([following.commit(), following.problem()]).toEqual([good, '']);

    await one.push({ 'a.yaml': 'a: 2\n' });
    await following.ask();
    expect([following.commit(), following.problem()]).toEqual([
      good,
      expect.stringContaining('no signature'),
    ]);

    await one.push({ 'a.yaml': 'a: 3\n' }, { flags: signedBy(eve) });
    await following.ask();
    expect([following.commit(), following.problem()]).toEqual([good, expect.stringContaining('HF7016')]);

    const next = await one.push({ 'a.yaml': 'a: 4\n' }, { flags: signedBy(ann) });
    await following.ask();
    expect([following.commit(), following.problem()]).toEqual([next, '']);
  });

  when('a commit in force without one is no longer when signatures are asked for', async () => {
    const one = await remote();
    await one.push({ 'a.yaml': 'a: 1\n' });
    const before = await follow(settingsFor(one));
    await before.end();
    const allowedSigners = join(one.dir, 'allowed');
    await writeFile(allowedSigners, '');
    const following = await follow(settingsFor(one, { allowedSigners }));
    expect(following.files()).toBeUndefined();
    expect(following.problem()).toContain('HF7016');
  });
});

function hasProgram(name: string): boolean {
  return (process.env['PATH'] ?? '').split(':').some((dir) => {
    try {
      execFileSync('test', ['-x', join(dir, name)]);
      return true;
    } catch {
      return false;
    }
  });
}

async function mirrorOf(dir: string): Promise<string> {
  const root = join(dir, 'state', 'source');
  const names = await readdir(root, { withFileTypes: true });
  return join(root, names.find((entry) => entry.isDirectory())?.name ?? '', 'mirror');
}
