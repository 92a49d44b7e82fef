// `npm install` from a git address: npm clones, installs what building needs, runs `prepare` and keeps what `files` names.
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, expect, test } from '@jest/globals';
import { ROOT, sources } from '../../scripts/package/pack.ts';
import { openRegistry } from './registry.ts';

const run = promisify(execFile);
let dir: string | undefined;
afterEach(() => (dir === undefined ? undefined : rm(dir, { recursive: true, force: true })));

/** Of the development tools, those that building needs: the others only take time to install. */
const BUILDS = new Set(['esbuild', 'preact', '@preact/signals']);

async function repository(place: string): Promise<string> {
  await mkdir(place);
  for (const part of await sources()) await cp(join(ROOT, part), join(place, part), { recursive: true });
  const own = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
    devDependencies: Record<string, string>;
  };
  const tools = Object.entries(own.devDependencies).filter(([name]) => BUILDS.has(name));
  await writeFile(
    join(place, 'package.json'),
    JSON.stringify({ ...own, devDependencies: Object.fromEntries(tools) }),
  );
  const git = (...words: string[]): Promise<unknown> => run('git', words, { cwd: place });
  await git('init', '--quiet', '--initial-branch=main');
  await git('add', '--all');
  await git('-c', 'user.name=a', '-c', 'user.email=a@example.com', 'commit', '--quiet', '--message=all');
  return `git+file://${place}#main`;
}

test('a git address installs a program that runs', async () => {
  dir = await mkdtemp(join(tmpdir(), 'holdfast-git-'));
  const address = await repository(join(dir, 'repository'));
  const project = join(dir, 'project');
  await mkdir(project);
  await writeFile(join(project, 'package.json'), '{"private":true}');
  await using registry = await openRegistry();
  const env = {
    ...process.env,
    npm_config_registry: registry.url,
    npm_config_cache: join(dir, 'cache'),
  };
  await run('npm', ['install', '--no-audit', '--no-fund', address], { cwd: project, env });
  const { stdout } = await run('npx', ['--no-install', 'holdfast', 'schema', 'settings'], {
    cwd: project,
    env,
  });
  expect(stdout).toBe(await readFile(join(ROOT, 'schemas/settings.schema.json'), 'utf8'));
  const built = await readFile(join(project, 'node_modules/holdfast/dist/web/index.html'), 'utf8');
  expect(built).toContain('assets/main-');
}, 300_000);
