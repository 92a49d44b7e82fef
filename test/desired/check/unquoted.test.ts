// Messages that quote what a reference brought.
import { expect, test } from '@jest/globals';
import { broughtIn, quotingNothing } from '../../../src/desired/check/unquoted.ts';
import { problem } from '../../../src/domain/problem/problem.ts';
import type { Value } from '../../../src/lib/value.ts';
import type { Located } from '../../../src/yaml/located.ts';
import { REDACTED } from '../../../src/lib/redact.ts';

const POSITION = { file: 'a.yaml', line: 1, column: 1 };

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

test('what references brought are their texts and numbers, not what everybody may see', () => {
  const node = (value: Value, more: object = {}): Located =>
    ({ kind: 'scalar', value, reference: '${env:A}', position: POSITION, ...more }) as Located; // no other member is read
  const items = [
    node('sk-test-0001'),
    node(4711),
    node(true),
    node(null),
    node('  '),
    node('open', { public: true }),
    node('${env:B}', { unresolved: true }),
    node('written', { reference: undefined }),
    node('http://sk-test-0002@h', { brought: ['sk-test-0002'] }),
  ].map((item) => ({ ...item, position: POSITION }));
  const root = { kind: 'list', items, position: POSITION } as unknown as Located; // as above
  expect([...broughtIn(root)]).toEqual(['sk-test-0001', '4711', 'http://sk-test-0002@h', 'sk-test-0002']);
});
