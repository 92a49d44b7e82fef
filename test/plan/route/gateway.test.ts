// The judge of routes: on a gateway each change is routed, sent, waited out, and read back from memory and file. Where
// HOLDFAST_TEST_GATEWAY names a real one, its configuration is overwritten.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { contentOf } from '../../../src/gateway/model/decode.ts';
import { sameAt } from '../../../src/gateway/model/equal.ts';
import { fromJson } from '../../../src/gateway/model/json.ts';
import { seal } from '../../../src/domain/secret.ts';
import type { Tree } from '../../../src/lib/value.ts';
import { type JudgedGateway, openJudged } from '../../support/judged-gateway.ts';
import { catalog, documentOf, routed, stateOf } from './changes.ts';

let gateway: JudgedGateway;
/** Longer than the watcher's 150 ms and a reload. */
const SETTLE = 400;

const wait = (ms: number): Promise<void> => gateway.clock.sleep(ms);

async function ask(method: string, path: string, body?: string): Promise<string> {
  const answer = await fetch(`${gateway.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${gateway.key}` },
    ...(body !== undefined && body !== '' && { body }),
  });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return text;
}

/** As the catalog compares them; what differs, by top-level key. */
function differing(a: Tree, b: Tree): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((name) => {
    const field = catalog.child(catalog.root, name);
    return name !== 'auth-dir' && field !== undefined && !sameAt(field, a[name], b[name]);
  });
}

const START = `# a gateway kept by hand
host: 127.0.0.1

# clients
api-keys:
  - sk-test-0001 # laptop
  - sk-test-0002
debug: false
error-logs-max-files: 3
request-retry: 3
proxy-url: direct
claude-api-key:
  - api-key: sk-test-claude-1
    base-url: https://claude.example
    priority: 1
    headers: { X-One: a, X-Two: b }
    models:
      - name: opus
        alias: o
        thinking: { min: 1, zero-allowed: true }
codex-api-key:
  - api-key: sk-test-codex-1
    base-url: https://codex.example
    request-retry: 2
openai-compatibility:
  # cheap at night
  - name: openrouter
    base-url: https://openrouter.example
    api-key-entries:
      - api-key: sk-test-or-1
    models:
      - { name: kimi-k2, alias: kimi }
oauth-model-alias:
  claude:
    - name: sonnet
      alias: s
plugins:
  configs:
    demo:
      enabled: false
      limit: 5
`;

/** Name, what is replaced, by what. Each starts from the file as the one before left it. */
const CHANGES: readonly [string, RegExp, string][] = [
  ['a scalar', /request-retry: 3/, 'request-retry: 4'],
  ['a scalar removed', /proxy-url: direct\n/, ''],
  ['N1: ws-auth false', /debug: false/, 'ws-auth: false\ndebug: false'],
  ['N1: no error logs', /error-logs-max-files: 3/, 'error-logs-max-files: 0'],
  ['a client key rotated', /sk-test-0002/, 'sk-test-0003'],
  ['a client key more', / {2}- sk-test-0003\n/, '  - sk-test-0003\n  - "0123"\n'],
  ['a client key less', / {2}- "0123"\n/, ''],
  ['a member', /base-url: https:\/\/claude.example/, 'base-url: https://other.example'],
  ['a member that PATCH ignores', /priority: 1/, 'priority: 2'],
  ['N2: a zero in a new list', /debug: false/, 'gemini-api-key:\n  - api-key: sk-test-g\n    disable-cooling: false\ndebug: false'],
  ['N3: a zero in an old entry', / {4}request-retry: 2\n/, '    request-retry: 2\n    disable-cooling: false\n'],
  ['request-retry unset', / {4}request-retry: 2\n/, ''],
  ['N5: a header removed', /, X-Two: b/, ''],
  ['N6: thinking.min removed', /min: 1, /, ''],
  ['N7: two entries with one key', / {4}disable-cooling: false\nopenai/, '    disable-cooling: false\n  - api-key: sk-test-codex-1\n    base-url: https://second.example\nopenai'],
  ['N7: one of the two removed', / {2}- api-key: sk-test-codex-1\n {4}base-url: https:\/\/second.example\n/, ''],
  ['N8: a plugin setting removed', / {6}limit: 5\n/, ''],
  ['a plugin setting', / {6}enabled: false\n/, '      enabled: false\n      mode: "on"\n'],
  ['N9: the default strategy', /debug: false/, 'routing:\n  strategy: round-robin\ndebug: false'],
  ['a channel', /alias: s\n/, 'alias: t\n  codex:\n    - { name: gpt-5, alias: five }\n'],
  ['all channels', /oauth-model-alias:\n(?: .*\n)+/, ''],
  ['a provider more', /plugins:/, '  - name: groq\n    base-url: https://groq.example\n    api-key-entries: [{ api-key: sk-test-groq, weight: 0 }]\nplugins:'],
  ['a provider less', / {2}- name: groq\n.*\n.*\n/, ''],
  ['a key without endpoint', /debug: false/, 'debug: false\ncommercial-mode: true\nstreaming: { keepalive-seconds: 15 }'],
  ['payload', /debug: false/, 'debug: false\npayload:\n  default:\n    - models: [{ name: "gpt-*" }]\n      params: { "a.b": 3, t: "2024-01-01" }'],
  ['durations', /debug: false/, 'debug: false\ncredential-concurrency: { heartbeat-interval: 4s }'],
]; // prettier-ignore

describe('the gateway has what was predicted after', () => {
  let original = '';
  let proposed = START;

  beforeAll(async () => {
    gateway = await openJudged({ key: 'environment' });
    original = await ask('GET', '/v0/management/config.yaml');
    await ask('PUT', '/v0/management/config.yaml', START);
    await wait(SETTLE);
  });

  afterAll(async () => {
    await ask('PUT', '/v0/management/config.yaml', original);
    await gateway.close();
  });

  test.each(CHANGES)('%s', async (_, from, to) => {
    expect(proposed).toMatch(from);
    proposed = proposed.replace(from, to);
    const now = await ask('GET', '/v0/management/config.yaml');
    const image = { ...stateOf(now).image };
    const goal = stateOf(proposed).image;
    for (const name of differing(image, goal)) {
      if (goal[name] === undefined) delete image[name];
      else image[name] = goal[name];
    }
    const { writes, verdicts, prediction } = routed(now, image);
    expect(verdicts).toEqual([]);
    for (const { write, body } of writes) {
      const raw = await ask('GET', '/v0/management/config.yaml');
      await ask(write.method, write.path, body(seal(raw)).open());
      await wait(SETTLE);
    }
    const memory = fromJson(JSON.parse(await ask('GET', '/v0/management/config')) as Tree, catalog);
    const file = contentOf(documentOf(await ask('GET', '/v0/management/config.yaml')), catalog);
    if (writes.length > 0) {
      expect(differing(memory, prediction.memory.open())).toEqual([]);
      expect(differing(file, prediction.file.open())).toEqual([]);
    }
    expect(differing(stateOf(await ask('GET', '/v0/management/config.yaml')).image, goal)).toEqual([]);
  });
});
