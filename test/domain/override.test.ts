import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { allowValues, type Override, overrideFlag, overrideOf } from '../../src/domain/plan/override.ts';

describe('the override of a guard', () => {
  test.each<[Override, string, readonly string[]]>([
    [{ guard: 'no-way-back' }, '--allow no-way-back', ['no-way-back']],
    [{ guard: 'mass-delete', path: 'api-keys' }, '--allow mass-delete:api-keys', ['mass-delete:api-keys']],
    [{ guard: 'takeover', path: `a[it's].b` }, `--allow 'takeover:a[it'\\''s].b'`, [`takeover:a[it's].b`]],
    [
      { guard: 'split-brain', choices: ['file', 'memory'] },
      '--allow split-brain=file|memory',
      ['split-brain=file', 'split-brain=memory'],
    ],
  ])('%j is %s in a plan', (override, flag, values) => {
    expect(overrideFlag(override)).toBe(flag);
    expect(allowValues(override)).toEqual(values);
  });

  test('reads from a plan as it was written there', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (path) => {
        const override: Override = { guard: 'takeover', path };
        expect(overrideOf({ guard: 'takeover', override: overrideFlag(override) })).toEqual(override);
      }),
    );
    expect(overrideOf({ guard: 'brick' })).toBeUndefined();
  });
});
