// `holdfast api` at paths below /v8/management.
import { afterEach, describe, expect, test } from '@jest/globals';
import { callApi } from '../../../src/apply/api/api.ts';
import type { ApiRequest } from '../../../src/apply/api/request.ts';
import { seal } from '../../../src/domain/secret.ts';
import { GATEWAY_FILE, GATEWAY_FILE_V8, type Fixture, setup, teardown } from '../setup.ts';

afterEach(teardown);

const TREE = '/v8/management/config';
const v8 = (file = GATEWAY_FILE_V8, faults: readonly string[] = []): Promise<Fixture> =>
  setup({ api: 'v8', file, faults });
const patch = (path: string, body: string): ApiRequest => ({ method: 'PATCH', path, body: seal(body) });

describe('the api engine at v8 paths', () => {
  test('reads any place of the tree, and hides secrets there and nothing else', async () => {
    const { context } = await v8(GATEWAY_FILE_V8.replace('server:\n', 'server:\n    github-token: tok-1\n'));
    const read = (path: string, more = {}): Promise<unknown> =>
      callApi(context, { method: 'GET', path, ...more }).then(({ body }) => body);
    const whole = JSON.stringify(await read(TREE));
    expect(whole).not.toMatch(/sk-test|tok-1/);
    expect(whole).toContain('https://openrouter.example/api/v1');
    expect(await read(`${TREE}/access/api-keys`)).toEqual(['[secret]', '[secret]']);
    expect(await read(`${TREE}/server/github-token`)).toBe('[secret]');
    expect(await read(`${TREE}/server/github-token`, { reveal: true })).toBe('tok-1');
    expect(await read('v8/management/config/routing')).toEqual({ retry: { 'request-retry': 1 } });
    expect(JSON.stringify(await read('/v8/management/config.yaml'))).not.toMatch(/sk-test|tok-1/);
  });

  test('hides the secrets of every family and key at every path, v0 ones included', async () => {
    const families = ['gemini', 'interactions', 'vertex', 'codex', 'claude', 'xai', 'meta'];
    const group = (family: string): string => `    ${family}:
        - name: ${family}-1
          base-url: https://user:canary-url-${family}@${family}.example/v1
          proxy-url: http://user:canary-proxy-${family}@p.example
          headers: {Authorization: canary-auth-${family}, X-Own: canary-own-${family}}
          keys:
            - {api-key: canary-key-${family}, headers: {X-Token: canary-token-${family}}}
`;
    const file = `config-version: 8
server: {host: 127.0.0.1, port: 8317, github-token: canary-github}
oauth:
    auth-dir: nowhere
    providers: {codex: {live-media-relay: {ice-servers: [{urls: ["turn:t.example"], credential: canary-turn}]}}}
access: {api-keys: [canary-client]}
api-keys:
${families.map(group).join('')}`;
    const { context } = await v8(file);
    const paths = [
      'config',
      'config.yaml',
      'api-keys',
      'github-token',
      'auth-files',
      'api-key-usage',
      ...families.map((family) => `${family}-api-key`),
      TREE,
      `${TREE}/server`,
      `${TREE}/server/github-token`,
      `${TREE}/oauth`,
      `${TREE}/access`,
      ...families.flatMap((family) => [
        `${TREE}/api-keys/${family}`,
        `${TREE}/api-keys/${family}/0/keys/0/api-key`,
      ]),
      '/v8/management/config.yaml',
    ];
    for (const path of paths) {
      const { body } = await callApi(context, { method: 'GET', path });
      expect([path, JSON.stringify(body)]).toEqual([path, expect.not.stringContaining('canary')]);
    }
    const { body } = await callApi(context, { method: 'GET', path: 'meta-api-key', reveal: true });
    expect(JSON.stringify(body)).toContain('canary-key-meta');
  });

  test('hides secrets in the comments of a file, of keys that are no longer in it too', async () => {
    const file = GATEWAY_FILE_V8.replace(
      'access:\n',
      '# Authorization: "Bearer canary-old"\naccess:\n',
    ).replace('        - sk-test-0002\n', '        - sk-test-0002\n        # - canary-retired\n');
    const { context } = await v8(file);
    for (const path of ['config.yaml', '/v8/management/config.yaml']) {
      const { body } = await callApi(context, { method: 'GET', path });
      expect(body).toEqual(expect.not.stringContaining('canary'));
      expect(body).toEqual(expect.stringContaining('# Authorization:'));
    }
  });

  test('writes after a backup, reads back and reports what changed', async () => {
    const fixture = await v8();
    const result = await callApi(fixture.context, patch(`${TREE}/routing/retry`, '{"request-retry":4}'));
    expect(result).toMatchObject({ status: 200, effect: { kind: 'changed' }, problems: [] });
    expect(result.backup).toBe((await fixture.store.listBackups('home'))[0]?.id);
    expect(fixture.sandbox.states().runtime).toMatchObject({ 'request-retry': 4 });
    const again = await callApi(fixture.context, patch(`${TREE}/routing/retry`, '{"request-retry":4}'));
    expect(again).toMatchObject({ effect: { kind: 'same' }, problems: [] });
  });

  test('does not trust a 200 that changed nothing', async () => {
    const { context } = await v8(GATEWAY_FILE_V8, ['drop-writes']);
    const result = await callApi(context, patch(TREE, '{"observability":{"logs":{"debug":true}}}'));
    expect(result).toMatchObject({ effect: { kind: 'nothing' }, problems: [{ code: 'HF5050' }] });
  });

  test('reports a refusal, and that a v7 gateway has no such paths', async () => {
    const refused = await callApi((await v8()).context, patch(TREE, '{"nope":1}'));
    expect(refused).toMatchObject({ status: 400, problems: [{ code: 'HF5052' }] });
    const missing = await callApi((await setup()).context, { method: 'GET', path: TREE });
    expect(missing.problems.map(({ message }) => message)).toEqual([
      'the gateway responded with 404: it has no v8 API',
    ]);
  });

  test('names the endpoint that was meant, and none for an entry that is not there', async () => {
    const { context } = await setup();
    const remedyOf = async (path: string): Promise<string | undefined> =>
      (await callApi(context, { method: 'GET', path })).problems[0]?.remedy;
    expect(await remedyOf('confg')).toContain('Did you mean `config`?');
    expect(await remedyOf('api-kyes')).toContain('Did you mean `api-keys`?');
    expect(await remedyOf('auth-files/nothing')).not.toContain('Did you mean');
  });

  test('reports that a flat file was converted', async () => {
    const fixture = await v8(GATEWAY_FILE);
    const result = await callApi(fixture.context, patch(`${TREE}/routing/retry`, '{"request-retry":4}'));
    expect(result.problems.map(({ code }) => code)).toEqual(['HF5054']);
    expect(await fixture.file()).toContain('config-version: 8');
  });

  test('refuses any other path', async () => {
    const { context } = await v8();
    for (const path of ['/v8/other', '/v8/management/../x', 'v9/x', 'https://x.example', `${TREE}/%`])
      await expect(callApi(context, { method: 'GET', path })).rejects.toThrow('HF5053');
  });
});
