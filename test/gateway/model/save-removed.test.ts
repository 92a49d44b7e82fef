// What a save removes from the file: what memory doesn't have. The text is that of a gateway v7.2.140 that saved this file.
import { expect, test } from '@jest/globals';
import { loadCatalog } from '../../../src/gateway/catalog/catalog.ts';
import { load } from '../../../src/gateway/model/load.ts';
import { save } from '../../../src/gateway/model/save.ts';
import type { FileDocument } from '../../../src/domain/yaml-node.ts';
import type { Tree } from '../../../src/lib/value.ts';
import { parseDocument } from '../../../src/yaml/document.ts';

const catalog = loadCatalog('legacy');

const FILE = `auth-dir: auth
remote-management: { disable-control-panel: true }
generative-language-api-key: [old]
amp-upstream-url: https://amp.example
unknown-root: { a: 1 }
openai-compatibility:
  - name: o1
    base-url: https://o.example
    api-keys: [sk-test-0001] # former
    unknown: 1
    api-key-entries:
      - api-key: sk-test-0002
        api-keys: [x]
gemini-api-key:
  - api-key: sk-test-0003
    api-keys: [y]
oauth-excluded-models:
  claude: []
  codex: [a]
oauth-model-alias:
  claude: [ { name: x, alias: " " } ]
  codex:
    - { name: n, alias: a, unknown: 2 }
oauth-request-scoped-errors:
  claude: []
plugins:
  configs:
    p: { enabled: true, own: { deep: [1, { x: 2 }] } }
`;

const SAVED = `auth-dir: auth
remote-management:
  disable-control-panel: true
unknown-root:
  a: 1
openai-compatibility:
  - name: o1
    base-url: https://o.example
    api-key-entries:
      - api-key: sk-test-0002
gemini-api-key:
  - api-key: sk-test-0003
oauth-excluded-models:
  codex:
    - a
oauth-model-alias:
  codex:
    - name: n
      alias: a
oauth-request-scoped-errors: {}
plugins:
  configs:
    p:
      enabled: true
      own:
        deep:
          - 1
          - x: 2
`;

/** The file after a save, without the defaults that it writes at the end. */
function saved(change: Tree, gone: readonly string[] = []): string {
  const document = parseDocument(FILE) as FileDocument;
  const loaded = load(document, catalog);
  if (!loaded.ok) throw new Error(loaded.message);
  const memory = Object.entries({ ...loaded.memory, ...change }).filter(([name]) => !gone.includes(name));
  const { text } = save(document, Object.fromEntries(memory), catalog) as FileDocument;
  return text.slice(0, text.indexOf('credential-concurrency:'));
}

test('former keys, unknown keys of entries and empty channels', () => {
  expect(saved({ debug: true })).toBe(SAVED);
});

test('the last channel of a map: with the map, or only the channel', () => {
  const before = SAVED.slice(0, SAVED.indexOf('oauth-excluded-models:'));
  const after = SAVED.slice(SAVED.indexOf('oauth-request-scoped-errors:'));
  expect(saved({ debug: true }, ['oauth-excluded-models', 'oauth-model-alias'])).toBe(
    `${before}oauth-model-alias: {}\n${after}`,
  );
});
