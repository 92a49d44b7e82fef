// Messages that quote what a reference brought.
import { expect, test } from '@jest/globals';
import { quotingNothing } from '../../../src/desired/check/unquoted.ts';
import { problem } from '../../../src/domain/problem/problem.ts';
import { REDACTED } from '../../../src/lib/redact.ts';

const said = (text: string, brought: readonly string[]): readonly (string | undefined)[] => {
  const [one] = quotingNothing(
    [problem('HF2005', text, { path: text, remedy: text, target: 'a' })],
    new Set(brought),
  );
  return [one?.message, one?.path, one?.remedy];
};
const thrice = (text: string): readonly string[] => [text, text, text];

test.each<[text: string, brought: readonly string[], expected: string]>([
  ['is sk-test-0001 here', ['sk-test-0001'], `is ${REDACTED} here`],
  ['`abc` must be a number', ['abc'], `\`${REDACTED}\` must be a number`],
  ['"a.c" and [a.c] and \'a.c\'', ['a.c'], `"${REDACTED}" and [${REDACTED}] and '${REDACTED}'`],
  ['`abc` stays, for only a dot is meant', ['a.c'], '`abc` stays, for only a dot is meant'],
  ['abc is only a word here', ['abc'], 'abc is only a word here'],
  ['nothing was brought: `abc`', [], 'nothing was brought: `abc`'],
])('%s (%j)', (text, brought, expected) => {
  expect(said(text, brought)).toEqual(thrice(expected));
});

test('a message without path and remedy gets none', () => {
  const [one] = quotingNothing([problem('HF2005', 'is sk-test-0001')], new Set(['sk-test-0001']));
  expect(one).toMatchObject({ message: `is ${REDACTED}` });
  expect(Object.keys(one ?? {})).toEqual(Object.keys(problem('HF2005', 'text')));
});
