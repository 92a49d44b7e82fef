// Files rewritten from one layout to the other: what people wrote around the values, and that nothing else changes.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { parse, stringify } from 'yaml';
import { loadCatalog } from '../../../src/gateway/catalog/catalog.ts';
import { differencesInMeaning, migrateText } from '../../../src/desired/layout/migrate.ts';
import type { Layout } from '../../../src/domain/desired.ts';
import type { Tree } from '../../../src/lib/value.ts';
import { membersOf } from '../../gateway/layout/generate.ts';
import { oneLine } from '../setup.ts';

const to = (layout: Layout, text: string): string => {
  const { text: made, problems } = migrateText(text, 'a.yaml', layout);
  if (made === undefined) throw new Error(problems.map(oneLine).join('; '));
  return made;
};
const refusal = (layout: Layout, text: string): readonly string[] =>
  migrateText(text, 'a.yaml', layout).problems.map(oneLine);

const FLAT = `# yaml-language-server: $schema=../schemas/legacy.schema.json
# Our gateway.

# who may use it
api-keys:
  - \${env:TEAM_A} # team a
  # team b pays more
  - \${env:TEAM_B}

request-retry: 3 # often enough
# for slow clients
streaming:
  keepalive-seconds: 15
codex-api-key:
  # the first
  - api-key: \${file:secrets/a}
    base-url: https://c.example/v1
    prefix: team # everybody
    websockets: true
  - { api-key: "\${file:secrets/b}", base-url: https://c.example/v1, prefix: team }
  - api-key: \${lines:keys.txt}
    base-url: https://d.example/v1
# the end
`;

const TREE = `# yaml-language-server: $schema=../schemas/v8.schema.json
# Our gateway.

access:
  # who may use it
  api-keys:
    - \${env:TEAM_A} # team a
    # team b pays more
    - \${env:TEAM_B}

routing:
  retry:
    request-retry: 3 # often enough

requests:
  streaming:
    # for slow clients
    keepalive-seconds: 15

api-keys:
  codex:
    # the first
    - base-url: https://c.example/v1
      prefix: team # everybody
      keys:
        - api-key: \${file:secrets/a}
          websockets: true
        - api-key: "\${file:secrets/b}"
    - base-url: https://d.example/v1
      keys:
        - api-key: \${lines:keys.txt}

# the end
`;

