import { describe, expect, test } from '@jest/globals';
import { differences, publicPath, sameImage, unexplained } from '../../../src/apply/run/compare.ts';
import { loadCatalog } from '../../../src/gateway/catalog/catalog.ts';
import { formatPath } from '../../../src/domain/path.ts';
import type { Tree } from '../../../src/lib/value.ts';

const catalog = loadCatalog('legacy');
const paths = (a: Tree, b: Tree): string[] => differences(a, b, catalog).map(formatPath);

const provider = (name: string, more: Tree = {}): Tree => ({
  name,
  'base-url': `https://${name}.example`,
  ...more,
});

describe('what two readings differ in', () => {
  test('an unset key and its default are the same', () => {
    expect(paths({}, { debug: false, 'ws-auth': true, 'api-keys': [] })).toEqual([]);
  });

  test('unknown keys count, wherever they are', () => {
    expect(paths({ 'a-future-key': 1 }, {})).toEqual(['a-future-key']);
    expect(paths({ routing: { later: true } }, { routing: {} })).toEqual(['routing.later']);
  });

  test('entries are named by identity, and their members are entered', () => {
    const before = { 'openai-compatibility': [provider('a'), provider('b')] };
    const after = { 'openai-compatibility': [provider('a', { prefix: 'x' }), provider('c')] };
    expect(paths(before, after)).toEqual([
      'openai-compatibility[a].prefix',
      'openai-compatibility[b]',
      'openai-compatibility[c]',
    ]);
  });

  test('an unknown member of an entry that vanished counts', () => {
    const before = { 'openai-compatibility': [provider('a', { later: 1 })] };
    expect(paths(before, { 'openai-compatibility': [provider('a')] })).toEqual([
      'openai-compatibility[a].later',
    ]);
    expect(sameImage(catalog, before, { 'openai-compatibility': [provider('a')] })).toBe(false);
  });

  test('another order of entries is a difference of the list', () => {
    const before = { 'openai-compatibility': [provider('a'), provider('b')] };
    const after = { 'openai-compatibility': [provider('b'), provider('a')] };
    expect(paths(before, after)).toEqual(['openai-compatibility']);
  });
});

describe('a list whose entries have no names', () => {
  const rules = (model: Tree): Tree => ({
    payload: { default: [{ models: [{ name: 'gpt-*', ...model }], params: { temperature: 1 } }] },
  });

  test('is the same when the gateway has written out its empty members', () => {
    expect(paths(rules({}), rules({ protocol: '', headers: {}, match: [], 'not-match': null }))).toEqual([]);
    expect(paths({}, { payload: { default: [], filter: null } })).toEqual([]);
  });

  test('is one difference when a member, an unknown key or the order differs', () => {
    expect(paths(rules({}), rules({ protocol: 'codex' }))).toEqual(['payload.default']);
    expect(paths(rules({ later: '' }), rules({}))).toEqual(['payload.default']);
    const two = (...names: string[]): Tree => ({
      payload: { filter: names.map((name) => ({ models: [{ name }] })) },
    });
    expect(paths(two('a', 'b'), two('b', 'a'))).toEqual(['payload.filter']);
    expect(paths(two('a'), two('a', 'b'))).toEqual(['payload.filter']);
  });
});

describe('what neither prediction nor footprint explains', () => {
  const before = { debug: false, 'request-retry': 1, 'a-future-key': 1 };
  const predicted = { ...before, debug: true };

  test('nothing, when all is as predicted', () => {
    expect(unexplained({ before, predicted, actual: predicted }, [], catalog)).toEqual([]);
  });

  test("a change that did not happen isn't a change by others", () => {
    expect(unexplained({ before, predicted, actual: before }, [], catalog)).toEqual([]);
  });

  test('a change next to it is, unless a footprint covers it', () => {
    const actual = { ...predicted, 'request-retry': 3 };
    expect(unexplained({ before, predicted, actual }, [], catalog).map(formatPath)).toEqual([
      'request-retry',
    ]);
    expect(unexplained({ before, predicted, actual }, ['request-retry'], catalog)).toEqual([]);
  });

  test('an unknown key that vanished is', () => {
    const { 'a-future-key': _, ...actual } = predicted;
    expect(unexplained({ before, predicted, actual }, [], catalog).map(formatPath)).toEqual(['a-future-key']);
  });
});

describe('a path that may be shown', () => {
  const shown = (a: Tree, b: Tree): string[] =>
    differences(a, b, catalog).map((path) => formatPath(publicPath(path, catalog)));

  test('ends before an entry that is named by a key', () => {
    const key = (name: string): Tree => ({ 'api-key': name, 'base-url': '' });
    expect(
      shown({ 'gemini-api-key': [key('sk-test-0001')] }, { 'gemini-api-key': [key('sk-test-0002')] }),
    ).toEqual(['gemini-api-key', 'gemini-api-key']);
    const entries = (name: string): Tree => ({
      'openai-compatibility': [provider('a', { 'api-key-entries': [{ 'api-key': name }] })],
    });
    expect(shown(entries('sk-test-0001'), entries('sk-test-0002'))).toEqual([
      'openai-compatibility[a].api-key-entries',
      'openai-compatibility[a].api-key-entries',
    ]);
  });

  test('names providers and models', () => {
    const model = (alias: string): Tree => ({
      'openai-compatibility': [provider('a', { models: [{ name: 'm', alias }] })],
    });
    expect(shown(model('x'), model('y'))[0]).toContain('openai-compatibility[a].models[');
  });
});
