// The same for files in the layout of v8: comments beside client keys, group members, keys of groups, nested lists, and at
// the ends of each.
import { type Change, commentedBy } from './commented.ts';

const CLIENTS = ['sk-test-0001', 'sk-test-0002', 'sk-test-0003'];
const KEYS = ['one', 'two', 'three'];

const TEMPLATE = [
  '%file%',
  'config-version: 8 %version%',
  'server: %server%',
  '    port: 8317 %server%',
  '%routing%',
  'routing:',
  '    %retry%',
  '    retry: %retry%',
  '        %retry%',
  '        request-retry: 3 %retry%',
  'observability:',
  '    logs:',
  '        debug: false %debug%',
  'access: %access%',
  '    %access%',
  '    api-keys: %clients%',
  ...CLIENTS.flatMap((key) => [`        %client ${key}%`, `        - ${key} %client ${key}%`]),
  '        %clients%',
  'api-keys:',
  '    %claude%',
  '    claude: %claude%',
  '        %group%',
  '        - name: main %group%',
  '          base-url: https://c.example %group%',
  '          priority: 5 %group%',
  '          headers: %group%',
  '              X-Team: a %group%',
  '          keys: %group%',
  ...KEYS.flatMap((name) => [
    `              %key ${name}%`,
    `              - api-key: sk-test-claude-${name} %key ${name}%`,
    `                %key ${name}%`,
    `                weight: 2 %key ${name}%`,
  ]),
  '              %group%',
  '          models: %group%',
  '              %model%',
  '              - name: opus %model%',
  '                alias: o %model%',
  '              %group%',
  '        %claude%',
  '    %codex%',
  '    codex:',
  '        - base-url: https://x.example %codex%',
  '          keys:',
  '              - api-key: sk-test-codex %codex%',
  '        %codex%',
  'requests:',
  '    payload:',
  '        override:',
  '            %payload%',
  '            - models: [{ name: gpt }] %payload%',
  '              params:',
  '                  a: 1 %payload%',
  '            %payload%',
  '%end%',
];

export const commentedV8 = commentedBy(TEMPLATE);

const keyOf = (name: string): RegExp =>
  new RegExp(`^ {14}- api-key: sk-test-claude-${name}\\n(?: {16}.*\\n)*`, 'm');
const replaced = (name: string, from: string, to: string): Change => ({
  name,
  edit: (text) => text.replace(from, () => to),
});

export const CHANGES_V8: readonly Change[] = [
  replaced('a switch', 'debug: false', 'debug: true'),
  replaced('a number', 'request-retry: 3', 'request-retry: 4'),
  replaced('a member of the group', 'priority: 5', 'priority: 6'),
  replaced('a header', 'X-Team: a', 'X-Team: b'),
  replaced('an alias', 'alias: o', 'alias: p'),
  replaced('a payload rule', 'a: 1', 'a: 2'),
  replaced('a client key more', 'api-keys:\n    claude', '        - sk-test-0009\napi-keys:\n    claude'),
  replaced(
    'a model more',
    '    codex:',
    '              - name: sonnet\n                alias: s\n    codex:',
  ),
  replaced(
    'a group more',
    'requests:',
    '        - base-url: https://y.example\n          keys: [{ api-key: sk-test-new }]\nrequests:',
  ),
  replaced(
    'a section more',
    'observability:',
    'multimedia:\n    disable-image-generation: chat\nobservability:',
  ),
  replaced('a rotated credential', 'sk-test-claude-two', 'sk-test-claude-new'),
  ...CLIENTS.map((key) => ({
    name: `without ${key}`,
    edit: (text: string) => text.replace(`        - ${key}\n`, ''),
    removes: [`client ${key}`],
  })),
  ...KEYS.flatMap((name) => [
    {
      name: `without ${name}`,
      edit: (text: string) => text.replace(keyOf(name), ''),
      removes: [`key ${name}`],
    },
    {
      name: `weight of ${name}`,
      edit: (text: string) => text.replace(keyOf(name), (key) => key.replace('weight: 2', 'weight: 3')),
    },
  ]),
];
