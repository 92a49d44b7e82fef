// What a gateway holds of what a file says, one case for the rules of each section. The values are those of a gateway
// v7.2.140 that loaded these files.
import { describe, expect, test } from '@jest/globals';
import { loadCatalog } from '../../../src/gateway/catalog/catalog.ts';
import { load } from '../../../src/gateway/model/load.ts';
import type { FileDocument } from '../../../src/domain/yaml-node.ts';
import type { Value } from '../../../src/lib/value.ts';
import { parseDocument } from '../../../src/yaml/document.ts';

const catalog = loadCatalog('legacy');

const CASES: readonly (readonly [text: string, expected: Value])[] = [
  [`auth-dir: "  ./auth/../auth//x/ "`, 'auth/x'],
  [`disable-image-generation: " Off "`, false],
  [`logs-max-total-size-mb: -3`, 0],
  [`error-logs-max-files: -1`, 10],
  [`redis-usage-queue-retention-seconds: 4000`, 3600],
  [`max-retry-credentials: -2`, 0],
  [`routing: { strategy: " WRR " }`, { strategy: ' WRR ' }],
  [`pprof: { addr: "  " }`, { enable: false, addr: '127.0.0.1:8316' }],
  [
    `plugins:
  dir: "  "
  store-sources: [" a ", "  ", "b", "a"]
  store-auth:
    - { match: "  ", type: basic }
    - { match: " m ", type: " Basic ", apply-to: [" Store ", " ", "store", "Plugin"] }
    - { match: n, type: " " }`,
    {
      enabled: false,
      dir: 'plugins',
      'store-sources': ['a', 'b', 'a'],
      'store-auth': [
        { match: 'm', 'apply-to': ['store', 'plugin'], type: 'basic' },
        { match: 'n', type: 'none' },
      ],
      configs: {},
    },
  ],
  [
    `gemini-api-key:
  - { api-key: " ", base-url: " " }
  - { api-key: " sk-test-0001 ", base-url: " https://a.example ", prefix: " /p/ ", headers: { " X-A ": " 1 ", "X-B": " ", " ": x }, excluded-models: [" A ", a, " ", B] }
  - { api-key: sk-test-0001, base-url: "https://a.example", prefix: p, headers: { X-A: "1" } }
  - { api-key: sk-test-0001, base-url: "https://a.example", prefix: q, headers: { X-A: "1", X-C: "2" } }
  - { api-key: sk-test-0001, base-url: "https://a.example", prefix: q, headers: { X-C: "2", X-A: "1" } }
  - { api-key: "", base-url: "https://b.example", prefix: a/b }
  - { api-key: sk-test-0001, base-url: "https://a.example", prefix: q, headers: { X-A: "1", X-C: "3" } }
  - { api-key: sk-test-0009, base-url: "https://a.example" }
  - { api-key: sk-test-0009, base-url: "https://a.example", prefix: "", headers: {} }
  - { api-key: sk-test-0009, base-url: "https://a.example", prefix: , proxy-url: }`,
    [
      {
        'api-key': 'sk-test-0001',
        prefix: 'p',
        'base-url': 'https://a.example',
        headers: { 'X-A': '1' },
        'excluded-models': ['a', 'b'],
      },
      {
        'api-key': 'sk-test-0001',
        prefix: 'q',
        'base-url': 'https://a.example',
        headers: { 'X-A': '1', 'X-C': '2' },
      },
      { 'api-key': '', 'base-url': 'https://b.example' },
      {
        'api-key': 'sk-test-0001',
        prefix: 'q',
        'base-url': 'https://a.example',
        headers: { 'X-A': '1', 'X-C': '3' },
      },
      { 'api-key': 'sk-test-0009', 'base-url': 'https://a.example' },
    ],
  ],
  [
    `claude-api-key:
  - { api-key: " sk-test-0002 ", fingerprint-profile: " OAuth-CLI ", models: [ { name: " ", alias: " " }, { name: " m ", alias: "" } ] }
  - { api-key: " ", fingerprint-profile: " other " }`,
    [
      {
        'api-key': ' sk-test-0002 ',
        'base-url': '',
        'proxy-url': '',
        models: [
          { name: ' ', alias: ' ' },
          { name: ' m ', alias: '' },
        ],
        'fingerprint-profile': 'claude-code-cli',
      },
      { 'api-key': ' ', 'base-url': '', 'proxy-url': '', models: null, 'fingerprint-profile': 'other' },
    ],
  ],
  [
    `codex-api-key:
  - { api-key: sk-test-0003, base-url: " " }
  - { api-key: sk-test-0004, base-url: " https://c.example ", proxy-url: " direct " }
  - { api-key: sk-test-0004, base-url: "https://c.example" }`,
    [
      { 'api-key': 'sk-test-0004', 'base-url': 'https://c.example', 'proxy-url': ' direct ', models: null },
      { 'api-key': 'sk-test-0004', 'base-url': 'https://c.example', 'proxy-url': '', models: null },
    ],
  ],
  [
    `xai-api-key:
  - { api-key: sk-test-0005, base-url: "https://x.example", alpha-search: true }`,
    [{ 'api-key': 'sk-test-0005', 'base-url': 'https://x.example', 'proxy-url': '', models: null }],
  ],
  [
    `vertex-api-key:
  - { api-key: " ", base-url: "https://v.example" }
  - { api-key: sk-test-0006, base-url: "https://v.example", models: [ { name: n, alias: " " }, { name: " n ", alias: " a " } ] }
  - { api-key: sk-test-0006, base-url: "https://v.example", prefix: other }`,
    [{ 'api-key': 'sk-test-0006', 'base-url': 'https://v.example', models: [{ name: 'n', alias: 'a' }] }],
  ],
  [
    `openai-compatibility:
  - { name: " o1 ", base-url: " " }
  - name: " o2 "
    base-url: " https://o.example "
    api-keys: [sk-test-0007]
    api-key-entries: [ { api-key: " sk-test-0008 " } ]`,
    [
      {
        name: 'o2',
        'base-url': 'https://o.example',
        'api-key-entries': [{ 'api-key': ' sk-test-0008 ' }],
        models: null,
      },
    ],
  ],
  [
    `oauth-excluded-models:
  " Gemini-CLI ": [" A ", " "]
  claude: []
  " ": [x]`,
    { 'gemini-cli': ['a'] },
  ],
  [
    `oauth-model-alias:
  " Codex ":
    - { name: n, alias: N }
    - { name: n, alias: a }
    - { name: m, alias: A }
    - { name: " ", alias: b }
  claude: [ { name: x, alias: " " } ]`,
    { codex: [{ name: 'n', alias: 'a' }] },
  ],
  [
    `oauth-request-scoped-errors:
  " Claude ":
    - { status: 0, match: [a], action: retry }
    - { status: 429, match: [" ", " b "], action: " Stop " }
    - { status: 429, match: [" "], action: stop }
    - { status: 430, match: [c], action: " " }`,
    { claude: [{ status: 429, match: ['b'], action: 'stop' }] },
  ],
  [
    `payload:
  default-raw:
    - { models: [ { name: "g*" } ], params: {} }
    - { models: [ { name: "g*" } ], params: { a: "{]" } }
    - { models: [ { name: "g*" } ], params: { a: '{"b": 1}', c: 5 } }
  override-raw:
    - { models: [ { name: "g*" } ] }`,
    {
      default: null,
      'default-raw': [
        {
          models: [
            {
              name: 'g*',
              protocol: '',
              headers: null,
              'from-protocol': '',
              match: null,
              'not-match': null,
              exist: null,
              'not-exist': null,
            },
          ],
          params: { a: '{"b": 1}', c: 5 },
        },
      ],
      override: null,
      'override-raw': [],
      filter: null,
    },
  ],
];

function held(text: string): Value | undefined {
  const loaded = load(parseDocument(text) as FileDocument, catalog, {});
  if (!loaded.ok) throw new Error(loaded.message);
  return loaded.memory[text.slice(0, text.indexOf(':'))];
}

describe('a gateway that loads', () => {
  test.each(CASES)('%s', (text, expected) => {
    expect(held(text)).toEqual(expected);
  });

  test.each([
    ['credential-concurrency: { cleanup-interval: 90m }', { 'cleanup-interval': '1h30m0s' }],
    [
      'remote-management: { panel-github-repository: "  " }',
      { 'panel-github-repository': 'https://github.com/router-for-me/Cli-Proxy-API-Management-Center' },
    ],
  ])('%s, besides the defaults', (text, expected) => {
    expect(held(text)).toMatchObject(expected);
  });
});
