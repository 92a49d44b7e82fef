import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Packed, packed } from '../../bench/packed.ts';
import { openRegistry } from './registry.ts';

/** Undefined only where packing failed, and with it every test. */
let holdfast: Packed;
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'holdfast-elsewhere-'));
  await using registry = await openRegistry();
  holdfast = await packed({ registry: registry.url });
}, 300_000);
afterAll(async () => {
  await holdfast?.[Symbol.asyncDispose]();
  await rm(dir, { recursive: true, force: true });
});

const KEY = 'mgmt-secret-1';

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function call(...words: string[]): Promise<Ended> {
  const env = { PATH: process.env['PATH'], HOLDFAST_KEY: KEY, CLIENT_KEY: 'sk-test-0001' };
  return new Promise((resolve) => {
    execFile(process.execPath, [holdfast.bin, ...words], { cwd: dir, env }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

describe('the packed package', () => {
  test('contains what it must, and nothing of the development files', () => {
    const top = new Set(holdfast.files.map((file) => file.split('/')[0]));
    expect([...top].toSorted()).toEqual(
      [
        'CHANGELOG.md',
        'LICENSE',
        'README.md',
        'bin',
        'desired-state',
        'dist',
        'docs',
        'package.json',
        'schemas',
        'skills',
      ].toSorted(),
    );
    expect(holdfast.files.filter((file) => /\.ts$|demo|\.test\./.test(file))).toEqual([]);
    expect(holdfast.files).toContain('schemas/legacy.schema.json');
    expect(holdfast.files).toContain('dist/web/index.html');
  });

  test('reports its version, from the build', async () => {
    const { version } = JSON.parse(
      await readFile(join(import.meta.dirname, '../../package.json'), 'utf8'),
    ) as {
      version: string;
    };
    expect(await call('--version')).toMatchObject({ code: 0, stdout: `${version}\n` });
  });

  test('finds the schemas that come with it', async () => {
    const shown = await call('schema', 'settings');
    expect(shown.stdout).toBe(
      await readFile(join(import.meta.dirname, '../../schemas/settings.schema.json'), 'utf8'),
    );
  });

  test('validates, plans and applies against a sandbox of its own', async () => {
    await mkdir(join(dir, 'desired-state'));
    await writeFile(join(dir, 'desired-state/a.yaml'), 'api-keys: ["${env:CLIENT_KEY}"]\nrequest-retry: 2\n');
    await writeFile(
      join(dir, 'config.yaml'),
      'host: 127.0.0.1\nport: 8317\napi-keys: [sk-test-0001]\nrequest-retry: 1\n',
    );
    expect(await call('validate')).toMatchObject({ code: 0 });
    const words = [
      'sandbox',
      '--config',
      'config.yaml',
      '--port',
      '0',
      '--password',
      KEY,
      '--output',
      'json',
    ];
    const sandbox = spawn(process.execPath, [holdfast.bin, ...words], {
      cwd: dir,
      env: { PATH: process.env['PATH'], MANAGEMENT_PASSWORD: KEY },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const [said] = (await once(sandbox.stdout, 'data')) as [Buffer];
      const { url } = JSON.parse(said.toString()) as { url: string };
      const planned = await call('plan', '--exit-code', '--url', url, '--output', 'json');
      expect(planned).toMatchObject({ code: 2 });
      expect(planned.stdout).toContain('"path": "request-retry"');
      const applied = await call('apply', '--url', url, '--output', 'json');
      expect(applied).toMatchObject({ code: 0, stdout: expect.stringContaining('"kind": "applied"') });
      expect(await readFile(join(dir, 'config.yaml'), 'utf8')).toContain('request-retry: 2');
    } finally {
      sandbox.kill('SIGTERM');
      await once(sandbox, 'exit');
    }
  });

  test('serves the dashboard from its own files', async () => {
    await writeFile(
      join(dir, 'holdfast.yaml'),
      'version: 1\ntargets: [{ name: home, desired: [desired-state] }]\ndaemon: { http: { listen: "127.0.0.1:0", auth: none } }\n',
    );
    const daemon = spawn(process.execPath, [holdfast.bin, 'run', '--log', 'json'], {
      cwd: dir,
      env: { PATH: process.env['PATH'], HOLDFAST_KEY: KEY },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const base = await addressTold(daemon.stdout);
      const page = await (await fetch(base)).text();
      const script = /src="(assets\/main-[^"]+\.js)"/.exec(page)?.[1] ?? 'none';
      const answer = await fetch(`${base}/${script}`);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([
        200,
        'text/javascript; charset=utf-8',
      ]);
    } finally {
      daemon.kill('SIGTERM');
      await once(daemon, 'exit');
    }
  });
});

async function addressTold(log: AsyncIterable<Buffer>): Promise<string> {
  let text = '';
  for await (const part of log) {
    text += part.toString();
    const found = /HTTP API at (http:[^"]+)"/.exec(text)?.[1];
    if (found !== undefined) return found;
  }
  throw new Error(`it does not listen: ${text}`);
}
