import { describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { loadCatalog, loadSchema } from '../../../src/gateway/catalog/catalog.ts';
import { ruleOf, RULES } from '../../../src/gateway/catalog/effects.ts';
import type { Field } from '../../../src/gateway/catalog/field.ts';
import { registerKeywords } from '../../../src/gateway/catalog/keywords.ts';
import { fullConfig } from './sample.ts';
import { unusedDefinitions, unusedKeywords, wrongExamples } from './schema-rules.ts';

const schema = loadSchema('legacy');
const catalog = loadCatalog('legacy');
const fields = catalog.all();
const leaves = fields.filter((field) => !field.fields && !field.value && !field.item);

function strictAjv(): Ajv2020 {
  const ajv = new Ajv2020({ strict: true, allErrors: true });
  registerKeywords(ajv);
  return ajv;
}

const ONLY_IN_V8 = ['x-memory-path', 'x-scope', 'x-read-only', 'x-flattened', 'x-effective'];

const patterns = (wrong: readonly Field[]): string[] => wrong.map((field) => field.pattern);

describe('schemas/legacy.schema.json', () => {
  const validate = strictAjv().compile(schema);
  const errors = (value: unknown): string[] => {
    validate(value);
    return (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
  };

  test('compiles in strict mode, its annotations included', () => {
    expect(typeof validate).toBe('function');
  });

  test('accepts a configuration with every key set', () => {
    expect(errors(fullConfig())).toEqual([]);
  });

  test('accepts nothing at all: every key is optional', () => {
    expect(errors({})).toEqual([]);
  });

  test('refuses unknown keys at every level where the gateway would lose them', () => {
    expect(errors({ 'base-url': 'x' })).toHaveLength(1);
    expect(errors({ routing: { stratgy: 'fill-first' } })).toHaveLength(1);
    expect(errors({ 'gemini-api-key': [{ api_key: 'sk-test-0001' }] })).toHaveLength(1);
    expect(errors({ 'claude-api-key': [{ cloak: { strict: true } }] })).toHaveLength(1);
    expect(errors({ plugins: { configs: { any: { thing: 1 } } } })).toEqual([]);
  });

  test.each([
    [{ port: '8317' }],
    [{ debug: 'true' }],
    [{ debug: null }],
    [{ 'request-retry': 1.5 }],
    [{ 'api-keys': [12345] }],
    [{ 'api-keys': 'sk-test-0001' }],
    [{ 'oauth-excluded-models': ['claude'] }],
    [{ 'credential-concurrency': { 'reclaim-grace': 5 } }],
    [{ 'gemini-api-key': [{ weight: 1_000_001 }] }],
    [{ 'gemini-api-key': [{ prefix: 'a/b' }] }],
    [{ 'codex-api-key': [{ headers: { '': 'x' } }] }],
    [{ routing: { strategy: 'fastest' } }],
  ])('refuses %j', (value) => {
    expect(errors(value)).not.toEqual([]);
  });

  test('accepts references where texts have a form, and removal in overlays', () => {
    expect(errors({ routing: { 'session-affinity-ttl': '${env:TTL}' } })).toEqual([]);
    expect(errors({ 'gemini-api-key': [{ prefix: '${file:team/prefix}' }] })).toEqual([]);
    expect(errors({ 'openai-compatibility': [{ name: 'a', $remove: true }] })).toEqual([]);
  });

  test('checks the values of its own keywords', () => {
    const compile = (annotations: object) => () => strictAjv().compile({ type: 'string', ...annotations });
    expect(compile({ 'x-visible': 'json', 'x-route': { kind: 'file' } })).not.toThrow();
    expect(compile({ 'x-visible': 'everywhere' })).toThrow();
    expect(compile({ 'x-route': { kind: 'scalar' } })).toThrow();
    expect(compile({ 'x-restart': false })).toThrow();
    expect(compile({ 'x-since': '7.2' })).toThrow();
    expect(compile({ 'x-normalise': ['Trim it'] })).toThrow();
    expect(compile({ 'x-unheard-of': true })).toThrow();
  });

  test('every definition is used, every keyword too', () => {
    expect(unusedDefinitions(schema)).toEqual([]);
    expect(unusedKeywords(schema)).toEqual(['x-until', ...ONLY_IN_V8]);
  });

  test('examples and defaults are valid themselves', () => {
    expect(wrongExamples(schema, strictAjv())).toEqual([]);
  });
});

describe('the catalog', () => {
  test('is complete: as many keys as the gateway has', () => {
    expect(catalog.root.fields?.size).toBe(56);
    expect(leaves.length).toBeGreaterThan(340);
  });

  test('every field has a description that ends as a sentence', () => {
    const items = (field: Field): boolean => field.name === '[]' && field.kind !== 'struct';
    const wrong = fields.filter((field) => !items(field) && !/[.`]$/.test(field.description));
    expect(patterns(wrong)).toEqual([]);
  });

  test('every leaf has the value that applies if the file has none', () => {
    const silent = leaves.filter(
      (leaf) =>
        leaf.kind !== 'any' &&
        leaf.name !== '[]' &&
        leaf.name !== '*' &&
        !leaf.pointer &&
        leaf.equalsAbsent.length === 0,
    );
    expect(patterns(silent)).toEqual([]);
  });

  test('every leaf has a place to be read and a way to be written', () => {
    const wrong = leaves.filter((leaf) => !['json', 'yaml'].includes(leaf.visible));
    expect(patterns(wrong)).toEqual([]);
    const homeless = leaves.filter((leaf) => {
      let owner: Field | undefined = leaf;
      while (owner?.route.kind === 'within') owner = owner.parent;
      return owner === undefined;
    });
    expect(patterns(homeless)).toEqual([]);
  });

  test('every list has the meaning of its order, and keyed ones how entries are matched', () => {
    const lists = fields.filter((field) => field.kind === 'list');
    expect(patterns(lists.filter((list) => !list.collection))).toEqual([]);
    expect(
      patterns(lists.filter((list) => (list.collection === 'keyed') !== list.identity.length > 0)),
    ).toEqual([]);
    const strangers = lists.filter((list) =>
      [...list.identity, ...list.saverIdentity].some((name) => !list.item?.fields?.has(name)),
    );
    expect(patterns(strangers)).toEqual([]);
  });

  test('lists of entries say by what the saver matches them (C v0 §6.2 rule S)', () => {
    const PRIORITY = ['id', 'name', 'alias', 'api-key', 'api_key', 'apikey', 'key', 'provider', 'model'];
    const lists = fields.filter((field) => field.kind === 'list' && field.item?.fields);
    const wrong = lists.filter((list) => {
      const usual = PRIORITY.filter((name) => list.item?.fields?.has(name));
      return usual.length > 0 && usual.join() !== list.saverIdentity.join();
    });
    expect(patterns(wrong)).toEqual([]);
  });

  test('uses only rules that have a description', () => {
    const unknown = fields.flatMap((field) =>
      field.normalise.filter((rule) => !RULES.includes(ruleOf(rule).name)),
    );
    expect(unknown).toEqual([]);
  });

  test('rules about members name members', () => {
    const strangers = fields.flatMap((field) =>
      field.normalise
        .map(ruleOf)
        .filter(({ name }) => /^(drop-if-|dedupe)/.test(name) && name !== 'drop-blank')
        .flatMap(({ argument }) => argument.replace(/:-?\d+$/, '').split(/[,+]/))
        .filter((member) => member !== '' && !field.item?.fields?.has(member)),
    );
    expect(strangers).toEqual([]);
  });

  test('a value that applies without a key equals its absence', () => {
    const wrong = fields.filter(
      ({ fallback, equalsAbsent }) =>
        fallback !== undefined &&
        typeof fallback !== 'object' &&
        !equalsAbsent.some((value) => value === fallback),
    );
    expect(patterns(wrong)).toEqual([]);
    expect(catalog.at(['ws-auth'])?.equalsAbsent).toEqual([true]);
    expect(catalog.at(['error-logs-max-files'])?.equalsAbsent).toEqual([10]);
    expect(catalog.at(['routing', 'strategy'])?.equalsAbsent).toEqual(['', 'round-robin']);
    expect(catalog.at(['gemini-api-key', 'x', 'weight'])?.equalsAbsent).toEqual([]);
  });

  test('pointer fields are the ones the gateway keeps apart from zero', () => {
    const own = new Set(fields.filter((field) => field.pointer).map((field) => field.name));
    expect([...own].toSorted()).toEqual([
      'antigravity-signature-bypass-strict',
      'antigravity-signature-cache-enabled',
      'cache-user-id',
      'cloak',
      'disable-cooling',
      'request-retry',
      'stabilize-device-profile',
      'thinking',
      'weight',
    ]);
  });

  test('walks down by plain names', () => {
    expect(catalog.at(['openai-compatibility', 'openrouter', 'models', 'kimi', 'alias'])?.pattern).toBe(
      'openai-compatibility[*].models[*].alias',
    );
    expect(catalog.at(['oauth-model-alias', 'claude', 'sonnet', 'fork'])?.pattern).toBe(
      'oauth-model-alias.*[*].fork',
    );
    expect(catalog.at(['plugins', 'configs', 'a.b', 'enabled'])?.kind).toBe('boolean');
    expect(catalog.at(['plugins', 'configs', 'a.b', 'deep', 'er'])?.pattern).toBe('plugins.configs.*');
    expect(catalog.at(['payload', 'override', '0', 'params', 'x.y'])?.kind).toBe('any');
    expect(catalog.at(['debug', 'more'])).toBeUndefined();
    expect(catalog.at(['openai-compatibility', 'x', 'api-keys'])).toBeUndefined();
    expect(catalog.at([])).toBe(catalog.root);
  });
});
