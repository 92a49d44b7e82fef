// How a save spells what was sent, and what has a type only in the file.
import { expect, test } from '@jest/globals';
import type { Made, MadeScalar } from '../../../src/gateway/model/generate.ts';
import { asSent, asTyped, placeOf, typesIn } from '../../../src/gateway/model/spelling.ts';
import { parseDocument } from '../../../src/yaml/document.ts';
import { isFailure } from '../../../src/yaml/failure.ts';

const scalar = (text: string, type: MadeScalar['type'], more: Partial<MadeScalar> = {}): MadeScalar => ({
  kind: 'scalar',
  text,
  type,
  raw: false,
  ...more,
});
const map = (members: Record<string, Made>): Made => ({
  kind: 'map',
  pairs: new Map(Object.entries(members)),
});
const list = (...items: Made[]): Made => ({ kind: 'list', items });

test('settings have the text in which they were sent, and no others', () => {
  const [one, two] = [scalar('1', 'int'), scalar('x', 'str')];
  const sent = new Map([
    [placeOf(['a']), '1.0'],
    [placeOf(['b', '1']), undefined],
  ]);
  expect(asSent(map({ a: one, b: list(one, two), c: two }), sent)).toEqual(
    map({ a: { ...one, text: '1.0', sent: true }, b: list(one, { ...two, sent: true }), c: two }),
  );
});

test.each<[what: string, file: string, made: MadeScalar, expected: Partial<MadeScalar>]>([
  [
    'a date stays a date',
    'a: 2026-11-01',
    scalar('2026-11-01T00:00:00Z', 'str', { free: true }),
    { type: 'time' },
  ],
  ['a quoted date stays a text', 'a: "2026-11-01"', scalar('2026-11-01', 'str', { free: true }), {}],
  ['a float stays a float', 'a: 1.0', scalar('1', 'int', { free: true }), { type: 'float' }],
  ['an integer stays an integer', 'a: 1', scalar('1', 'int', { free: true }), {}],
  [
    'a large integer keeps its digits',
    'a: 9007199254740993',
    scalar('9007199254740992', 'int', { free: true }),
    { text: '9007199254740993', type: 'int' },
  ],
  ['an integer with separators too', 'a: 1_000', scalar('1000', 'int', { free: true }), {}],
  ['a value with a type of its own keeps it', 'a: 1.0', scalar('1', 'int'), {}],
  ['in a list too', 'a: [1.0]', scalar('1', 'int', { free: true }), { type: 'float' }],
])('%s', (_, file, made, expected) => {
  const document = parseDocument(file);
  if (isFailure(document) || !document.root) throw new Error('the file has no content');
  const types = typesIn(document.root);
  expect(asTyped(map({ a: made, b: list(made) }), types)).toMatchObject(
    map({ a: { ...made, ...expected }, b: list({ ...made, ...expected }) }),
  );
});
