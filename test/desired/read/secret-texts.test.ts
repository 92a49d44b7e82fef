// Which texts of a desired state are hidden wherever they occur.
import { expect, test } from '@jest/globals';
import { secretTexts, type Brought } from '../../../src/desired/read/secret-locations.ts';
import { catalog } from '../setup.ts';

const NONE: Brought = { references: new Map(), parts: new Map(), publicReferences: new Set() };
const of = (tree: Parameters<typeof secretTexts>[0], brought: Partial<Brought> = {}): string[] =>
  [...secretTexts(tree, { ...NONE, ...brought }, catalog)].toSorted();

const HOST = new Map([['/host', '${env:HOST}']]);
const KEY = new Map([['/api-keys/0', '${env:K}']]);

test.each<[what: string, texts: string[], expected: string[]]>([
  ['a secret by its path', of({ 'api-keys': ['sk-test-0001'], host: 'localhost' }), ['sk-test-0001']],
  ['a secret from a reference', of({ 'api-keys': ['sk-test-0001'] }, { references: KEY }), ['sk-test-0001']],
  ['not the text of an unresolved reference', of({ 'api-keys': ['${env:K}'] }, { references: KEY }), []],
  ['any value of a reference', of({ host: 'example' }, { references: HOST }), ['example']],
  [
    'not a value that may be shown',
    of({ host: 'example' }, { references: HOST, publicReferences: new Set(['${env:HOST}']) }),
    [],
  ],
  [
    'a number of a reference',
    of({ port: 8317 }, { references: new Map([['/port', '${env:PORT}']]) }),
    ['8317'],
  ],
  ['no text of three letters', of({ 'api-keys': ['abc'] }), []],
  [
    'each part of a text of several references',
    of({ host: 'one.two2' }, { references: HOST, parts: new Map([['/host', ['ones', 'two2']]]) }),
    ['one.two2', 'ones', 'two2'],
  ],
])('%s', (_, texts, expected) => {
  expect(texts).toEqual(expected);
});
