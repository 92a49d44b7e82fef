// The text of a history without entries: a refusal isn't an entry, so "nothing has happened" could be untrue.
import { expect, test } from '@jest/globals';
import { historyText } from '../../../src/report/text/history.ts';
import { PLAIN } from '../../../src/report/text/style.ts';

test('an empty history says that nothing was applied, not that nothing happened', () => {
  expect(historyText([], PLAIN)).toBe('nothing was applied yet\n');
});
