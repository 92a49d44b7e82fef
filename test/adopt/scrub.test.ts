// Comments of the gateway's file in what is pulled: no secret stays, and what is none does.
import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { scrubComments } from '../../src/gateway/comments/scrub.ts';
import { nativeDialect } from '../../src/gateway/dialect.ts';
import { parsed } from '../../src/adopt/prepare.ts';
import { pulled } from './pulled.ts';

const scrubbed = (text: string, layout: 'legacy' | 'v8' = 'legacy'): string => {
  const document = parsed(text);
  const { catalog, content } = nativeDialect(layout);
  return scrubComments(document, catalog, content(document)).text;
};

const KEYS = 'api-keys:\n  - sk-test-client-0001\n';
const ENTRY = `openai-compatibility:
  - name: x
    base-url: https://x.example/v1
    api-key-entries:
      - api-key: first-key-0001
`;

describe('is taken out of comments', () => {
  test.each([
    ['a header', '# Authorization: "Bearer abc def"', '# Authorization: (removed)'],
    ['a header without quotes', '#   Authorization: Bearer abcdef', '#   Authorization: (removed)'],
    ['a cookie of several words', '# Cookie: a=1; b=2', '# Cookie: (removed)'],
    ['a short password', '# password: abc', '# password: (removed)'],
    ['a number', '# password: 12345678', '# password: (removed)'],
    ['a pass phrase', '# passphrase: correct horse battery staple', '# passphrase: (removed)'],
    ['a value with a comment of its own', "# api-key: 'a b' # spare", '# api-key: (removed) # spare'],
    ['a quoted name', '# "x-api-key": "abc"', '# "x-api-key": (removed)'],
    [
      'a flow mapping',
      '# - {api-key: old-key, base-url: "https://x.example"}',
      '# - {api-key: (removed), base-url: "https://x.example"}',
    ],
    ['JSON', '# {"name":"x","api-key":"old,key"}', '# {"name":"x","api-key":(removed)}'],
    ['a flow list', '# api-keys: [old-1, old-2]', '# api-keys: [(removed)]'],
    [
      'a flow list in a mapping',
      '# {api-keys: [old-1, old-2], name: x}',
      '# {api-keys: [(removed)], name: x}',
    ],
    ['a variable', '# export OPENAI_API_KEY=old-key-1', '# export OPENAI_API_KEY=(removed)'],
    [
      'a command',
      `# curl -H "Authorization: Bearer old-key-1" https://x.example`,
      `# curl -H "Authorization: Bearer (removed)" https://x.example`,
    ],
    [
      'a password in a URL',
      '# proxy-url: socks5://joe:geheim@p.example:1',
      '# proxy-url: socks5://joe:(removed)@p.example:1',
    ],
    ['one without a scheme', '# via joe:geheim@p.example:1', '# via joe:(removed)@p.example:1'],
    [
      'a key in a query',
      '# base-url: https://x.example/v1?key=geheim',
      '# base-url: https://x.example/v1?key=(removed)',
    ],
    ['a JSON web token', '# was eyJhbGciOiJIUzI1NiJ9.eyJzdWIi.abc', '# was (removed)'],
    ['marks without a blank', '##api-key: old-key', '##api-key: (removed)'],
    ['a comment in a comment', '# # api-key: old-key # spare', '# # api-key: (removed) # spare'],
  ])('%s', (_, comment, clean) => {
    expect(scrubbed(`${comment}\ndebug: true\n`)).toBe(`${clean}\ndebug: true\n`);
    expect(scrubbed(`debug: true ${comment}\r\n`)).toBe(`debug: true ${clean}\r\n`);
  });

  test.each([
    ['an item of the client keys', `${KEYS}  # - old-client-key\n`, '  # - (removed)'],
    ['one at the left edge', `${KEYS}# - old-client-key\ndebug: true\n`, '# - (removed)'],
    [
      'one above the first',
      'api-keys:\n  # - "old client key" # team\n  - sk-test-0001\n',
      '  # - (removed) # team',
    ],
    ['one in an empty list', 'debug: true\napi-keys: []\n# - old-client-key\n', '# - (removed)'],
    [
      'one of a list that is all commented out',
      'api-keys:\n# - old-client-key\ndebug: true\n',
      '# - (removed)',
    ],
    [
      'one of v8',
      'config-version: 8\naccess:\n  api-keys:\n    - a-key-0001\n    # - old-client-key\n',
      '    # - (removed)',
    ],
    ['one of a commented list', '# api-keys:\n# - old-client-key\ndebug: true\n', '# - (removed)'],
    [
      'one further in',
      '# api-keys:\n#   - old-client-key\n#   - your-api-key-1\ndebug: true\n',
      '#   - (removed)',
    ],
    ['a bare item of entries', `${ENTRY}      # - old-key\n`, '      # - (removed)'],
    [
      'an entry',
      `${ENTRY}#     - api-key: old-key\n#       proxy-url: direct\n`,
      '#     - api-key: (removed)',
    ],
    [
      'a member of a v8 group',
      'config-version: 8\napi-keys:\n  claude:\n    - name: g\n      # secret: old-key\n      keys:\n        - api-key: a-key-0001\n          # api-key: older\n',
      '      # secret: (removed)',
    ],
    ['a block', '# api-key: |\n#   old-key\n#   and more\n# name: x\ndebug: true\n', '#   (removed)'],
    ['a value on the next line', '# api-key:\n#   old-key\n# name: x\ndebug: true\n', '#   (removed)'],
    ['a text in quotes over lines', '# token: "old-\n#   key"\n# name: x\ndebug: true\n', '#   (removed)'],
    ['an item in a comment in a comment', `${KEYS}  # # - old-client-key\n`, '  # # - (removed)'],
    [
      'a phrase on the next line',
      '# passphrase:\n#   old horse battery staple\n# name: x\ndebug: true\n',
      '#   (removed)',
    ],
    [
      'a phrase in a block',
      '# api-key: >-\n#   see the old vault\n# name: x\ndebug: true\n',
      '#   (removed)',
    ],
    ['what repeats the value', 'api-keys: [abc-1] # abc-1 of joe\n', '# (removed) of joe'],
    ['a value of another place', `${KEYS}debug: true # sk-test-client-0001?\n`, '# (removed)?'],
    [
      'a value that is left out',
      'remote-management: {secret-key: mgmt-secret-1}\n# mgmt-secret-1 it is\ndebug: true\n',
      '# (removed) it is',
    ],
    ['a short value as a word', 'api-keys: [ab]\n# ab, not abc\n', '# (removed), not abc'],
  ])('%s', (_, text, line) => {
    const layout = text.startsWith('config-version') ? 'v8' : 'legacy';
    const clean = scrubbed(text, layout).split(/\r?\n/);
    expect(clean.filter((one) => one.endsWith(line))).not.toEqual([]);
    expect(clean.join('\n')).not.toMatch(/old-|old client|older|and more/);
    expect(clean).toHaveLength(text.split('\n').length);
  });
});

