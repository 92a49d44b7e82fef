import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { agreementOf } from '../../../src/gateway/observe/agreement.ts';
import { loadCatalog } from '../../../src/gateway/catalog/catalog.ts';
import { credentialsOf } from '../../../src/gateway/checks/credentials.ts';
import { type Check, diagnose } from '../../../src/gateway/checks/doctor.ts';
import { parseDocument } from '../../../src/yaml/document.ts';
import { load } from '../../../src/gateway/model/load.ts';
import { observe, type ObserveOptions } from '../../../src/gateway/observe/observe.ts';
import { admission, healthy } from '../../../src/gateway/checks/probes.ts';
import { usageOf } from '../../../src/gateway/checks/usage.ts';
import { probeRollback } from '../../../src/gateway/checks/rollback-probe.ts';
import type { Client } from '../../../src/gateway/client/client.ts';
import type { FileDocument } from '../../../src/domain/yaml-node.ts';
import type { ApiGeneration } from '../../../src/domain/live.ts';
import type { KnownValues } from '../../../src/domain/state/memory.ts';
import { fingerprintsBy, seal } from '../../../src/domain/secret.ts';
import type { Target } from '../../../src/domain/target.ts';
import { isTree, type Tree } from '../../../src/lib/value.ts';
import type { Sandbox, SandboxOptions } from '../../../src/sandbox/sandbox.ts';
import { virtualClock, virtualSandbox } from '../../support/virtual-clock.ts';
import {
  clientOf,
  closeAll,
  codesOf,
  CORS,
  CPA,
  makeTarget,
  MANAGEMENT_KEY,
  reply,
  serve,
} from '../builders.ts';

const catalog = loadCatalog('legacy');
const clock = virtualClock();
const ends: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  await closeAll();
  for (const end of ends.splice(0)) await end();
});

const CONFIG = `host: 127.0.0.1
port: 8317
remote-management:
  secret-key: mgmt-secret-1
api-keys:
  - sk-test-0001
debug: true
openai-compatibility:
  - name: openrouter
    base-url: https://openrouter.example/v1
    api-key-entries:
      - api-key: sk-test-0101
    models:
      - { name: kimi-k2, alias: kimi }
`;

async function sandboxOf(config = CONFIG, options: Partial<SandboxOptions> = {}): Promise<Sandbox> {
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-observe-'));
  const file = join(dir, 'config.yaml');
  writeFileSync(file, config);
  const { sandbox } = await virtualSandbox({ file, port: 0, host: '127.0.0.1', ...options }, clock);
  ends.push(async () => {
    await sandbox.stop();
    rmSync(dir, { recursive: true, force: true });
  });
  return sandbox;
}

const connect = (sandbox: Sandbox, changes: Partial<Target> = {}): Client =>
  clientOf(makeTarget(sandbox.url, changes), { clock });

const options = (changes: Partial<ObserveOptions> = {}): ObserveOptions => ({
  depth: 'deep',
  api: 'v0',
  clock,
  ...changes,
});

const nothingKnown: KnownValues = { had: () => false, isKnownFile: () => false, modelGaps: () => [] };