describe('a migrated file', () => {
  test('keeps comments, order and references, and shares what entries have in common', () => {
    expect(to('v8', FLAT)).toBe(TREE);
  });

  test('has blank lines between its keys only if the file had some', () => {
    const dense = 'debug: true\nrequest-retry: 3\n';
    expect(to('v8', dense)).not.toContain('\n\n');
    expect(to('v8', dense.replace('\n', '\n\n'))).toContain('\n\n');
  });

  test('stays as it is, byte for byte, where nothing has to change', () => {
    for (const text of [
      TREE,
      '# nothing\n',
      'plugins:   {enabled: true}\nrouting: {strategy:  fill-first}\n',
    ])
      expect(to('v8', text)).toBe(text);
    expect(to('legacy', FLAT)).toBe(FLAT);
  });

  test('back in the flat layout means the same, comments included', () => {
    const back = to('legacy', TREE);
    for (const comment of [
      '# who may use it',
      '# team a',
      '# team b pays more',
      '# often enough',
      '# the first',
      '# the end',
      '/legacy.schema.json',
    ])
      expect([comment, back.includes(comment)]).toEqual([comment, true]);
    expect(
      differencesInMeaning(
        { tree: parse(back) as Tree, layout: 'legacy' },
        { tree: parse(TREE) as Tree, layout: 'v8' },
      ),
    ).toEqual([]);
  });

  test('has earlier spellings replaced by todays', () => {
    const text = 'oauth:\n  providers:\n    xai: { inject-x-search: true } # why\n  auth-dir: a\n';
    expect(parse(to('v8', text))).toEqual({
      upstream: { xai: { 'inject-x-search': true } },
      oauth: { 'auth-dir': 'a' },
    });
  });

  test('has inverted keys inverted', () => {
    const text = 'codex:\n  live-media-relay:\n    allow-private-remote-ips: false # the deprecated name\n';
    expect(to('v8', text)).toContain('disable-private-remote-ips: true # the deprecated name\n');
  });

  test('keeps short lists and maps on one line, and other ones on several', () => {
    const members = 'excluded-models: [ a, b ]\n    headers: { X-A: a }\n';
    const flat = `codex-api-key:\n  - api-key: k\n    base-url: https://c.example\n    ${members}`;
    expect(to('v8', flat)).toMatch(/excluded-models: \[ a, b \]\n +headers: \{ X-A: a \}\n/);
    const block = flat.replace('[ a, b ]', '\n      - a\n      - b');
    expect(to('v8', block)).toMatch(/excluded-models:\n +- a\n +- b\n/);
  });

  test.each([
    [
      'a group on several lines, although its entry was on one',
      'codex-api-key:\n  - { api-key: k, base-url: u, models: [ { name: a, alias: b } ] }\n',
      'api-keys:\n  codex:\n    - base-url: u\n      models: [ { name: a, alias: b } ]\n      keys:\n        - api-key: k\n',
    ],
    [
      'a section on one line',
      'oauth-excluded-models: { codex: [ a ], claude: [] }\n',
      'oauth:\n  excluded-models: { codex: [ a ], claude: [] }\n',
    ],
    [
      'rules on one line',
      'payload: { default: [ { models: [ { name: m } ], params: { a: [ 1, 2 ] } } ] }\n',
      'requests:\n  payload:\n    default: [ { models: [ { name: m } ], params: { a: [ 1, 2 ] } } ]\n',
    ],
    [
      'a key that only looks like a merge',
      'codex-api-key:\n  - { api-key: k, base-url: u, headers: { "<<": a, X-A: b } }\n',
      'api-keys:\n  codex:\n    - base-url: u\n      headers: { "<<": a, X-A: b }\n      keys:\n        - api-key: k\n',
    ],
  ])('has %s', (_, flat, tree) => {
    expect(to('v8', flat)).toBe(tree);
  });

  test.each<[Layout, string, string]>([
    [
      'v8',
      'streaming:\n  keepalive-seconds: 15\n  # the end of it\ndebug: true\n',
      'requests:\n  streaming:\n    keepalive-seconds: 15\n    # the end of it\nobservability:\n  logs:\n    debug: true\n',
    ],
    [
      'v8',
      'api-keys:\n  - a\n  # the end of the list\n',
      'access:\n  api-keys:\n    - a\n    # the end of the list\n',
    ],
    [
      'legacy',
      'requests:\n  streaming:\n    keepalive-seconds: 15\n    # inner\n  # outer\nobservability:\n  logs:\n    debug: true\n    # logs\n# file\n',
      'streaming:\n  keepalive-seconds: 15\n  # inner\n  # outer\ndebug: true\n# logs\n# file\n',
    ],
    [
      'legacy',
      'requests:\n  payload:\n    filter: []\n  # end of a section\nobservability:\n  # next\n  logs:\n    debug: true\n',
      'payload:\n  filter: []\n  # end of a section\n# next\ndebug: true\n',
    ],
    [
      'legacy',
      'api-keys:\n  codex:\n    - base-url: u\n      keys:\n        - api-key: k\n          # key\n        # keys\n      # group\n    # family\n',
      'codex-api-key:\n  - api-key: k\n    base-url: u\n    # key\n    # keys\n    # group\n    # family\n',
    ],
  ])('in the layout %s has the comments at the ends of its sections: %j', (layout, text, made) => {
    expect(to(layout, text)).toBe(made);
  });

  test('has anchors and merge keys written out', () => {
    const text =
      'gemini-api-key:\n  - &a { api-key: "${env:A}", prefix: p, headers: &h { X-A: a } }\n  - { <<: *a, api-key: "${env:B}" }\nclaude-api-key:\n  - { api-key: "${env:C}", headers: *h }\n';
    const made = to('v8', text);
    expect(made).not.toMatch(/[&*]/);
    expect(parse(made)).toEqual({
      'api-keys': {
        gemini: [
          {
            prefix: 'p',
            headers: { 'X-A': 'a' },
            keys: [{ 'api-key': '${env:A}' }, { 'api-key': '${env:B}' }],
          },
        ],
        claude: [{ headers: { 'X-A': 'a' }, keys: [{ 'api-key': '${env:C}' }] }],
      },
    });
  });

  test('keeps its line ends and its indentation', () => {
    expect(to('v8', 'request-retry: 3\r\ndebug: true\r\n')).toMatch(/^routing:\r\n {2}retry:\r\n/);
    expect(to('v8', 'streaming:\n    keepalive-seconds: 1\n')).toBe(
      'requests:\n    streaming:\n        keepalive-seconds: 1\n',
    );
  });

  test('drops entries in overlays as before', () => {
    const made = to('v8', 'codex-api-key:\n  - { api-key: "${env:A}", base-url: u, $remove: true }\n');
    expect(parse(made)).toEqual({
      'api-keys': { codex: [{ 'base-url': 'u', keys: [{ 'api-key': '${env:A}', $remove: true }] }] },
    });
  });
});

