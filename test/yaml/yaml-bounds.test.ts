// How much YAML and JSON is read: whatever the text, the result is a tree of bounded depth or a problem with a
// position.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseDocument } from '../../src/yaml/document.ts';
import { isDeepJson } from '../../src/lib/yaml-bounds.ts';
import type { Located } from '../../src/yaml/located.ts';
import { readYaml } from '../../src/yaml/strict.ts';

function heightOf(node: Located): number {
  if (node.kind === 'scalar') return 0;
  const inner = node.kind === 'list' ? node.items : [...node.members.values()].map((member) => member.node);
  return 1 + Math.max(0, ...inner.map(heightOf));
}

/** Lines that each anchor a collection of aliases to earlier lines. */
const anchored = fc.array(
  fc.record({
    back: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 }),
    wrap: fc.integer({ min: 0, max: 20 }),
    merge: fc.boolean(),
  }),
  { minLength: 1, maxLength: 60 },
);

describe('aliases', () => {
  test('give a tree of at most 64 levels, or a problem at an alias', () => {
    fc.assert(
      fc.property(anchored, (lines) => {
        const text = lines
          .map(({ back, wrap, merge }, i) => {
            const aliases = back.filter((steps) => steps <= i).map((steps) => `*a${i - steps}`);
            const inner =
              merge && aliases.length > 0
                ? `{<<: ${aliases[0]}}`
                : `{${aliases.map((alias, at) => `k${at}: ${alias}`).join(', ')}}`;
            return `a${i}: &a${i} {w: ${'['.repeat(wrap)}${inner}${']'.repeat(wrap)}}\n`;
          })
          .join('');
        const { root, problems } = readYaml(text, 'a.yaml');
        if (root) expect(heightOf(root)).toBeLessThanOrEqual(65);
        else expect(problems.map(({ code }) => code)).toEqual(['HF2010']);
      }),
      { numRuns: 200, seed: 1 },
    );
  });
});

describe('the file of a gateway', () => {
  const nested = (depth: number): string => `a: ${'['.repeat(depth)}${']'.repeat(depth)}\n`;
  test.each([
    ['150 levels', nested(150), undefined],
    ['300 levels', nested(300), "line 1: nested deeper than 200 levels, which Holdfast doesn't support"],
    [
      '20,000 levels',
      nested(20_000),
      "line 1: nested deeper than 200 levels, which Holdfast doesn't support",
    ],
    [
      'half a million values',
      `a: [${'1,'.repeat(500_000)}]\n`,
      "line 1: more than 600000 YAML tokens (names, values, marks), which Holdfast doesn't support",
    ],
    [
      'a value of two megabytes',
      `a: ${'x'.repeat(2_000_000)}\n`,
      "line 1: a value of more than 1 MiB, which Holdfast doesn't support",
    ],
  ])('of %s', (_, text, message) => {
    const parsed = parseDocument(text);
    expect('message' in parsed ? parsed.message : undefined).toBe(message);
  });
});

test.each([
  ['[[1], {"a": [2]}]', false],
  [`${'['.repeat(200)}${']'.repeat(200)}`, false],
  [`${'['.repeat(201)}${']'.repeat(201)}`, true],
  [`${'{"a":'.repeat(201)}1${'}'.repeat(201)}`, true],
  [`["${'['.repeat(300)}\\"${'{'.repeat(300)}"]`, false],
  ['[]'.repeat(300), false],
])('JSON %#: nested deeper than 200 levels is %p', (text, deep) => {
  expect(isDeepJson(text)).toBe(deep);
});