describe('a reading', () => {
  test('is one request when shallow, two with something blind, and finds the API once a build', async () => {
    const sandbox = await sandboxOf();
    const client = connect(sandbox);
    const remembered = new Map<string, ApiGeneration>();
    const detection = {
      recall: async (build: string) => remembered.get(build),
      remember: async (build: string, api: ApiGeneration) => {
        remembered.set(build, api);
      },
    };
    const first = await observe(client, options({ depth: 'shallow', api: 'auto', detection }));
    const next = await observe(client, options({ depth: 'shallow', api: 'auto', detection }));
    const blind = await observe(client, options({ depth: 'shallow', api: 'auto', detection, blind: true }));
    expect([first.requests, next.requests, blind.requests]).toEqual([2, 1, 2]);
    expect([first.api, next.agreement.kind, blind.agreement.kind]).toEqual(['v0', 'unread', 'agree']);
    expect(client.counts()).toEqual({ observe: 4, detect: 1 });
  });

  test('when deep has memory and file, in agreement, and shows no secret', async () => {
    const live = await observe(connect(await sandboxOf()), options());
    expect(live.agreement).toEqual({ kind: 'agree' });
    expect(live.memory.open()['debug']).toBe(true);
    expect(live.file?.text.open()).toContain('openrouter');
    expect(live.layout).toBe('legacy');
    expect(live.findings).toEqual([]);
    expect(JSON.stringify(live)).not.toContain('sk-test');
  });

  test('of a gateway with only empty responses is an error that says so', async () => {
    const { url, requests } = await serve((request, response) =>
      reply(200, request.url?.endsWith('.yaml') ? CONFIG : '')(request, response),
    );
    expect(await codesOf(observe(clientOf(makeTarget(url)), options()))).toEqual(['HF3019']);
    expect(requests).toHaveLength(4);
  });

  test("of a configuration that JSON can't express names the key", async () => {
    const trap = 'payload:\n  default:\n    - models: [{ name: x }]\n      params: { a: { 1: one } }\n';
    const client = connect(await sandboxOf(CONFIG + trap));
    await expect(observe(client, options())).rejects.toThrow(/HF3020.*payload/);
  });

  test.each(['garbage-body', 'wrong-content'] as const)(
    "of something that isn't JSON is refused: %s",
    async (fault) => {
      const sandbox = await sandboxOf(CONFIG, { faults: [`${fault}=/v0/management/config`] });
      const codes = await codesOf(observe(connect(sandbox), options()));
      expect(['HF3018', 'HF3006']).toContain(codes[0]);
    },
  );

  test('of a v8 file on a v8 gateway with the v7 API required gives a remedy', async () => {
    const { url } = await serve((request, response) => {
      const { url: asked = '' } = request;
      const body = asked.startsWith('/v8')
        ? '8'
        : asked.endsWith('.yaml')
          ? 'config-version: 8\n'
          : '{"debug":false}';
      reply(200, body, { ...CPA, ...CORS })(request, response);
    });
    await expect(observe(clientOf(makeTarget(url)), options({ api: 'v0', depth: 'deep' }))).rejects.toThrow(
      'HF3037',
    );
  });

  test('of a v7 gateway on a v8 file is critical, and still a reading for restore', async () => {
    const { url } = await serve((request, response) => {
      if (request.url?.startsWith('/v8')) reply(404, '', CORS)(request, response);
      else if (request.url?.endsWith('.yaml'))
        reply(200, 'config-version: 8\nserver: {port: 8317}\n')(request, response);
      else reply(200, { 'api-keys': null })(request, response);
    });
    const client = clientOf(makeTarget(url));
    expect(await codesOf(observe(client, options({ api: 'auto' })))).toEqual(['HF3023']);
    const live = await observe(client, options({ api: 'auto', evenUnreadable: true }));
    expect([live.layout, live.agreement.kind]).toEqual(['v8', 'unread']);
    expect(live.findings.map(({ code }) => code)).toEqual(['HF3030', 'HF3023']);
  });

  test.each([
    ['is empty', ''],
    ['does not parse', 'api-keys: [\n'],
    ['is no mapping', '- a\n'],
    ['would not load', 'gemini-api-key: [{ api-key: sk-test-1, weight: 1.5 }]\n'],
  ])('of a file that %s is refused', async (_title, text) => {
    const { url } = await serve((request, response) =>
      reply(200, request.url?.endsWith('.yaml') ? text : '{}')(request, response),
    );
    expect(await codesOf(observe(clientOf(makeTarget(url)), options()))).toEqual(['HF3027']);
  });

  test("of a file that only Holdfast can't read, reports that", async () => {
    const text = `payload: ${'['.repeat(300)}${']'.repeat(300)}\n`;
    const { url } = await serve((request, response) =>
      reply(200, request.url?.endsWith('.yaml') ? text : '{}')(request, response),
    );
    await expect(observe(clientOf(makeTarget(url)), options())).rejects.toMatchObject({
      problems: [
        {
          code: 'HF3027',
          message: expect.stringContaining("which Holdfast doesn't support"),
          remedy: expect.stringMatching(/^Simplify that part of the file/),
        },
      ],
    });
  });

  test.each([
    ['open to everybody', CONFIG.replace('  - sk-test-0001', '  - " "'), ['HF3030']],
    ['with sample keys', CONFIG.replace('sk-test-0001', 'your-api-key-1'), ['HF3032']],
  ])('warns of a gateway %s', async (_title, config, codes) => {
    const live = await observe(connect(await sandboxOf(config)), options());
    expect(live.findings.map(({ code, severity }) => [code, severity])).toEqual(
      codes.map((code) => [code, 'warning']),
    );
  });
});

