import { afterEach, describe, expect, test } from '@jest/globals';
import { CONFIG, playground, type Playground, SECRET } from './setup.ts';

let ground: Playground;

const on = async (config = CONFIG, ...faults: string[]): Promise<Playground> =>
  (ground = await playground(config, { api: 'v8', faults }));

afterEach(async () => ground.close());

async function v8(method: string, path: string, body?: string): Promise<{ status: number; body: string }> {
  const answer = await fetch(`${ground.sandbox.url}/v8/management/config${path}`, {
    method,
    redirect: 'manual',
    headers: { Connection: 'close', Authorization: `Bearer ${SECRET}` },
    ...(body !== undefined && { body }),
  });
  return { status: answer.status, body: await answer.text() };
}

describe('the sandbox as a v8 gateway', () => {
  test('has its generation in the version header and at the version of the layout', async () => {
    const { ask } = await on();
    expect((await ask('GET', '/debug')).headers.get('x-cpa-version')).toMatch(/^v8\./);
    expect(await v8('GET', '/config-version')).toEqual({ status: 200, body: '8' });
  });

  test('migrates the file with the first write, not with a read and not with a refused one', async () => {
    const { text, sandbox, client } = await on();
    await v8('GET', '');
    expect((await v8('PATCH', '', '{"server":{"port":"x"}}')).status).toBe(422);
    expect(text()).toBe(CONFIG);
    await v8('PATCH', '', '{}');
    await sandbox.settled();
    expect(text()).toContain('config-version: 8');
    expect(await client('sk-test-0001')).toBe(200);
    expect(await client('sk-test-0002')).toBe(401);
  });

  test('misses the load of a write that follows another at once, until the bytes of the file change', async () => {
    const { clock, sandbox, client } = await on(CONFIG, 'lost-update=60');
    await v8('PUT', '/routing/strategy', '"fill-first"');
    await clock.sleep(20);
    await v8('PUT', '/access/api-keys', '["sk-test-0002"]');
    await sandbox.settled();
    expect((await v8('GET', '/access/api-keys')).body).toBe('["sk-test-0002"]');
    expect(await client('sk-test-0002')).toBe(401);
    sandbox.clearFaults();
    await v8('PUT', '/access/api-keys', '["sk-test-0002"]');
    await sandbox.settled();
    expect(await client('sk-test-0002')).toBe(401);
    await v8('PUT', '/observability/logs/debug', 'true');
    await sandbox.settled();
    expect(await client('sk-test-0002')).toBe(200);
  });

  test('removes a plugin by its own route, and saves', async () => {
    const plugins = 'plugins:\n  configs:\n    demo: { limit: 5 }\n    other: { limit: 6 }\n';
    const { text, sandbox } = await on(`${CONFIG}${plugins}`);
    expect(await v8('DELETE', '/../plugins/none')).toMatchObject({ status: 404 });
    expect(text()).toContain('demo');
    const removed = await v8('DELETE', '/../plugins/demo');
    expect([removed.status, JSON.parse(removed.body)]).toEqual([
      200,
      expect.objectContaining({ configured_removed: true, id: 'demo', status: 'deleted' }),
    ]);
    await sandbox.settled();
    expect([text().includes('demo'), text().includes('other')]).toEqual([false, true]);
  });

  test('migrates a flat file when a plugin is written by the v8 route, not by the v0 route', async () => {
    const plugins = 'plugins:\n  configs:\n    demo: { limit: 5 }\n    other: { limit: 6 }\n';
    const { text, sandbox, ask } = await on(`${CONFIG}${plugins}`);
    expect((await ask('DELETE', '/plugins/demo')).status).toBe(200);
    await sandbox.settled();
    expect(text()).not.toContain('config-version');
    expect((await v8('DELETE', '/../plugins/other')).status).toBe(200);
    await sandbox.settled();
    expect(text()).toContain('config-version: 8');
    expect(text()).toContain('access:');
  });

  test('has the faults of the other generation', async () => {
    const { text, sandbox } = await on(CONFIG, 'drop-writes=/server');
    expect((await v8('PUT', '/server/port', '1')).status).toBe(200);
    expect(text()).toBe(CONFIG);
    sandbox.fault('save-failure');
    const failed = await v8('PATCH', '', '{}');
    expect(failed.status).toBe(500);
    expect(JSON.parse(failed.body)).toMatchObject({ error: 'write_failed' });
    expect(text()).toBe(CONFIG);
  });
});