describe('what cannot be migrated', () => {
  test.each<[Layout, string, string]>([
    [
      'v8',
      'codex: { identity-confuse: true }\n',
      "a.yaml:1:10 HF2047 `codex.identity-confuse` can't be expressed in the v8 tree: newer v8 gateways don't have this key",
    ],
    ['v8', 'streaming: {}\n', 'a.yaml:1:1 HF2047 `streaming` is empty and has no meaning in the v8 tree'],
    ['v8', 'x-own: 1\ndebug: true\n', "a.yaml:1:1 HF2047 `x-own` doesn't exist in the v8 tree"],
    [
      'v8',
      'codex:\n  live-media-relay: { allow-private-remote-ips: true, disable-private-remote-ips: true }\n',
      'a.yaml:2:55 HF2043',
    ],
    ['v8', 'debug: true\nserver: { port: 1 }\n', 'a.yaml:2:1 HF2043'],
    ['v8', 'debug: true\ndebug: false\n', 'a.yaml:2:1 HF2011'],
    ['v8', 'debug: ENC[x]\nsops: { mac: x, version: 3 }\n', 'a.yaml:'],
    ['legacy', 'server: { tls: {} }\n', 'a.yaml:1:11 HF2047 `server.tls` is empty'],
    [
      'legacy',
      'server: { port: 1, github-token: "${env:T}" }\n',
      "a.yaml:1:34 HF2047 `server.github-token` can't be expressed in the flat layout: it was added with v8.0.19",
    ],
    [
      'legacy',
      'api-keys: { meta: [{ keys: [] }] }\n',
      "a.yaml:1:13 HF2047 `api-keys.meta` can't be expressed in the flat layout: it was added with v8.0.0",
    ],
  ])('to %s: %j', (layout, text, problem) => {
    const found = refusal(layout, text);
    expect(found.length).toBeGreaterThan(0);
    expect(found[0]?.slice(0, problem.length)).toBe(problem);
    expect(migrateText(text, 'a.yaml', layout).text).toBeUndefined();
  });
});

describe('there and back', () => {
  const legacy = loadCatalog('legacy');
  const roots = [...(legacy.root.fields?.keys() ?? [])].filter((name) => name !== 'codex');

  test('any configuration means the same in both layouts', () => {
    fc.assert(
      fc.property(membersOf(legacy.root, roots), (tree) => {
        const there = to('v8', stringify(tree, { aliasDuplicateObjects: false }));
        const made = parse(there) as Tree;
        expect(differencesInMeaning({ tree, layout: 'legacy' }, { tree: made, layout: 'v8' })).toEqual([]);
        const back = parse(to('legacy', there)) as Tree;
        expect(differencesInMeaning({ tree, layout: 'legacy' }, { tree: back, layout: 'legacy' })).toEqual(
          [],
        );
      }),
      { numRuns: 12 },
    );
  });

  test('a difference in one value is noticed', () => {
    const of = (text: string, layout: Layout): { tree: Tree; layout: Layout } => ({
      tree: parse(text) as Tree,
      layout,
    });
    const one = of(FLAT, 'legacy');
    expect(differencesInMeaning(one, of(TREE, 'v8'))).toEqual([]);
    expect(differencesInMeaning(one, of(TREE.replace('prefix: team', 'prefix: other'), 'v8'))).toEqual([
      'api-keys.codex',
    ]);
    expect(differencesInMeaning(one, of(TREE.replace('request-retry: 3', 'request-retry: 4'), 'v8'))).toEqual(
      ['routing.retry.request-retry'],
    );
    expect(differencesInMeaning(one, of(FLAT.replace('# the end', 'gemini-api-key: []'), 'legacy'))).toEqual([
      'api-keys.gemini',
    ]);
  });

  test('configurations that gateways were recorded with survive', () => {
    const dir = resolve(import.meta.dirname, '../../contract/v0/cases');
    let migrated = 0;
    for (const file of readdirSync(dir)) {
      const { start } = JSON.parse(readFileSync(join(dir, file), 'utf8')) as {
        start: Record<string, string>;
      };
      const text = start['config.yaml'] ?? '';
      const there = migrateText(text, file, 'v8');
      if (there.text === undefined || there.text === text) continue;
      migrated += 1;
      const one = parse(text, { merge: true }) as Tree;
      const differences = differencesInMeaning(
        { tree: one, layout: 'legacy' },
        { tree: parse(there.text) as Tree, layout: 'v8' },
      );
      expect([file, differences]).toEqual([file, []]);
    }
    expect(migrated).toBeGreaterThan(100);
  });
});
