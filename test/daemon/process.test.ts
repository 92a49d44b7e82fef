import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from '@jest/globals';
import { MANAGEMENT_KEY, setup, teardown } from '../apply/setup.ts';

interface Line {
  readonly code?: string;
  readonly outcome?: string;
  readonly trigger?: string;
}

const BIN = resolve(import.meta.dirname, '../../bin/holdfast.js');

afterEach(teardown);

async function healthcheck(state: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [BIN, 'healthcheck', '--state', state]);
  return stdout;
}

describe('holdfast run as a process', () => {
  test('applies, logs JSON, and ends with 0 when it is stopped', async () => {
    const fixture = await setup();
    const desired = fixture.context.target.desired[0] ?? '';
    const words = ['run', '--log', 'json', '--url', fixture.sandbox.url, '--desired', desired];
    const child = spawn(process.execPath, [BIN, ...words, '--state', join(dirname(desired), 'own-state')], {
      env: {
        PATH: process.env['PATH'],
        HOLDFAST_KEY: MANAGEMENT_KEY,
        TEAM_A: 'sk-test-0001',
        TEAM_B: 'sk-test-0002',
        UPSTREAM: 'sk-test-up-1',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    let health = '';
    for await (const part of child.stdout.setEncoding('utf8')) {
      const before = said.includes('"outcome":');
      said += String(part);
      if (before || !said.includes('"outcome":')) continue;
      health = await healthcheck(join(dirname(desired), 'own-state'));
      child.kill('SIGTERM'); // once: the second time means "at once"
    }
    const [code] = (child.exitCode === null ? await once(child, 'exit') : [child.exitCode]) as [number];
    const lines = said
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.find((line) => 'outcome' in line)).toMatchObject({ outcome: 'in-sync', trigger: 'start' });
    expect(code).toBe(0);
    expect(health).toContain(`process ${child.pid}`);
    await expect(healthcheck(join(dirname(desired), 'own-state'))).rejects.toThrow('HF7070');
  });

  test('warnings about the settings are lines of the log, once and not at every reload', async () => {
    const fixture = await setup();
    const [desired = ''] = fixture.context.target.desired;
    const settings = join(dirname(desired), 'holdfast.yaml');
    const target = { name: 'home', url: fixture.sandbox.url, desired: [desired] };
    const notify = [{ webhook: 'http://127.0.0.1:9/' }];
    await writeFile(settings, JSON.stringify({ version: 1, targets: [target], daemon: { notify } }));
    const child = spawn(process.execPath, [BIN, 'run', '--log', 'json', '--settings', settings], {
      env: {
        PATH: process.env['PATH'],
        HOLDFAST_KEY: MANAGEMENT_KEY,
        TEAM_A: 'sk-test-0001',
        TEAM_B: 'sk-test-0002',
        UPSTREAM: 'sk-test-up-1',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const complaints = text(child.stderr);
    const lines: Line[] = [];
    for await (const line of createInterface(child.stdout)) {
      const said = JSON.parse(line) as Line;
      lines.push(said);
      if (said.outcome && said.trigger === 'start') child.kill('SIGHUP');
      if (said.outcome && said.trigger === 'settings') child.kill('SIGTERM');
    }
    expect(lines.filter(({ code }) => code === 'HF2060')).toHaveLength(1);
    expect(await complaints).toBe('');
  });
});
