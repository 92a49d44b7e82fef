import { afterEach, describe, expect, test } from '@jest/globals';
import { callApi } from '../../../src/apply/api/api.ts';
import { seal } from '../../../src/domain/secret.ts';
import { beforeRequests } from '../contention.ts';
import { GATEWAY_FILE, setup, teardown } from '../setup.ts';

afterEach(teardown);

const FILE = `${GATEWAY_FILE}codex-api-key:
  - api-key: sk-test-codex-1
    base-url: https://codex.example
`;

describe('a request that the gateway only half does', () => {
  test('a key that it added instead of replacing one is removed again', async () => {
    const fixture = await setup({ file: FILE });
    const before = fixture.sandbox.states().memory;
    const result = await callApi(fixture.context, {
      method: 'PATCH',
      path: 'api-keys',
      body: seal('{"old":"sk-test-none","new":"sk-test-stray"}'),
    });
    expect(result.problems.map(({ code }) => code)).toEqual(['HF5050', 'HF5055']);
    await fixture.sandbox.settled();
    expect(fixture.sandbox.states().memory).toEqual(before);
    expect(await fixture.file()).not.toContain('sk-test-stray');
    expect(await fixture.admits('sk-test-stray')).toBe(false);
  });

  test('a side effect besides a dropped member is reverted too', async () => {
    const fixture = await setup({ file: FILE });
    const result = await callApi(fixture.context, {
      method: 'PATCH',
      path: 'codex-api-key',
      body: seal('{"match":"sk-test-codex-1","value":{"prefix":"half","priority":7}}'),
    });
    expect(result.problems.map(({ code }) => code)).toEqual(['HF5050', 'HF5055']);
    expect(await fixture.file()).not.toContain('half');
  });

  test('what others add to the same list meanwhile stays', async () => {
    const fixture = await setup({ file: FILE });
    let once = false;
    const more = beforeRequests(fixture, async (_, { purpose }) => {
      if (purpose !== 'settle' || once) return;
      once = true;
      await fixture.panel('PATCH', 'api-keys', { old: 'sk-none', new: 'sk-test-panel' });
    });
    const body = seal('{"old":"sk-test-none","new":"sk-test-stray"}');
    const context = { ...fixture.context, ...more };
    const result = await callApi(context, { method: 'PATCH', path: 'api-keys', body });
    expect(result.problems.map(({ code }) => code)).toEqual(['HF5050', 'HF5055', 'HF5019']);
    expect(fixture.sandbox.states().memory).toMatchObject({
      'api-keys': ['sk-test-0001', 'sk-test-0002', 'sk-test-panel'],
    });
  });

  test("what can't be reverted is reported as in effect", async () => {
    const fixture = await setup({ file: FILE });
    fixture.sandbox.fault('drop-writes', '/config.yaml');
    const body = seal('{"old":"sk-test-none","new":"sk-test-stray"}');
    const result = await callApi(fixture.context, { method: 'PATCH', path: 'api-keys', body });
    expect(result.problems.map(({ code }) => code)).toEqual(['HF5050', 'HF5056']);
    expect(await fixture.admits('sk-test-stray')).toBe(true);
  });
});

describe('a change by others while a request settles', () => {
  const settling = (fixture: Awaited<ReturnType<typeof setup>>) =>
    beforeRequests(fixture, async (_, { purpose, path }) => {
      if (purpose === 'settle' && path.endsWith('/config'))
        await fixture.panel('PUT', 'max-retry-interval', { value: 555 });
    });

  test("isn't an effect of the request", async () => {
    const fixture = await setup({ file: FILE });
    const result = await callApi(
      { ...fixture.context, ...settling(fixture) },
      { method: 'PUT', path: 'debug', body: seal('{"value":true}') },
    );
    expect(result).toMatchObject({
      effect: { kind: 'changed', paths: 'debug' },
      problems: [{ code: 'HF5019' }],
    });
    expect(fixture.sandbox.states().memory).toMatchObject({ debug: true, 'max-retry-interval': 555 });
  });

  test('does not make a dropped write look successful', async () => {
    const fixture = await setup({ file: FILE, faults: ['drop-writes=/debug'] });
    const result = await callApi(
      { ...fixture.context, ...settling(fixture) },
      { method: 'PUT', path: 'debug', body: seal('{"value":true}') },
    );
    expect(result.effect).toEqual({ kind: 'nothing' });
    expect(fixture.sandbox.states().memory).toMatchObject({ 'max-retry-interval': 555 });
  });

  test("isn't overwritten by a PUT whose backup took time", async () => {
    const fixture = await setup({ file: FILE });
    const more = beforeRequests(fixture, async (nth) => {
      if (nth === 4) await fixture.panel('PUT', 'max-retry-interval', { value: 555 });
    });
    const file = await fixture.file();
    const call = callApi(
      { ...fixture.context, ...more },
      { method: 'PUT', path: 'config.yaml', body: seal(file.replace('debug: false', 'debug: true')) },
    );
    await expect(call).rejects.toThrow('HF5005');
    expect(fixture.sandbox.states().memory).toMatchObject({ 'max-retry-interval': 555 });
  });
});
