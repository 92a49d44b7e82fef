import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { attributionText, CAUSES, causeLines } from '../../../src/domain/plan/attribution.ts';
import { causeOf, type Evidence } from '../../../src/plan/diff/attribution.ts';

const NONE: Evidence = {
  changes: 1,
  isOldFile: false,
  corrections: 0,
  isToggle: false,
  isSpelling: false,
  isReset: false,
  isEarlierValue: false,
};

describe('what a change on the gateway looks like', () => {
  test.each<readonly [string | undefined, Partial<Evidence>]>([
    [undefined, {}],
    [undefined, { changes: 40 }],
    [undefined, { isOldFile: true }],
    [undefined, { corrections: 1 }],
    ['old-file', { isOldFile: true, changes: 2 }],
    ['old-file', { isOldFile: true, changes: 3, isReset: true, corrections: 3 }],
    ['second-writer', { corrections: 2 }],
    ['second-writer', { corrections: 3, isToggle: true }],
    ['panel-toggle', { isToggle: true, isEarlierValue: true }],
    ['normalisation', { isSpelling: true }],
    ['installer-reset', { isReset: true, changes: 9, isEarlierValue: true }],
    ['earlier-value', { isEarlierValue: true }],
    ['earlier-value', { isEarlierValue: true, isOldFile: true }],
  ])('%s by %j', (cause, evidence) => {
    expect(causeOf({ ...NONE, ...evidence })).toBe(cause);
  });

  test('nothing is claimed without its evidence', () => {
    const evidence = fc.record({
      changes: fc.integer({ min: 1, max: 4 }),
      isOldFile: fc.boolean(),
      corrections: fc.nat(4),
      isToggle: fc.boolean(),
      isSpelling: fc.boolean(),
      isReset: fc.boolean(),
      isEarlierValue: fc.boolean(),
    });
    const holds = (cause: string, found: Evidence): boolean =>
      ({
        'old-file': found.isOldFile && found.changes > 1,
        'second-writer': found.corrections > 1,
        'panel-toggle': found.isToggle,
        normalisation: found.isSpelling,
        'installer-reset': found.isReset,
        'earlier-value': found.isEarlierValue,
      })[cause] === true;
    fc.assert(
      fc.property(evidence, (found) => {
        const cause = causeOf(found);
        if (cause !== undefined) expect(holds(cause, found)).toBe(true);
      }),
    );
  });

  test('each cause is one line, with its evidence and what to do', () => {
    expect(
      causeLines([
        { attribution: 'second-writer' },
        { attribution: 'second-writer' },
        { attribution: 'expired' },
        {},
        { attribution: 'panel-toggle' },
      ]),
    ).toEqual([
      '2 changes look like a second program or person that sets it: Holdfast corrected it at least twice within an hour, and it differs again. Find out who writes to this gateway, and declare the value in one place only.',
      '1 change looks like a toggle in the panel: only the `*` in the excluded models differs, with which the panel turns a key off. If it was intended, adopt it.',
    ]);
    expect(attributionText({ attribution: 'expired' })).toBe('expired');
    for (const cause of Object.keys(CAUSES))
      expect(attributionText({ attribution: cause })).toMatch(/^looks like /);
  });
});
