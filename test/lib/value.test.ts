import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { listOf, type Tree, treeOf, valueAt, withValue } from '../../src/lib/value.ts';

describe('what is reached by steps', () => {
  const tree: Tree = { a: { b: [{ c: 1 }, 2] }, '~/x': null };

  test.each([
    [[], tree],
    [['a', 'b', 0, 'c'], 1],
    [['a', 'b', '1'], 2],
    [['~/x'], null],
    [['a', 'b', 2], undefined],
    [['a', 'b', 'c'], undefined],
    [['a', 'b', 1, 'c'], undefined],
    [['toString'], undefined],
  ])('%j', (steps, held) => {
    expect(valueAt(tree, steps)).toEqual(held);
  });

  test('what is put at a place is found there, and taking it away leaves nothing', () => {
    const names = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(names, fc.integer(), (place, value) => {
        const changed = withValue(tree, place, value);
        expect(valueAt(changed, place)).toBe(value);
        expect(valueAt(withValue(changed, place, undefined), place)).toBeUndefined();
        expect(tree).toEqual({ a: { b: [{ c: 1 }, 2] }, '~/x': null });
      }),
    );
  });

  test('what is no mapping and no list reads as an empty one', () => {
    expect([treeOf([1]), treeOf(undefined), treeOf({ a: 1 })]).toEqual([{}, {}, { a: 1 }]);
    expect([listOf({ a: 1 }), listOf(null), listOf([1])]).toEqual([[], [], [1]]);
  });
});
