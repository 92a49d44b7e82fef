// Which requests of the v8 API turn one tree into another.
import { describe, expect, test } from '@jest/globals';
import { loadCatalog } from '../../../src/gateway/catalog/catalog.ts';
import type { Tree } from '../../../src/lib/value.ts';
import { requestsIn } from '../../../src/plan/route/v8/requests.ts';

const catalog = loadCatalog('v8');

/** The requests of a change of everything, one a line; a text where JSON can't express it. */
function requests(before: Tree, after: Tree): readonly string[] | string {
  const areas = [...new Set([...Object.keys(before), ...Object.keys(after)])].map((name) => [name]);
  const found = requestsIn(catalog, before, after, areas);
  if (typeof found === 'string') return found;
  return found.map(({ method, area, body }) =>
    [method, `/${area.join('/')}`, ...(body === undefined ? [] : [JSON.stringify(body)])].join(' '),
  );
}

const settings = (members: Tree): Tree => ({ plugins: { configs: { demo: members } } });
const aliases = (channels: Tree): Tree => ({ oauth: { 'model-alias': channels } });
const ALIAS = [{ name: 'sonnet', alias: 's' }];

describe('requests of the v8 API', () => {
  test.each<[string, Tree, Tree, readonly string[]]>([
    ['nothing for equal trees', { debug: true }, { debug: true }, []],
    ['one PATCH of the root for a value', { debug: true }, { debug: false }, ['PATCH / {"debug":false}']],
    [
      'one PATCH for values in several sections',
      { server: { port: 1, host: 'a' }, debug: true },
      { server: { port: 2, host: 'b' }, debug: false },
      ['PATCH / {"server":{"port":2,"host":"b"},"debug":false}'],
    ],
    ['a list as a whole', { a: [1, 2] }, { a: [2] }, ['PATCH / {"a":[2]}']],
    ['a mapping in place of a text', { a: 'b' }, { a: { c: 1 } }, ['PATCH / {"a":{"c":1}}']],
    ['DELETE for what goes', { server: { port: 1, host: 'a' } }, { server: { port: 1 } }, ['DELETE /server/host']],
    [
      'DELETE after PATCH, the deepest first',
      { debug: true, a: { b: { c: 1, d: 1 } }, e: 1 },
      { debug: false, a: { b: { d: 1 } } },
      ['PATCH / {"debug":false}', 'DELETE /a/b/c', 'DELETE /e'],
    ],
    ['PUT for free settings that become empty', settings({ limit: 5 }), settings({}), ['PUT /plugins/configs/demo {}']],
    ['DELETE for some of the free settings', settings({ a: 1, b: 2 }), settings({ b: 2 }), ['DELETE /plugins/configs/demo/a']],
    [
      'PUT for more than three of them',
      settings({ a: 1, b: 2, c: 3, d: 4, e: 5 }),
      settings({ e: 6 }),
      ['PUT /plugins/configs/demo {"e":6}'],
    ],
    [
      'PATCH beside a PUT only for what the PUT does not have',
      { ...settings({ a: 1, b: 2, c: 3, d: 4, e: 5 }), debug: true },
      { ...settings({ e: 6 }), debug: false },
      ['PATCH / {"debug":false}', 'PUT /plugins/configs/demo {"e":6}'],
    ],
    ['PUT for the last channel', aliases({ claude: ALIAS }), aliases({}), ['PUT /oauth/model-alias {}']],
    [
      'DELETE for one channel of two',
      aliases({ claude: ALIAS, codex: ALIAS }),
      aliases({ codex: ALIAS }),
      ['DELETE /oauth/model-alias/claude'],
    ],
    [
      'PUT of any map for a key that no URL can name',
      { server: { x: { 'a/b': 1, c: 2 } } },
      { server: { x: { c: 2 } } },
      ['PUT /server/x {"c":2}'],
    ],
    [
      'PUT of the map for a channel that no URL can name',
      aliases({ 'a/b': ALIAS, codex: ALIAS }),
      aliases({ codex: ALIAS }),
      [`PUT /oauth/model-alias {"codex":${JSON.stringify(ALIAS)}}`],
    ],
  ])('%s', (_, before, after, expected) => {
    expect(requests(before, after)).toEqual(expected);
  }); // prettier-ignore

  test.each<[string, Tree, Tree, string]>([
    [
      'more than three removals outside of free maps',
      { server: { a: 1, b: 2, c: 3, d: 4, e: 5 } },
      { server: { e: 5 } },
      '4 single removals would be needed',
    ],
    ...['credentials', 'api-keys', 'plugins'].map((root): [string, Tree, Tree, string] => [
      `such a key below ${root}, where a PUT could drop what others keep`,
      { [root]: { x: { 'a/b': 1, c: 2 } } },
      { [root]: { x: { c: 2 } } },
      `no path of the v8 API names ${root}.x.a/b`,
    ]),
    ...['', '.', '..', 'a/b', 'a\\b', 'a\nb'].map((name): [string, Tree, Tree, string] => [
      `a removed key that no URL can name: ${JSON.stringify(name)}`,
      { plugins: { store: { [name]: 1, c: 2 } } },
      { plugins: { store: { c: 2 } } },
      `no path of the v8 API names plugins.store.${name}`,
    ]),
  ])('none for %s', (_, before, after, reason) => {
    expect(requests(before, after)).toBe(reason);
  });
});
