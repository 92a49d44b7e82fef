// What a release publishes, made here as the workflow makes it, and used on a machine that has nothing but Node.js.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { notesOf } from '../../scripts/package/notes.ts';
import { lockFile, manifest, ROOT } from '../../scripts/package/pack.ts';
import { isFree, makeRelease } from '../../scripts/package/release.ts';

let dir: string;
let out: string;
let version: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'holdfast-release-'));
  out = join(dir, 'out');
  ({ version } = await manifest());
  await makeRelease(out, { repository: 'https://forge.example/team/holdfast' });
}, 300_000);
afterAll(() => rm(dir, { recursive: true, force: true }));

const read = (file: string): Promise<string> => readFile(join(out, file), 'utf8');

describe('the files of a release', () => {
  test('are the package, an archive, a bill of materials, checksums and notes, and nothing else', async () => {
    expect((await readdir(out)).toSorted()).toEqual(
      [
        'SHA256SUMS',
        `holdfast-${version}-standalone.tar.gz`,
        `holdfast-${version}.sbom.cdx.json`,
        `holdfast-${version}.tgz`,
        'notes.md',
      ].toSorted(),
    );
    expect([await isFree(out), await isFree(join(dir, 'none'))]).toEqual([false, true]);
  });

  test('have their checksums', async () => {
    const lines = (await read('SHA256SUMS')).trim().split('\n');
    expect(lines).toHaveLength(3);
    for (const line of lines) {
      const [hash, file = ''] = line.split('  ');
      expect(
        createHash('sha256')
          .update(await readFile(join(out, file)))
          .digest('hex'),
      ).toBe(hash);
    }
  });

  test('name the repository that they come from, for the provenance', () => {
    const words = ['-xzOf', join(out, `holdfast-${version}.tgz`), 'package/package.json'];
    expect(JSON.parse(execFileSync('tar', words, { encoding: 'utf8' }))).toMatchObject({
      name: 'holdfast',
      repository: { type: 'git', url: 'git+https://forge.example/team/holdfast.git' },
      bin: { holdfast: 'bin/holdfast.js' },
    });
  });

  test('list every package that the archive contains, those of the dashboard, and no tool', async () => {
    const { components, metadata } = JSON.parse(await read(`holdfast-${version}.sbom.cdx.json`)) as {
      readonly components: readonly {
        readonly name: string;
        readonly group?: string;
        readonly version: string;
      }[];
      readonly metadata: { readonly component: { readonly name: string } };
    };
    expect(metadata.component.name).toBe('holdfast');
    const listed = components.map(({ group, name, version: v }) => `${group ? `${group}/` : ''}${name}@${v}`);
    const { packages } = await lockFile();
    const expected = Object.entries(packages)
      .filter(
        ([path, { dev }]) => path !== '' && (!dev || /node_modules\/(?:preact|@preact\/[^/]+)$/.test(path)),
      )
      .map(([path, locked]) => `${path.slice(path.lastIndexOf('node_modules/') + 13)}@${locked.version}`);
    expect([...new Set(listed)].toSorted()).toEqual([...new Set(expected)].toSorted());
    expect(listed.map((name) => name.replace(/@[^@]*$/, ''))).toEqual(
      expect.arrayContaining(['ajv', 'yaml']),
    );
  });

  test('have the section of the changelog as their text', async () => {
    const changelog =
      '# Changelog\n\n## Unreleased\n\n- c\n\n## [0.2.0] - 2026-12-01\n\n- b\n\n### Fixed\n\n- x\n\n## 0.1.0\n\n';
    expect(notesOf(changelog, '0.2.0')).toBe('- b\n\n### Fixed\n\n- x\n');
    expect(notesOf(changelog, 'Unreleased', '0.2.0')).toBe('- c\n');
    expect(notesOf(changelog.replace('- c', ''), 'Unreleased', '0.2.0')).toBe(notesOf(changelog, '0.2.0'));
    expect(() => notesOf(changelog, '0.3.0')).toThrow(
      '"## 0.3.0". Its sections are: Unreleased, 0.2.0, 0.1.0.',
    );
    expect(() => notesOf(changelog, '0.1.0')).toThrow('says nothing below "## 0.1.0"');
    const own = await readFile(join(ROOT, 'CHANGELOG.md'), 'utf8');
    expect(await read('notes.md')).toBe(notesOf(own, 'Unreleased', version));
  });

  test('are not made for a tag of another version', async () => {
    await expect(makeRelease(join(dir, 'other'), { tag: 'v99.0.0' })).rejects.toThrow(
      `The tag is v99.0.0, and package.json has version ${version}.`,
    );
    expect(await isFree(join(dir, 'other'))).toBe(true);
  });
});

