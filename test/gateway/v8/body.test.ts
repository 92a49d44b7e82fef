import { describe, expect, test } from '@jest/globals';
import { bodyOf, readBody } from '../../../src/gateway/v8/body.ts';
import type { Node } from '../../../src/gateway/v8/tree.ts';
import type { Value } from '../../../src/lib/value.ts';
import { jsonText } from '../../../src/plan/route/v0/simulate.ts';

/** The content of a tree, without positions. */
function said(node: Node): unknown {
  if (node.kind === 'scalar') return [node.style, node.text];
  if (node.kind === 'list') return [node.flow, node.items.map(said)];
  return [node.flow, node.pairs.map(({ key, value }) => [key.style, key.text, said(value)])];
}

const BODIES: readonly Value[] = [
  { routing: { retry: { 'request-retry': 3 } }, 'a.b': [true, false, null, -1, 1.5, 1e21, 0.000001] },
  { text: ['', ' ', 'yes', '012', '# no comment', 'a: b', '{', '"quoted" \\ and \n new', 'ü 😀 \u2028'] },
  { controls: ['\u007f', '\u0001', '\t', '\u0085', '\u009f'], '': {}, '<<': [], null: 'null' },
  [],
  'text',
  7,
];

describe('a body that is known as a value', () => {
  test.each(BODIES.map((body) => [JSON.stringify(body), body] as const))(
    'is the tree of its text: %s',
    (_, body) => {
      const [direct, read] = [bodyOf(body), readBody(jsonText(body), 'json')];
      if (!direct.ok || !read.ok) throw new Error('it is readable');
      expect(said(direct.node)).toEqual(said(read.node));
    },
  );

  test.each([
    ['half a character', { key: 'a\ud800b' }],
    ['a key that is too long', { ['k'.repeat(1100)]: 1 }],
  ])('is refused as its text is: %s', (_, body) => {
    expect(bodyOf(body)).toEqual({ ok: false, error: 'invalid_body' });
    expect(readBody(jsonText(body), 'json')).toEqual({ ok: false, error: 'invalid_body' });
  });
});
