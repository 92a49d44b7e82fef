// Which edits of a file make its content equal to what is proposed.
import { describe, expect, test } from '@jest/globals';
import type { Tree, Value } from '../../../src/lib/value.ts';
import { outermost, patchTowards } from '../../../src/plan/prediction/edits.ts';
import { catalog } from '../builders.ts';

const key = (name: string, more: Tree = {}): Tree => ({
  'api-key': `sk-test-${name}`,
  'base-url': 'https://c.example',
  ...more,
});

/** Null: there is nothing to edit. */
function editsOf(section: string, content: Value, proposed: Value): unknown {
  const patch = patchTowards(catalog, { [section]: content }, { [section]: proposed }, [[section]]);
  return patch?.kind === 'map' ? (patch.keys.get(section) ?? null) : null;
}

describe('a file with nothing to edit', () => {
  test.each<[what: string, section: string, content: Value, proposed: Value]>([
    ['the same entries', 'codex-api-key', [key('a')], [key('a')]],
    [
      'an entry that the gateway ignores',
      'codex-api-key',
      [key('a'), { 'api-key': 'sk-test-b' }],
      [key('a')],
    ],
    ['only entries that the gateway ignores', 'codex-api-key', [{ 'api-key': 'sk-test-b' }], []],
    [
      'another spelling of a name',
      'codex-api-key',
      [key('a', { prefix: ' x ' })],
      [key('a', { prefix: 'x' })],
    ],
  ])('%s', (_, section, content, proposed) => {
    expect(editsOf(section, content, proposed)).toBeNull();
  });
});

describe('entries of a list are taken from the file', () => {
  test.each<[what: string, content: Value, proposed: Value, items: unknown]>([
    ['one goes', [key('a'), key('b')], [key('b')], [{ from: 1 }]],
    ['one comes', [key('a')], [key('a'), key('b')], [{ from: 0 }, { value: key('b') }]],
    [
      'one gets another member',
      [key('a'), key('b')],
      [key('a'), key('b', { priority: 2 })],
      [
        { from: 0 },
        { from: 1, patch: { kind: 'map', keys: new Map([['priority', { kind: 'replace', value: 2 }]]) } },
      ],
    ],
  ])('%s', (_, content, proposed, items) => {
    expect(editsOf('codex-api-key', content, proposed)).toMatchObject({ kind: 'list', items });
  });
});

test.each<[areas: string[][], expected: string[][]]>([
  [
    [['a'], ['a', 'b'], ['c']],
    [['a'], ['c']],
  ],
  [
    [
      ['a', 'b'],
      ['a', 'b'],
    ],
    [['a', 'b']],
  ],
  [
    [
      ['a', 'b'],
      ['a', 'c'],
    ],
    [
      ['a', 'b'],
      ['a', 'c'],
    ],
  ],
])('areas within others are left out: %j', (areas, expected) => {
  expect(outermost(areas)).toEqual(expected);
});