test('a block scalar that the next write would destroy is warned of, with its line', async () => {
  const config = 'api-keys: [sk-test-0001]\nproxy-url: |\n  a\n  # b\n';
  const sandbox = await sandboxOf(config, { env: { MANAGEMENT_PASSWORD: MANAGEMENT_KEY } });
  const live = await observe(connect(sandbox), options());
  expect(live.findings.map(({ code, message }) => [code, message])).toEqual([
    ['HF3033', expect.stringContaining('line 4')],
  ]);
});

describe('memory and file', () => {
  const memoryOf = (text: string): Tree => {
    const loaded = load(parseDocument(text) as FileDocument, catalog);
    if (!loaded.ok) throw new Error(loaded.message);
    return loaded.memory;
  };
  const compare = (inMemory: string, inFile: string, known?: Partial<KnownValues>): unknown =>
    agreementOf(memoryOf(inMemory), memoryOf(inFile), catalog, {
      values: { ...nothingKnown, ...known },
      build: 'dev',
    });

  // Memory as the gateway shows it hides some keys; what is hidden here is the same on both sides.
  test('agree when they mean the same', () => {
    const shown = (text: string): Tree => {
      const memory = { ...memoryOf(text) } as Record<string, Tree[string]>;
      for (const hidden of ['host', 'port', 'auth-dir', 'remote-management']) delete memory[hidden];
      return memory;
    };
    expect(agreementOf(shown('api-keys: []\n'), memoryOf('{}\n'), catalog)).toEqual({ kind: 'agree' });
  });

  test('that differ in values of earlier files are a stale memory', () => {
    const known = { had: (path: string) => ['debug', 'request-retry'].includes(path) || hidden(path) };
    expect(compare('debug: false\n', 'debug: true\nrequest-retry: 3\n', known)).toMatchObject({
      kind: 'differ',
      cause: 'stale-memory',
      paths: expect.arrayContaining(['debug', 'request-retry']),
    });
  });

  test('that differ in known and in unknown values are a split', () => {
    const known = { had: (path: string) => path === 'debug' };
    expect(
      compare('debug: false\nrequest-retry: 9\n', 'debug: true\nrequest-retry: 3\n', known),
    ).toMatchObject({
      cause: 'split-brain',
    });
  });

  test('are also a stale memory if the file was restored to a known value', () => {
    const known = { had: (path: string, value: unknown) => path === 'request-retry' && value === 3 };
    expect(compare('request-retry: 9\n', 'request-retry: 3\n', known)).toMatchObject({
      cause: 'stale-memory',
    });
  });

  test('that differ in blank lines of folded texts are distinguished from other gaps', () => {
    const rule = (text: string): string =>
      `payload:\n  override:\n    - models: [{ name: "*" }]\n      params: { tools: ${JSON.stringify(text)} }\n`;
    expect(compare(rule('a\n  b'), rule('a\n\n  b'))).toEqual({
      kind: 'differ',
      paths: ['payload.override'],
      cause: 'model-gap',
      because: 'folded-text',
    });
    expect(compare(rule('a\n  b'), rule('a\n\n  c'))).not.toHaveProperty('because');
    const raw = (text: string): string => rule(text).replace('override:', 'override-raw:');
    expect(compare(raw('[1,\n  2]'), raw('[1,\n\n  2]'))).toEqual({ kind: 'agree' });
  });

  test('that differ in unknown values are a gap in the model', () => {
    expect(compare('request-retry: 9\n', 'request-retry: 3\n')).toMatchObject({ cause: 'model-gap' });
  });

  const hidden = (path: string): boolean => /^(host|port|auth-dir|remote-management)/.test(path);

  test('are found apart when a write was stored and never loaded', async () => {
    const sandbox = await sandboxOf();
    const client = connect(sandbox);
    const before = await observe(client, options());
    sandbox.fault('reload-disabled');
    writeFileSync(sandbox.file, CONFIG.replace('debug: true', 'debug: false'));
    const held = before.memory.open();
    const known: KnownValues = {
      ...nothingKnown,
      had: (path, value) => !path.includes('.') && JSON.stringify(held[path]) === JSON.stringify(value),
    };
    const live = await observe(client, options({ known }));
    expect(live.agreement).toEqual({ kind: 'differ', paths: ['debug'], cause: 'stale-memory' });
  });
});

