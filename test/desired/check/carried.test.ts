// Texts that HTTP can't transport, at every path from which the gateway sends one, and at no other.
import { describe, expect, test } from '@jest/globals';
import { loadText, oneLine } from '../setup.ts';

const LAYOUTS = ['legacy', 'v8'] as const;
const entry = (member: string): string =>
  `openai-compatibility:\n  - {name: x, base-url: "https://x.example/v1", models: [{name: m, alias: a}], ${member}}\n`;
const KEYS = 'api-key-entries: [{api-key: sk-test-0001}]';

const problemsOf = async (text: string, env: Record<string, string> = {}): Promise<string[]> =>
  (await loadText(text, { env, layouts: LAYOUTS })).problems.map(oneLine);

describe("a character that HTTP can't transport is refused", () => {
  test.each([
    [
      'a client key',
      'api-keys: ["sk-test\\n0001"]\n',
      '1:12',
      '`api-keys[0]` holds a line break, character 8',
    ],
    ['a zero byte', 'api-keys: ["sk-test-0001\\0"]\n', '1:12', 'the control character U+0000, character 13'],
    ['a delete', 'api-keys: ["sk\\x7f"]\n', '1:12', 'the control character U+007F, character 3'],
    [
      'an upstream key',
      entry('api-key-entries: [{api-key: "a\\rb"}]'),
      '2:',
      'holds a line break, character 2',
    ],
    ['a key of another family', 'claude-api-key: [{api-key: "a\\x01"}]\n', '1:28', 'U+0001'],
    ['a header', entry(`${KEYS}, headers: {X-A: "a\\nX-B: c"}`), '2:', 'headers.X-A` holds a line break'],
    ['the name of a header', entry(`${KEYS}, headers: {"X A": b}`), '2:', 'contains in its name a space'],
    [
      'a colon in the name',
      entry(`${KEYS}, headers: {"X-A:": b}`),
      '2:',
      'contains in its name the character ":"',
    ],
    ['a proxy', 'proxy-url: "http://a.example\\n:80"\n', '1:12', 'holds a line break'],
    [
      'a proxy of a key',
      entry('api-key-entries: [{api-key: k-1, proxy-url: "socks5://a\\tb"}]'),
      '2:',
      'a tab',
    ],
    [
      'an address',
      'codex-api-key: [{api-key: k-1, base-url: "https://a.example\\n/v1"}]\n',
      '1:42',
      'a line break',
    ],
    ['a prefix', 'claude-api-key: [{api-key: k-1, prefix: "a\\nb"}]\n', '1:41', 'a line break'],
    ['a default header', 'claude-header-defaults: {user-agent: "a\\nb"}\n', '1:38', 'a line break'],
    ['a management key', 'remote-management: {secret-key: "a\\nb"}\n', '1:33', 'a line break'],
    [
      'one at the end, where nobody trims it',
      'remote-management: {secret-key: "a\\n"}\n',
      '1:33',
      'a line break',
    ],
    ['a client key of v8', 'config-version: 8\naccess: {api-keys: ["a\\nb"]}\n', '2:21', 'a line break'],
    [
      'a key of a v8 group',
      'config-version: 8\napi-keys: {claude: [{name: g, keys: [{api-key: "a\\nb"}]}]}\n',
      '2:48',
      'a line break',
    ],
  ])('%s', async (_, text, place, said) => {
    const [only = '', ...others] = await problemsOf(text);
    expect(others).toEqual([]);
    expect(only).toContain(`a.yaml:${place}`);
    expect(only).toContain('HF2057');
    expect(only).toContain(said);
  });

  test.each([
    ['a header', entry(`${KEYS}, headers: {X-A: " a\\n"}`)],
    ['a client key', 'api-keys: [" sk-test-0001\\n"]\n'],
    ['an address', 'codex-api-key: [{api-key: k-1, base-url: "https://a.example\\n"}]\n'],
  ])('not at the ends of %s, which the gateway trims', async (_, text) => {
    expect((await problemsOf(text)).filter((line) => line.includes('HF2057'))).toEqual([]);
  });

  test('also from a reference: the problem has its position, and nothing of the value', async () => {
    const [only = ''] = await problemsOf('api-keys:\n  - ${env:K}\n', { K: 'sk-test-0001\nsk-test-0002' });
    expect(only).toContain('a.yaml:2:5 HF2057');
    expect(only).not.toContain('sk-test');
  });
});

test.each([
  ['a line break that the gateway takes off', 'gemini-api-key: [{api-key: "k-1\\n"}]\n'],
  ['one at the end of a client key', 'api-keys: ["sk-test-0001\\n"]\n'],
  ['a tab in a header', entry(`${KEYS}, headers: {X-A: "a\\tb"}`)],
  ['letters of other languages', entry(`${KEYS}, headers: {X-A: "grün 日本"}`)],
  ['every character of a header name', entry(`${KEYS}, headers: {"!#$%&'*+-.^_\`|~9Az": b}`)],
  [
    'a line break in what an error says',
    entry(`${KEYS}, request-scoped-errors: [{match: ["a\\nb"], action: stop}]`),
  ],
  ['one in settings of a plugin', 'plugins: {configs: {p: {note: "a\\nb"}}}\n'],
])("isn't an error: %s", async (_, text) => {
  expect((await problemsOf(text)).filter((line) => line.includes('HF2057'))).toEqual([]);
});
