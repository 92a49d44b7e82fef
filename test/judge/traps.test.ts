// The judge: the traps N1 to N11 of C v0 §4.4, removals and swaps, each as a change in the files. Each must persist
// after a field write by others, and all of them after a restart.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import type { Tree } from '../../src/lib/value.ts';
import {
  file,
  inSync,
  judged,
  start,
  memory,
  restart,
  type RealGateway,
  openRealGateway,
  unrelatedWrite,
  withRestart,
  writes,
} from './real-gateway.ts';

const START = `# a gateway kept by hand
# clients
api-keys:
  - sk-test-0001 # laptop
  - sk-test-0002
claude-api-key:
  - api-key: sk-test-claude-1
    base-url: https://claude-1.example
    headers: { X-One: a, X-Two: b }
    cloak: { mode: always, strict-mode: true }
    models:
      - name: opus
        alias: o
        thinking: { min: 1, zero-allowed: true }
      - { name: sonnet, alias: s }
  - api-key: sk-test-claude-2
    base-url: https://claude-2.example
codex-api-key:
  - api-key: sk-test-codex
    base-url: https://codex-1.example
    headers: { X-First: a }
    request-retry: 2
  - api-key: sk-test-codex
    base-url: https://codex-2.example
    headers: { X-Second: b }
openai-compatibility:
  # cheap at night
  - name: openrouter
    base-url: https://openrouter.example
    api-key-entries:
      - api-key: sk-test-or-1
    models:
      - { name: kimi-k2, alias: kimi }
  - name: groq
    base-url: https://groq.example
    unknown-here: 1
    models:
      - { name: llama, alias: llama-fast }
oauth-model-alias:
  claude:
    - { name: claude-sonnet, alias: cs }
    - { name: claude-opus, alias: co }
plugins:
  configs:
    demo:
      enabled: true
      limit: 5
      mode: safe
a-future-key:
  nested: 1
`;