describe('seen from outside', () => {
  test('a gateway is alive, refuses strangers and lists its models to a client', async () => {
    const client = connect(await sandboxOf());
    expect(await healthy(client)).toBe(true);
    expect(await admission(client)).toEqual({ kind: 'refused', status: 401 });
    expect(await admission(client, seal('sk-test-9999'))).toEqual({ kind: 'refused', status: 401 });
    const seen = await admission(client, seal('sk-test-0001'));
    expect(seen.kind === 'accepted' && seen.models).toContain('kimi');
  });

  test('a gateway with sample keys is in safe mode, one without keys is open to everyone', async () => {
    const safe = await sandboxOf(CONFIG.replace('sk-test-0001', 'your-api-key-1'));
    expect(await admission(connect(safe), seal('your-api-key-1'))).toEqual({ kind: 'safe-mode' });
    const open = await sandboxOf(CONFIG.replace('\n  - sk-test-0001', ' []'));
    expect((await admission(connect(open))).kind).toBe('accepted');
  });
});

describe('the way back', () => {
  test('is available where the file can be replaced, and asking changes nothing', async () => {
    const sandbox = await sandboxOf();
    const client = connect(sandbox);
    const before = await observe(client, options());
    expect(await probeRollback(client, before.memory)).toBe('available');
    expect(await probeRollback(client)).toBe('available');
    const after = await observe(client, options());
    expect(after.file?.hash).toBe(before.file?.hash);
    expect(after.memory.open()).toEqual(before.memory.open());
  });

  test("is unavailable if the gateway can't write next to its file", async () => {
    const { url } = await serve(reply(500, { error: 'write_failed', message: 'x' }));
    expect(await probeRollback(clientOf(makeTarget(url)), seal({ 'credential-in-flight': {} }))).toBe(
      'unavailable',
    );
  });

  test('is never sent to a gateway that would store the probe as its configuration', async () => {
    const { url, requests } = await serve(reply(200, { debug: false }));
    expect(await probeRollback(clientOf(makeTarget(url)))).toBe('unknown');
    expect(requests.map(({ method }) => method)).toEqual(['GET']);
  });
});

