// How memory is rendered: the order of keys in free-form mappings, and what the gateway's YAML encoder can't write.
import { describe, expect, test } from '@jest/globals';
import { misprints, natural } from '../../../src/gateway/model/generate.ts';

describe('the order of keys', () => {
  test.each<readonly (readonly string[])[]>([
    [['', '-', 'a']],
    [['A', 'B', 'a', 'b']],
    [['1', 'e', 'z', 'é']],
    [['a', 'a-', 'a1']],
    [['a', 'a1', 'a1b', 'a10b']],
    [['a-b', 'a.b', 'a_b', 'a1b', 'ab']],
    [['-', '_', '1', '02', '10', 'a']],
    [['1', '1a', '1-', '10']],
    [['1', '1x', 'x', 'x1']],
    [['a1a', 'a1-', 'a12']],
    [['a1', 'a2', 'a10']],
    [['a1', 'a01', 'a001', 'a10']],
    [['a2', 'a02', 'a20', 'a200']],
    [['a10-', 'a100', 'a1000']],
    [['a0a', 'a0b', 'a00b']],
    [['a1b2', 'a1b10', 'a1c']],
    [['b0', 'b00', 'b01', 'b10', 'b100']],
    [['0', '00', '000', '1']],
    [['100', '0100', '1000']],
    [['1.0', '1.00', '10.0', '10.00']],
    [['v1', 'v1.2', 'v1.9', 'v1.10']],
    [['x9y', 'x9z', 'x10y', 'xay']],
    [['gpt-4', 'gpt-4o', 'gpt-4-1', 'gpt-4.1', 'gpt-40']],
    [['3', '٣', 'a']],
    [['4a', '٣a', '٤a']],
    [['12345678901234567890', '12345678901234567891', '5']],
  ])('%j', (keys) => {
    expect(keys.toReversed().sort(natural)).toEqual(keys);
    for (const [i, key] of keys.entries())
      for (const later of keys.slice(i + 1)) {
        expect(natural(key, later)).toBeLessThan(0);
        expect(natural(later, key)).toBeGreaterThan(0);
      }
  });
});

describe('a text that begins with a blank and has several lines', () => {
  test.each([
    [[' a\nb'], true],
    [['\na'], true],
    [[{ x: ' a\nb' }], true],
    [[{ y: 1, x: [' a\nb'] }], true],
    [{ x: [[' a\nb']] }, true],
    [{ x: ' a\nb' }, false],
    [' a\nb', false],
    [['a\nb'], false],
    [[' a'], false],
    [['\n\n'], false],
    [[1, null, true], false],
  ])('%j is misprinted below a list: %s', (value, expected) => {
    expect(misprints(value)).toBe(expected);
  });
});
