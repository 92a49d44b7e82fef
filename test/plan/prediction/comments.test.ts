import { describe, expect, test } from '@jest/globals';
import { loadCatalog } from '../../../src/gateway/catalog/catalog.ts';
import type { Field } from '../../../src/gateway/catalog/field.ts';
import { addedComments, lostComments } from '../../../src/plan/prediction/comments.ts';

const catalog = loadCatalog('legacy');
const item = catalog.at(['gemini-api-key'])?.item as Field; // the catalog has it

type Differences = Parameters<typeof lostComments>[3];

const removed = (index: number): Differences => [
  { kind: 'remove', livePlace: ['gemini-api-key', index], field: item },
];
const renamed = (before: string, after: string): Differences => [
  {
    kind: 'rename',
    livePlace: ['gemini-api-key', 0],
    before: { 'api-key': before },
    after: { 'api-key': after },
    field: item,
  },
];
const lost = (before: string, after: string, differences: Differences = []): string[] =>
  lostComments(catalog, { text: before }, { text: after }, differences).map(({ text }) => text);

// Entries without `base-url`: part of their identity is blank.
const KEYS = `gemini-api-key:
  # of a
  - api-key: sk-test-a
    priority: 1 # high
  # of b
  - api-key: sk-test-b
`;
const ONLY_B = 'gemini-api-key:\n  # of b\n  - api-key: sk-test-b\n';

describe('a comment that a write would lose', () => {
  test.each<[string, string, string, Differences, readonly string[]]>([
    ['none where an entry before its own goes', KEYS, ONLY_B, removed(0), []],
    ['one that stays above an entry that goes', KEYS, KEYS.replace('  # of a\n', ''), removed(1), ['# of a']],
    ['one that would belong to another entry', KEYS, ONLY_B.replace('of b', 'of a'), removed(0), ['# of b']],
    ['none of an entry that keeps them under its new name', KEYS, KEYS.replace('test-a', 'test-c'), renamed('sk-test-a', 'sk-test-c'), []],
    ['those of an entry that is renamed without them', KEYS, ONLY_B.replace('  # of b', '  - api-key: sk-test-c\n    priority: 1\n  # of b'), renamed('sk-test-a', 'sk-test-c'), ['# of a', '# high']],
    ['none of an entry that another replaces', KEYS, ONLY_B.replace('  # of b', '  - api-key: sk-test-c\n    priority: 1\n  # of b'), [], []],
    ['none where nothing can be read', KEYS, 'a: [', [], []],
  ])('%s', (_, before, after, differences, expected) => {
    expect(lost(before, after, differences)).toEqual(expected);
  }); // prettier-ignore
});

describe('a comment that others added', () => {
  test.each([
    ['is one that stands nowhere before', 'debug: true\n', 'debug: true # why\n', ['# why']],
    ['is the second of two', 'debug: true # why\n', '# why\ndebug: true # why\n', ['# why']],
    ['is none that only moved', 'debug: true # why\n', '# why\ndebug: true\n', []],
    ['is none of a text that nobody can read', 'debug: true\n', 'debug: [ # why\n', []],
  ])('%s', (_, before, now, expected) => {
    const added = addedComments(catalog, { text: before }, { text: now });
    expect(added.map(({ text }) => text)).toEqual(expected);
  });
});
