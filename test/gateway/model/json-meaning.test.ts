import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { Field } from '../../../src/gateway/catalog/field.ts';
import { loadCatalog } from '../../../src/gateway/catalog/catalog.ts';
import { sameAt } from '../../../src/gateway/model/equal.ts';

const catalog = loadCatalog('legacy');

function at(path: string): Field {
  const field = catalog.at(path.split('.'));
  if (!field) throw new Error(`no field at ${path}`);
  return field;
}

const RAW = at('payload.override-raw.0.params.tools');
const PLAIN = at('payload.override.0.params.tools');

describe('a raw payload value', () => {
  test.each([
    ['{"a": 1}', '{"a":1}', true],
    ['[{"a": 1,\n  "b": 2}]', '[{"a": 1,\n\n  "b": 2}]', true],
    ['{"a":1,"b":2}', '{"b":2,"a":1}', true],
    ['"\\u00e9"', '"é"', true],
    ['[1.50, 1e2]', '[1.5, 100]', true],
    ['-0.0', '0', true],
    ['12345678901234567890', '12345678901234567891', false],
    ['"1"', '1', false],
    ['"n1e0"', '1', false],
    ['[1, 2]', '[2, 1]', false],
    ['" a"', '"a"', false],
    ['{"a": 1', '{"a":1', false],
  ])('%j and %j', (a, b, same) => {
    expect(sameAt(RAW, a, b)).toBe(same);
    expect(sameAt(PLAIN, a, b)).toBe(false);
  });

  test('that is no text is the document itself', () => {
    expect(sameAt(RAW, { a: [1, 'x'] }, '{ "a": [1.0, "x"] }')).toBe(true);
    expect(sameAt(RAW, { a: '1' }, { a: '1.0' })).toBe(false);
  });

  test('means the same however it is laid out', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.integer({ min: 0, max: 4 }), (value, indent) => {
        expect(sameAt(RAW, JSON.stringify(value), JSON.stringify(value, undefined, indent))).toBe(true);
      }),
    );
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        const [one, other] = [JSON.stringify(a), JSON.stringify(b)];
        const isSame = fc.stringify(JSON.parse(one)) === fc.stringify(JSON.parse(other));
        if (isSame) expect(sameAt(RAW, one, other)).toBe(true);
        else if (typeof a !== 'object') expect(sameAt(RAW, one, other)).toBe(Object.is(a, b) || a === b);
      }),
    );
  });
});
