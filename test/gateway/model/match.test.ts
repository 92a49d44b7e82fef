// Which item of the file's list becomes which item of memory's in a save.
import { expect, test } from '@jest/globals';
import type { FileDocument, ListNode } from '../../../src/domain/yaml-node.ts';
import type { Made } from '../../../src/gateway/model/generate.ts';
import { matchItems } from '../../../src/gateway/model/match.ts';
import { isList, isTree, type Value } from '../../../src/lib/value.ts';
import { parseDocument } from '../../../src/yaml/document.ts';

function made(value: Value): Made {
  if (isList(value)) return { kind: 'list', items: value.map(made) };
  if (isTree(value))
    return { kind: 'map', pairs: new Map(Object.entries(value).map(([name, each]) => [name, made(each)])) };
  return { kind: 'scalar', text: String(value), type: typeof value === 'string' ? 'str' : 'int', raw: false };
}

/** For each new item, the index of the item in the file. */
function matched(file: string, fresh: readonly Value[]): readonly (number | undefined)[] {
  const { items } = (parseDocument(file) as FileDocument).root as ListNode;
  return matchItems(items, fresh.map(made)).map((node) => (node ? items.indexOf(node) : undefined));
}

test.each<[what: string, file: string, fresh: readonly Value[], expected: readonly (number | undefined)[]]>([
  ['equal texts', '[a, b, c]', ['c', 'x', 'a'], [2, undefined, 0]],
  ['each text once, the first one first', '[a, a]', ['a', 'a', 'a'], [0, 1, undefined]],
  ['texts without their blanks', '[" a "]', ['a'], [0]],
  [
    'maps by their name',
    '[{name: a, x: 1}, {name: b, x: 2}]',
    [{ x: 3, name: 'b' }, { name: 'c' }],
    [1, undefined],
  ],
  ['maps by the first name that there is', '[{model: m, alias: a}]', [{ model: 'n', alias: 'a' }], [0]],
  ['maps with a blank name by the next one', '[{name: "", key: k}]', [{ name: '', key: 'k' }], [0]],
  [
    'other maps by their first text',
    '[{x: 1, y: 2}]',
    [
      { x: 1, y: 3 },
      { x: 2, y: 2 },
    ],
    [0, undefined],
  ],
  [
    'maps of maps by their structure',
    '[{a: {b: 1}}, {a: {b: 2}}]',
    [{ a: { b: 2 } }, { a: { b: 1 } }],
    [1, 0],
  ],
  ['not maps with other keys', '[{a: {b: 1}}]', [{ c: { b: 1 } }, { a: { c: 1 } }], [undefined, undefined]],
  ['not maps with more keys', '[{a: {b: 1}}]', [{ a: { b: 1 }, c: {} }], [undefined]],
  ['not maps with fewer keys', '[{a: {b: 1}, c: {}}]', [{ a: { b: 1 } }], [undefined]],
  ['not a list for a map', '[{a: {}}]', [[{ a: {} }], [], 1], [undefined, undefined, undefined]],
  ['not a map for a list', '[[x]]', [{ a: ['x'] }, {}], [undefined, undefined]],
  ['lists by their structure', '[[x, y], [x], []]', [[], ['x'], ['x', 'y'], ['y']], [2, 1, 0, undefined]],
  ['blank texts by their structure', '["", {a: {}}]', [{ a: {} }, ''], [1, 0]],
  ['nothing in an empty list', '[]', ['a'], [undefined]],
])('%s', (_, file, fresh, expected) => {
  expect(matched(file, fresh)).toEqual(expected);
});
