// What the gateway's JSON can't express.
import { expect, test } from '@jest/globals';
import { decode } from '../../../src/gateway/model/decode.ts';
import { loadCatalog } from '../../../src/gateway/catalog/catalog.ts';
import { isEncodable } from '../../../src/gateway/model/json.ts';
import type { FileDocument } from '../../../src/domain/yaml-node.ts';
import { parseDocument } from '../../../src/yaml/document.ts';

test.each([
  ['1', true],
  ['{ a: [1, text, ~, { b: true }] }', true],
  ['.inf', false],
  ['{ a: [1, { b: .nan }] }', false],
  ['{ 1: a }', false],
  ['{ a: [{ true: a }] }', false],
])('a setting `%s`: %s', (text, expected) => {
  const document = parseDocument(`plugins: { configs: { p: { x: ${text} } } }`) as FileDocument;
  const { plugins } = decode(document, loadCatalog('legacy'), false).content;
  expect(isEncodable(plugins ?? null)).toBe(expected);
});
