// What the gateway's decoder makes of the nodes of a file, or why it refuses them.
import { describe, expect, test } from '@jest/globals';
import { loadCatalog } from '../../../src/gateway/catalog/catalog.ts';
import { decode } from '../../../src/gateway/model/decode.ts';
import type { Value } from '../../../src/lib/value.ts';
import { parseDocument } from '../../../src/yaml/document.ts';
import { isFailure } from '../../../src/yaml/failure.ts';

const catalog = loadCatalog('legacy');

function decoded(text: string, keepUnknown = true): { content: Value; errors: readonly string[] } {
  const document = parseDocument(text);
  if (isFailure(document)) throw new Error(document.message);
  return decode(document, catalog, keepUnknown);
}

describe('a scalar', () => {
  test.each<[text: string, value: Value]>([
    ['debug: true', { debug: true }],
    ['debug: yes', { debug: true }],
    ['debug: "off"', { debug: false }],
    ['port: 8317.9', { port: 8317 }],
    ['port: 0x10', { port: 16 }],
    ['host: 1.50', { host: '1.50' }],
    ['host: !!binary aGVsbG8=', { host: 'hello' }],
    ['host: ~', {}],
    ['api-keys: ~', { 'api-keys': null }],
    [
      'credential-concurrency: { max-limit: ~, cleanup-interval: ~ }',
      { 'credential-concurrency': { 'max-limit': 0, 'cleanup-interval': '0s' } },
    ],
    ['disable-image-generation: "Chat"', { 'disable-image-generation': 'chat' }],
    ['disable-image-generation: off', { 'disable-image-generation': false }],
    [
      'credential-concurrency: { cleanup-interval: 90s }',
      { 'credential-concurrency': { 'cleanup-interval': '1m30s' } },
    ],
  ])('%s', (text, value) => {
    expect(decoded(text)).toEqual({ content: value, errors: [] });
  });

  test.each([
    ['port: many', 'line 1: cannot unmarshal `many` into integer'],
    ['port: .nan', 'line 1: cannot unmarshal `.nan` into integer'],
    ['port: 9223372036854775808', 'line 1: cannot unmarshal `9223372036854775808` into integer'],
    ['debug: 1', 'line 1: cannot unmarshal `1` into boolean'],
    ['debug: maybe', 'line 1: cannot unmarshal `maybe` into boolean'],
    ['port: [1]', 'line 1: cannot unmarshal a list into integer'],
    ['port: { a: 1 }', 'line 1: cannot unmarshal a mapping into integer'],
    ['api-keys: { a: 1 }', 'line 1: cannot unmarshal a mapping into list'],
    ['disable-image-generation: [chat]', 'line 1: cannot unmarshal a list into any'],
    ['disable-image-generation: { a: 1 }', 'line 1: cannot unmarshal a mapping into any'],
    ['disable-image-generation: never', 'line 1: cannot unmarshal `never` into any'],
    ['credential-concurrency: { cleanup-interval: 90 }', 'line 1: cannot unmarshal `90` into duration'],
    ['host: a\nport: 1\nport: 2', 'line 3: mapping key "port" already defined'],
    ['plugins: &p { configs: { a: *p } }', "line 1: anchor 'p' value contains itself"],
    ['<<: [text]', 'line 1: map merge requires map or sequence of maps as the value'],
  ])('is refused: %s', (text, error) => {
    expect(decoded(text).errors).toEqual([error]);
  });
});

test('a document is refused each time that it is decoded', () => {
  const document = parseDocument('remote-management: { allow-remote: 5 }');
  if (isFailure(document)) throw new Error(document.message);
  const errors = ['line 1: cannot unmarshal `5` into boolean'];
  expect(decode(document, catalog, true).errors).toEqual(errors);
  expect(decode(document, catalog, true).errors).toEqual(errors);
});

test('what an alias stands for is looked up again in the next version of a document', () => {
  const versions = ['one', 'two'].map((text) => parseDocument(`host: &h ${text}\napi-keys: [*h]`));
  const [first, second] = versions.map((each) => (isFailure(each) ? undefined : each));
  if (first?.root?.kind !== 'map' || second?.root?.kind !== 'map') throw new Error('no mapping');
  const [host] = second.root.pairs;
  const [, keys] = first.root.pairs;
  if (!host || !keys) throw new Error('a pair is missing');
  expect(decode(first, catalog, true).content['api-keys']).toEqual(['one']);
  const next = { ...second, root: { ...second.root, pairs: [host, keys] } };
  expect(decode(next, catalog, true).content['api-keys']).toEqual(['two']);
});

describe('a mapping', () => {
  test.each<[what: string, text: string, value: Value]>([
    ['own keys before merged ones', 'a: &a { port: 1, host: x }\n<<: *a\nport: 2', { port: 2, host: 'x' }],
    [
      'the first of several merged mappings wins',
      'a: &a { port: 1 }\nb: &b { port: 2, host: x }\n<<: [*a, *b]',
      { port: 1, host: 'x' },
    ],
    ['a quoted `<<` is a name', '"<<": { port: 1 }\nhost: x', { '<<': { port: 1 }, host: 'x' }],
    ['an alias', 'host: &h x\nproxy-url: *h', { host: 'x', 'proxy-url': 'x' }],
    ['a null key is skipped', '~: 1\nhost: x', { host: 'x' }],
    [
      'the former name of a setting has the opposite meaning',
      'codex: { live-media-relay: { allow-private-remote-ips: true } }',
      {
        codex: {
          'live-media-relay': { 'allow-private-remote-ips': true, 'disable-private-remote-ips': false },
        },
      },
    ],
  ])('%s', (_, text, value) => {
    const { content, errors } = decoded(text);
    expect({ content: { ...(content as object), a: undefined, b: undefined }, errors }).toEqual({
      content: value,
      errors: [],
    });
  });

  test('keeps what the catalog does not know only where that is asked for', () => {
    const text = 'strange: { a: [1, ~] }\nport: 1';
    expect(decoded(text, true).content).toEqual({ strange: { a: [1, null] }, port: 1 });
    expect(decoded(text, false).content).toEqual({ port: 1 });
  });

  test('refuses nothing in what the catalog does not know', () => {
    expect(decoded('strange: { a: 1, a: 2 }\nport: 1')).toEqual({
      content: { strange: null, port: 1 },
      errors: [],
    });
  });

  test('has a member of the name `__proto__`', () => {
    const { content } = decoded('strange: { __proto__: 1 }');
    expect(JSON.stringify(content)).toBe('{"strange":{"__proto__":1}}');
  });
});

test('aliases that expand without limit are refused', () => {
  const level = (n: number): string =>
    `a${n}: &a${n} [${Array.from({ length: 10 }, () => `*a${n - 1}`).join(', ')}]\n`;
  const text = `a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n${[1, 2, 3, 4, 5, 6].map(level).join('')}`;
  expect(decoded(`plugins: { configs: { p: { a: 1 } } }\n${text}`).content).toBeDefined();
  const { errors } = decoded(`plugins:\n  configs:\n    p:\n${text.replaceAll(/^/gm, '      ').trimEnd()}\n`);
  expect(errors[0]).toBe('document contains excessive aliasing');
});