describe('the doctor', () => {
  const visit = async (target: Target): Promise<Record<string, Check>> => {
    const client = clientOf(target, { backoffMs: [] });
    const checks = await diagnose({ target, client, clock });
    return Object.fromEntries(checks.map((each) => [each.id, each]));
  };
  const statuses = (checks: Record<string, Check>): Record<string, string> =>
    Object.fromEntries(Object.entries(checks).map(([id, { status }]) => [id, status]));

  test('finds nothing wrong with a gateway that is well', async () => {
    const sandbox = await sandboxOf();
    const probes = { clientKey: seal('sk-test-0001'), models: ['kimi'] };
    const checks = await visit(makeTarget(sandbox.url, { probes }));
    const { 'way-back': written, ...rest } = checks;
    expect(new Set(Object.values(statuses(rest)))).toEqual(new Set(['ok']));
    // No harmless request shows whether config.yaml itself can be written, so no check claims it.
    expect([written?.status, written?.detail.split(':')[0]]).toEqual(['skip', 'unproven']);
  });

  test('knows the published example file by its two marks', async () => {
    const example = CONFIG.replace('  secret-key: mgmt-secret-1', '  secret-key: ""');
    const sandbox = await sandboxOf(example.replace('sk-test-0001', 'your-api-key-1'));
    const { management } = await visit(makeTarget(sandbox.url));
    expect(management).toMatchObject({ status: 'fail', code: 'HF3011' });
    expect(management?.detail).toContain('published example file');
    expect(management?.remedy).toContain('sample values of `api-keys`');
  });

  test("interprets a management key that stays in plain text as a file that can't be written", async () => {
    const sandbox = await sandboxOf();
    writeFileSync(sandbox.file, CONFIG);
    const written = (await visit(makeTarget(sandbox.url)))['way-back'];
    expect(written).toMatchObject({ status: 'fail', code: 'HF3026' });
    expect(written?.detail).toMatch(/^no: .* in plain text/);
  });

  test('tries a wrong key once and skips what needs the right one', async () => {
    const sandbox = await sandboxOf();
    const checks = await visit(makeTarget(sandbox.url, { keys: [seal('mgmt-secret-9')] }));
    expect(checks['key']).toMatchObject({ status: 'fail', code: 'HF3007' });
    expect(statuses(checks)).toMatchObject({
      listening: 'ok',
      readable: 'skip',
      'way-back': 'skip',
      closed: 'ok',
    });
    expect(
      sandbox.requests.filter(({ status }) => status === 401).filter(({ path }) => path.startsWith('/v0')),
    ).toHaveLength(1);
  });

  test('distinguishes nothing listening, something else and disabled management', async () => {
    const other = await serve(reply(200, '<html>', { 'content-type': 'text/html' }));
    expect((await visit(makeTarget(other.url)))['listening']).toMatchObject({
      status: 'fail',
      code: 'HF3006',
    });
    const gone = await visit(makeTarget('http://127.0.0.1:9'));
    expect(gone['listening']).toMatchObject({ status: 'fail', code: 'HF3001' });
    const keyless = await visit({ ...makeTarget('http://127.0.0.1:1'), keys: [] });
    expect(keyless['key']).toMatchObject({ status: 'fail', code: 'HF3008' });
    expect(gone['key']?.status).toBe('skip');
    const off = await sandboxOf(CONFIG.replace('  secret-key: mgmt-secret-1', '  secret-key: ""'));
    expect((await visit(makeTarget(off.url)))['management']).toMatchObject({
      status: 'fail',
      code: 'HF3011',
    });
  });

  test('every failed check has a remedy', async () => {
    const open = await sandboxOf(CONFIG.replace('\n  - sk-test-0001', ' []'));
    for (const each of Object.values(await visit(makeTarget(open.url))))
      expect([each.id, each.status === 'ok' || each.status === 'skip' || (each.remedy ?? '') !== '']).toEqual(
        [each.id, true],
      );
  });
});

describe('what goes on inside', () => {
  test('is requests by credential, keys as fingerprints', async () => {
    const slot = { time: '10:00-10:10', success: 2, failed: 1 };
    const { url } = await serve(
      reply(200, {
        openrouter: {
          'https://user:pass@openrouter.example/v1|sk-test-0101': {
            success: 2,
            failed: 1,
            recent_requests: [slot],
          },
        },
        gemini: { '|sk-test-0201': { success: 9, failed: 0, recent_requests: [] } },
      }),
    );
    const usage = await usageOf(clientOf(makeTarget(url)), fingerprintsBy('key'));
    expect(usage.map(({ provider, succeeded }) => [provider, succeeded])).toEqual([
      ['gemini', 9],
      ['openrouter', 2],
    ]);
    expect(usage[1]).toMatchObject({ baseUrl: 'https://openrouter.example/v1', failed: 1 });
    expect(JSON.stringify(usage)).not.toMatch(/sk-test|pass/);
  });

  test('is the health of credential files, and nothing of their content', async () => {
    const { url } = await serve(
      reply(200, {
        files: [
          { name: 'a.json', provider: 'claude', status: 'active', id_token: { secret: 'hidden' } },
          { name: 'b.json', type: 'codex', status: 'error', next_retry_after: '2026-11-24T00:00:00Z' },
          { name: 'c.json', provider: 'gemini', status: 'active', disabled: true },
        ],
      }),
    );
    const health = await credentialsOf(clientOf(makeTarget(url)));
    expect(health.map(({ state }) => state)).toEqual(['ok', 'error', 'disabled']);
    expect(JSON.stringify(health)).not.toContain('hidden');
    expect(isTree({})).toBe(true);
  });
});
