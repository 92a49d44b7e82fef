import { renameSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from '@jest/globals';
import { CONFIG, playground, type Playground } from './setup.ts';

let ground: Playground;
const on = async (...args: Parameters<typeof playground>): Promise<Playground> =>
  (ground = await playground(...args));

afterEach(async () => ground.close());

const NEW_KEY = CONFIG.replace('sk-test-0001', 'sk-test-0002');

describe('memory, file and runtime of the sandbox', () => {
  test('a field write is in memory and file at once and reaches the runtime with the reload', async () => {
    const { ask, sandbox, text } = await on();
    expect((await ask('PUT', '/api-keys', '["sk-test-0002"]')).status).toBe(200);
    expect(text()).toContain('sk-test-0002');
    expect(sandbox.states().memory['api-keys']).toEqual(['sk-test-0002']);
    await sandbox.settled();
    expect(sandbox.states().runtime['api-keys']).toEqual(['sk-test-0002']);
  });

  test('PUT config.yaml is in memory at once; the proxy keeps the old keys until the watcher has seen it', async () => {
    const { ask, client, sandbox } = await on();
    expect((await ask('PUT', '/config.yaml', NEW_KEY)).body).toBe('{"changed":["config"],"ok":true}');
    expect((await ask('GET', '/api-keys')).body).toBe('{"api-keys":["sk-test-0002"]}');
    expect(await client('sk-test-0001')).toBe(200);
    await sandbox.settled();
    expect(await client('sk-test-0001')).toBe(401);
    expect(await client('sk-test-0002')).toBe(200);
  });

  test('a file moved over it ends the watch; field writes still reach the runtime', async () => {
    const { ask, client, file, sandbox } = await on();
    writeFileSync(`${file}.new`, NEW_KEY);
    renameSync(`${file}.new`, file);
    await sandbox.settled();
    expect(sandbox.states().watcherAlive).toBe(false);
    expect((await ask('PUT', '/config.yaml', NEW_KEY)).status).toBe(200);
    await sandbox.settled();
    expect(await client('sk-test-0002')).toBe(401);
    await ask('PUT', '/debug', '{"value":true}');
    await sandbox.settled();
    expect(await client('sk-test-0002')).toBe(200);
  });

  test('an outside edit is loaded, an empty file is ignored, an invalid one keeps the old configuration', async () => {
    const { ask, file, sandbox } = await on();
    for (const [text, keys] of [
      [NEW_KEY, '{"api-keys":["sk-test-0002"]}'],
      ['', '{"api-keys":["sk-test-0002"]}'],
      ['debug: [\n', '{"api-keys":["sk-test-0002"]}'],
      [CONFIG, '{"api-keys":["sk-test-0001"]}'],
    ] as const) {
      writeFileSync(file, text);
      await sandbox.settled();
      expect((await ask('GET', '/api-keys')).body).toBe(keys);
    }
  });

  test('a second write inside the reload window is in the file and not in memory, and the next write removes it', async () => {
    const { ask, clock, sandbox, text } = await on(CONFIG, { faults: ['lost-update=100'] });
    await ask('PUT', '/debug', '{"value":true}');
    await clock.sleep(30);
    await ask('PUT', '/request-retry', '{"value":7}');
    await sandbox.settled();
    expect(text()).toContain('request-retry: 7');
    expect(sandbox.states().memory['request-retry']).toBe(0);
    sandbox.clearFaults();
    await ask('PUT', '/request-log', '{"value":true}');
    await sandbox.settled();
    expect(text()).not.toContain('request-retry: 7');
  });

  test('a plaintext secret is hashed in the file, and the new process knows the same secret', async () => {
    const { ask, sandbox, text } = await on(`${CONFIG}remote-management:\n  secret-key: mgmt-secret-2\n`, {
      env: {},
    });
    expect(text()).toMatch(/secret-key: ["']?\$2[aby]\$/);
    expect((await ask('GET', '/debug', undefined, 'mgmt-secret-2')).status).toBe(200);
    expect(await sandbox.restart()).toBe(true);
    expect((await ask('GET', '/debug', undefined, 'mgmt-secret-2')).status).toBe(200);
    expect((await ask('GET', '/debug', undefined, 'mgmt-secret-1')).status).toBe(401);
  });

  test('a restart reads the file again and forgets what only memory had', async () => {
    const { ask, sandbox } = await on(CONFIG, { faults: ['save-failure'] });
    expect((await ask('PUT', '/debug', '{"value":true}')).status).toBe(500);
    expect((await ask('GET', '/debug')).body).toBe('{"debug":true}');
    expect(await sandbox.restart()).toBe(true);
    expect((await ask('GET', '/debug')).body).toBe('{"debug":false}');
  });

  test('it does not start on a file that the gateway would not load', async () => {
    const { file, sandbox } = await on();
    writeFileSync(file, 'api-keys: 1\n');
    expect(await sandbox.restart()).toBe(false);
    writeFileSync(file, CONFIG);
    expect(await sandbox.restart()).toBe(true);
  });
});
