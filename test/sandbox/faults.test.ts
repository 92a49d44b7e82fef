import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { FAULT_NAMES } from '../../src/sandbox/gateway/faults.ts';
import { runSandbox } from '../../src/sandbox/run.ts';
import { CONFIG, playground, type Playground } from './setup.ts';

let ground: Playground;
const on = async (...faults: string[]): Promise<Playground> =>
  (ground = await playground(CONFIG, { faults }));

/** Whether anything listens. */
const answers = (ask: Playground['ask']): Promise<boolean> =>
  ask('GET', '/debug').then(
    () => true,
    () => false,
  );

afterEach(async () => ground.close());

describe('the faults of the sandbox', () => {
  test('save-failure answers 500 and leaves memory changed and the file as it was', async () => {
    const { ask, text } = await on('save-failure=1');
    const answer = await ask('PUT', '/debug', '{"value":true}');
    expect([answer.status, answer.body]).toEqual([500, expect.stringContaining('failed to save config')]);
    expect((await ask('GET', '/debug')).body).toBe('{"debug":true}');
    expect(text()).toBe(CONFIG);
    expect((await ask('PUT', '/debug', '{"value":true}')).status).toBe(200);
  });

  test('drop-writes answers 200 and does nothing, on the paths it is given', async () => {
    const { ask, text } = await on('drop-writes=/debug');
    expect((await ask('PUT', '/debug', '{"value":true}')).body).toBe('{"status":"ok"}');
    expect(text()).toBe(CONFIG);
    expect((await ask('PUT', '/request-retry', '{"value":2}')).status).toBe(200);
    expect(text()).toContain('request-retry: 2');
  });

  test('empty-read loads defaults from an intact file and opens the proxy to everyone', async () => {
    const { ask, client, sandbox, text } = await on('empty-read');
    expect(await client()).toBe(401);
    await ask('PUT', '/debug', '{"value":true}');
    await sandbox.settled();
    expect(await client()).toBe(200);
    expect(text()).toContain('sk-test-0001');
  });

  test('reload-disabled and dead-watcher keep the runtime as it was', async () => {
    const { ask, client, sandbox } = await on('reload-disabled');
    await ask('PUT', '/api-keys', '["sk-test-0002"]');
    await sandbox.settled();
    expect(await client('sk-test-0001')).toBe(200);
    sandbox.clearFaults();
    sandbox.fault('dead-watcher');
    expect(sandbox.states().watcherAlive).toBe(false);
  });

  test('a ban refuses the right key, home mode hides management', async () => {
    const { ask, sandbox } = await on('ban');
    expect((await ask('GET', '/debug')).body).toContain('IP banned due to too many failed attempts');
    sandbox.clearFaults();
    sandbox.fault('home-mode');
    const answer = await ask('GET', '/debug');
    expect([answer.status, answer.body, answer.headers.get('X-CPA-VERSION')]).toEqual([404, '', null]);
  });

  test('bodies come empty, broken, as something else, or never end', async () => {
    const { ask, sandbox } = await on('empty-body=/config.yaml');
    expect((await ask('GET', '/config.yaml')).body).toBe('');
    expect((await ask('GET', '/debug')).body).toBe('{"debug":false}');
    sandbox.clearFaults();
    sandbox.fault('garbage-body');
    expect(() => JSON.parse('{"debug": fal')).toThrow();
    expect((await ask('GET', '/debug')).body).toBe('{"debug": fal');
    sandbox.clearFaults();
    sandbox.fault('wrong-content');
    expect((await ask('GET', '/debug')).headers.get('content-type')).toBe('text/html; charset=utf-8');
    sandbox.clearFaults();
    sandbox.fault('endless-body');
    const abort = new AbortController();
    const answer = await fetch(`${sandbox.url}/v0/management/debug`, {
      headers: { Authorization: 'Bearer mgmt-secret-1' },
      signal: abort.signal,
    });
    const reader = answer.body?.getReader();
    for (let bytes = 0; bytes < 300_000;) bytes += (await reader?.read())?.value?.length ?? 0;
    abort.abort();
  });

  test('a connection breaks before or after the write took effect', async () => {
    const { ask, sandbox, text } = await on('reset-before-write=1');
    await expect(ask('PUT', '/debug', '{"value":true}')).rejects.toThrow();
    expect(text()).toBe(CONFIG);
    sandbox.clearFaults();
    sandbox.fault('reset-after-write', '2');
    expect((await ask('PUT', '/debug', '{"value":true}')).status).toBe(200);
    await sandbox.settled();
    await expect(ask('PUT', '/request-retry', '{"value":2}')).rejects.toThrow();
    expect(text()).toContain('request-retry: 2');
  });

  test('the n-th request gets a 5xx', async () => {
    const { ask } = await on('error-on-request=2:503');
    expect((await ask('GET', '/debug')).status).toBe(200);
    expect((await ask('GET', '/debug')).status).toBe(503);
    expect((await ask('GET', '/debug')).status).toBe(200);
  });

  test('an OAuth PATCH kills the process; a restart brings it back', async () => {
    const { ask, sandbox } = await on('dead-process-on-oauth-patch');
    await expect(ask('PATCH', '/oauth-excluded-models', '{"provider":"a","models":["b"]}')).rejects.toThrow();
    while (await answers(ask)) await new Promise((turn) => setImmediate(turn));
    sandbox.clearFaults();
    expect(await sandbox.restart()).toBe(true);
    expect((await ask('GET', '/debug')).status).toBe(200);
  });

  test('requests are logged for counting', async () => {
    const { ask, sandbox } = await on();
    await ask('GET', '/debug');
    await ask('PUT', '/debug', '{"value":true}', 'mgmt-secret-wrong');
    expect(sandbox.requests.map(({ method, path, status }) => [method, path, status])).toEqual([
      ['GET', '/v0/management/debug', 200],
      ['PUT', '/v0/management/debug', 401],
    ]);
  });

  test('unknown faults are refused, and every fault is documented', async () => {
    const { sandbox } = await on();
    expect(() => sandbox.fault('nope' as 'slow')).toThrow(/no fault `nope`/);
    expect(() => sandbox.fault('slow', 'soon')).toThrow(/doesn't accept/);
    const page = readFileSync(resolve(import.meta.dirname, '../../docs/sandbox.md'), 'utf8');
    expect(FAULT_NAMES.filter((name) => !page.includes(`\`${name}`))).toEqual([]);
  });

  test('the command runs until it is stopped', async () => {
    const { file } = await on();
    const stop = new AbortController();
    let url = '';
    await runSandbox(
      {
        file,
        port: 0,
        started: (sandbox) => {
          url = sandbox.url;
          stop.abort();
        },
      },
      stop.signal,
    );
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    await expect(fetch(url)).rejects.toThrow();
  });
});