describe('the standalone archive on a machine that has nothing but Node.js', () => {
  const KEY = 'mgmt-secret-1';
  let work: string;
  let bin: string;
  let env: Readonly<Record<string, string>>;
  beforeAll(async () => {
    const machine = join(dir, 'machine');
    work = join(machine, 'work');
    await mkdir(join(machine, 'bin'), { recursive: true });
    await mkdir(join(work, 'desired-state'), { recursive: true });
    await symlink(process.execPath, join(machine, 'bin', 'node'));
    execFileSync('tar', ['-xzf', join(out, `holdfast-${version}-standalone.tar.gz`), '-C', machine]);
    bin = join(machine, `holdfast-${version}`, 'bin', 'holdfast.js');
    env = { PATH: join(machine, 'bin'), HOLDFAST_KEY: KEY, CLIENT_KEY: 'sk-test-0001' };
    await writeFile(
      join(work, 'desired-state', 'a.yaml'),
      'api-keys: ["${env:CLIENT_KEY}"]\nrequest-retry: 2\n',
    );
    await writeFile(
      join(work, 'config.yaml'),
      'host: 127.0.0.1\nport: 8317\napi-keys: [sk-test-0001]\nrequest-retry: 1\n',
    );
  }, 300_000);

  const holdfast = (...words: string[]): Promise<readonly [code: number, text: string]> =>
    new Promise((resolve) => {
      execFile('/usr/bin/env', ['node', bin, ...words], { cwd: work, env }, (error, stdout, stderr) =>
        resolve([Number(error?.code ?? 0), stdout + stderr]),
      );
    });

  test('has no tool and no test in it, and nothing that was built for one kind of machine', async () => {
    const files = await readdir(join(bin, '../..'), { recursive: true });
    expect(
      files.filter((file) =>
        /\.node$|^src\/|^test\/|^node_modules\/(?:jest|esbuild|node)(?:\/|$)/.test(file),
      ),
    ).toEqual([]);
  });

  test('starts, validates, plans and applies', async () => {
    expect(await holdfast('--version')).toEqual([0, `${version}\n`]);
    expect((await holdfast('validate'))[0]).toBe(0);
    const words = ['sandbox', '--config', 'config.yaml', '--port', '0', '--output', 'json'];
    const sandbox = spawn('/usr/bin/env', ['node', bin, ...words], {
      cwd: work,
      env: { ...env, MANAGEMENT_PASSWORD: KEY },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const [said] = (await once(sandbox.stdout, 'data')) as [Buffer];
      const { url } = JSON.parse(said.toString()) as { url: string };
      expect(await holdfast('plan', '--exit-code', '--url', url)).toEqual([
        2,
        expect.stringContaining('request-retry'),
      ]);
      expect(await holdfast('apply', '--url', url)).toEqual([0, expect.stringContaining('verified')]);
      expect(await readFile(join(work, 'config.yaml'), 'utf8')).toContain('request-retry: 2');
      expect((await holdfast('drift', '--url', url))[0]).toBe(0);
    } finally {
      sandbox.kill('SIGTERM');
      await once(sandbox, 'exit');
    }
  });
});