/** What the files declare at the start: lists and maps whole, and a few scalars. */
const DECLARED = START.replace(/^#.*\n/gm, '')
  .replace(/a-future-key:\n.*\n/, '')
  .replace(/ +unknown-here.*\n/, '');

/** The two entries with one key. */
const CODEX_2 = / {2}- api-key: sk-test-codex\n {4}base-url: https:\/\/codex-2.*\n(?: {4}.*\n)*/;

/** Name, and what happens to the declared text. Each starts from the result of the previous one. */
const CHANGES: readonly (readonly [string, (text: string) => string])[] = [
  ['N1: ws-auth false, absent from the file', (t) => `${t}ws-auth: false\n`],
  ['N1: no error logs, absent from the file', (t) => `${t}error-logs-max-files: 0\n`],
  ['N1: ws-auth back to its default', (t) => t.replace('ws-auth: false', 'ws-auth: true')],
  ['N2: explicit zeros in a list that is new', (t) => `${t}gemini-api-key:\n  - api-key: sk-test-gemini-1\n    disable-cooling: false\n    request-retry: 0\n    weight: 0\n    models: [{ name: g, alias: gg, thinking: {} }]\n`],
  ['N3: explicit zeros in an entry that is there', (t) => t.replace('request-retry: 2\n', 'request-retry: 2\n    disable-cooling: false\n')],
  ['N3: cloak.cache-user-id false', (t) => t.replace('strict-mode: true', 'strict-mode: true, cache-user-id: false')],
  ['N4: true becomes false', (t) => t.replace('request-retry: 2\n', 'request-retry: 0\n')],
  ['N4: an explicit zero is taken out again', (t) => t.replace('    disable-cooling: false\n  - api', '  - api').replace('    request-retry: 0\n    disable-cooling: false\n', '    request-retry: 0\n')],
  ['request-retry is unset', (t) => t.replace('    request-retry: 0\n', '')],
  ['N5: one header of two is removed', (t) => t.replace('X-One: a, X-Two: b', 'X-One: a')],
  ['N5: a header is renamed in its case', (t) => t.replace('X-One: a', 'x-one: a')],
  ['N5: the last header is removed', (t) => t.replace('    headers: { x-one: a }\n', '')],
  ['N6: a member of cloak is removed', (t) => t.replace(', strict-mode: true', '')],
  ['N6: a member of thinking is removed', (t) => t.replace('min: 1, zero-allowed: true', 'min: 1')],
  ['N6: cloak is removed', (t) => t.replace(/ {4}cloak.*\n/, '')],
  ['N7: two entries with one key exchange their headers', (t) => t.replace('X-First: a', '@').replace('X-Second: b', 'X-First: a').replace('@', 'X-Second: b')],
  ['N7: two entries with one key exchange their places, and one is changed', (t) => t.replace(CODEX_2, '').replace('codex-api-key:\n', `codex-api-key:\n${CODEX_2.exec(t)?.[0]}`).replace('X-First: a', 'X-First: c')],
  ['N7: one of two entries with one key is removed', (t) => t.replace(CODEX_2, '')],
  ['N7: and put back', (t) => t.replace(/(codex-api-key:\n)/, '$1  - api-key: sk-test-codex\n    base-url: https://codex-2.example\n')],
  ['N8: a plugin setting is removed', (t) => t.replace('      limit: 5\n', '')],
  ['N8: a plugin setting becomes zero', (t) => t.replace('enabled: true\n', 'enabled: false\n').replace('mode: safe', 'mode: ""')],
  ['N8: a plugin with zeros alone', (t) => t.replace('    demo:', '    zeros:\n      enabled: false\n      count: 0\n    demo:')],
  ['N9: the default strategy, absent from the file', (t) => `${t}routing:\n  strategy: fill-first\n`],
  ['N9: back to the default strategy', (t) => t.replace('fill-first', 'round-robin')],
  ['N10: a duration that the gateway writes out', (t) => `${t}credential-concurrency:\n  reclaim-grace: 1m30s\n`],
  ['a model is removed', (t) => t.replace(/ +- \{ name: sonnet, alias: s \}\n/, '')],
  ['a model is renamed', (t) => t.replace('alias: o\n', 'alias: opus-four\n')],
  ['a provider is removed', (t) => t.replace(/ {2}- name: openrouter\n(?: {4}.*\n)+/, '')],
  ['an alias is removed', (t) => t.replace(/ +- \{ name: claude-opus.*\n/, '')],
  ['a channel must be empty', (t) => t.replace(/oauth-model-alias:\n(?: .*\n)+/, 'oauth-model-alias: {}\n')],
  ['a family must be empty', (t) => t.replace(/gemini-api-key:\n(?: .*\n)+/, 'gemini-api-key: []\n')],
]; // prettier-ignore

judged('a trap', () => {
  let realGateway: RealGateway;
  let text = DECLARED;

  beforeAll(async () => {
    await start(START);
    realGateway = await openRealGateway(text, {
      target: { adopted: true },
      policy: { prune: true, 'max-deletes': 1000, 'max-replaces': 1000 },
    });
  });
  afterAll(() => realGateway.leave());

  test('what was pulled by hand needs nothing', () => inSync(realGateway));

  test.each(CHANGES)('%s', async (_, change) => {
    const next = change(text);
    expect(next).not.toBe(text);
    await writes(realGateway, next);
    text = next;
    await inSync(realGateway);
    await unrelatedWrite();
    await inSync(realGateway);
  });

  test('providers in another order are the same', async () => {
    const [first = '', second = ''] = text.match(/ {2}- api-key: sk-test-claude-\d\n(?: {4}.*\n)+/g) ?? [];
    await realGateway.declare(text.replace(second, '').replace(first, second + first));
    await inSync(realGateway);
  });

  test('N11: what the catalog does not know is still in the file, outside of list entries', async () => {
    expect((parse(await file()) as Tree)['a-future-key']).toEqual({ nested: 1 });
  });

  test('what was removed is in neither memory nor file', async () => {
    for (const view of [JSON.stringify(await memory()), await file()]) {
      expect(view).not.toMatch(/X-Two|strict-mode|X-First|sk-test-or-1|limit: 5/i);
      expect(view).toMatch(/codex-2\.example/);
    }
  });

  withRestart('all of it holds after a restart', async () => {
    await restart();
    await inSync(realGateway);
  });
});