test.each([
  ['prose', '# token: see the vault; max-tokens: 100'],
  ['prose about keys', '# the keys of team a - ask joe before you rotate one'],
  ['a placeholder', '# api-key: "your-key..."'],
  ['a placeholder that the example has', '# - your-api-key-1'],
  ['a reference', '# api-key: ${env:KEY}'],
  ['a switch', '# auth: true'],
  ['names that speak about keys', '# token-env: GITHUB_TOKEN'],
  ['numbers of models', '# max-tokens: 4096'],
  ['an address', '# base-url: https://claude.example:8443/v1?x=1'],
  ['a model', '# - gpt-4o-mini'],
  ['a list', '# excluded-models: [a, b]'],
  ['a mapping', '# auth: {name: x}'],
])('stays: %s', (_, comment) => {
  expect(scrubbed(`debug: true\n${comment}\nrequest-retry: 3\n`)).toContain(`\n${comment}\n`);
});

test('stays: prose below a key that is commented out', () => {
  const text = `debug: true
# claude-api-key:
#   ask Joe before you use these
#   - api-key: (removed)
# api-keys:
# the team of Ann has none
request-retry: 3
`;
  expect(scrubbed(text)).toBe(text);
});

test('stays: an item of a list without keys, though its entry has one', () => {
  const text =
    'claude-api-key:\n  - api-key: a-key-0001\n    excluded-models:\n      - a\n      # - claude-3\n      - b\n';
  expect(scrubbed(text)).toBe(text);
});

test('no secret of the file is in a comment, wherever and however it is written', () => {
  const secrets = fc.stringMatching(/^[a-zA-Z0-9]{4,12}$/).filter((text) => !/^\d+$/.test(text));
  const around = fc.constantFrom(
    '',
    ' ',
    '"',
    "'",
    '- ',
    'was: ',
    'x=',
    '(',
    ', ',
    'api-key: ',
    '# ',
    '{a: ',
  );
  fc.assert(
    fc.property(secrets, secrets, fc.array(fc.tuple(around, around, fc.boolean())), (a, b, parts) => {
      const lines = parts.map(([before, after, first]) => `# ${before}${first ? a : b}${after}`);
      const text = `${lines.join('\n')}\napi-keys:\n  - "${a}"\n${lines.join('\n')}\nclaude-api-key:\n  - api-key: "${b}" ${lines[0] ?? ''}\n`;
      const comments = scrubbed(text)
        .split('\n')
        .map((line) => /(?:^| )#.*/.exec(line)?.[0] ?? '')
        .join('\n')
        .replaceAll('(removed)', '')
        .replaceAll('api-key', '');
      if ('removed api-key was'.includes(a) || 'removed api-key was'.includes(b)) return;
      expect(comments).not.toContain(a);
      expect(comments).not.toContain(b);
    }),
  );
});

test('a pull reports that something was removed, without showing it', async () => {
  const { text, notes } = await pulled(`${KEYS}# - old-client-key\nopenai-compatibility:
  - name: x
    base-url: https://x.example/v1
    # headers:
    #   Authorization: "Bearer old token"
    api-key-entries: [{api-key: sk-test-0002}]
    models: [{name: m}]
`);
  expect(text).not.toMatch(/old/);
  expect(text).toContain('#   Authorization: (removed)');
  expect(notes.map(({ message }) => message)).toContain(
    'Holdfast removed text that looks like a secret from 2 comments',
  );
});
