// The catalog of the v8 tree: complete, annotated, and in agreement with what was recorded on a v8 gateway.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { loadCatalog, loadSchema } from '../../../src/gateway/catalog/catalog.ts';
import { ruleOf, RULES } from '../../../src/gateway/catalog/effects.ts';
import { explain } from '../../../src/gateway/explain/explain.ts';
import type { Field } from '../../../src/gateway/catalog/field.ts';
import { registerKeywords } from '../../../src/gateway/catalog/keywords.ts';
import { layoutTable } from '../../../src/gateway/layout/table.ts';
import { translate } from '../../../src/gateway/layout/translate.ts';
import { isList, isTree, type Tree, type Value } from '../../../src/lib/value.ts';
import { unusedDefinitions, unusedKeywords, wrongExamples } from './schema-rules.ts';

const schema = loadSchema('v8');
const catalog = loadCatalog('v8');
const legacy = loadCatalog('legacy');
const fields = catalog.all();
const leaves = fields.filter((field) => !field.fields && !field.value && !field.item);
const patterns = (wrong: readonly Field[]): string[] => wrong.map((field) => field.pattern);

function strictAjv(): Ajv2020 {
  const ajv = new Ajv2020({ strict: true, strictTypes: false, allErrors: true });
  registerKeywords(ajv);
  return ajv;
}

describe('schemas/v8.schema.json', () => {
  const validate = strictAjv().compile(schema);
  const errors = (value: unknown): string[] => {
    validate(value);
    return (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
  };

  test('accepts nothing at all: every key is optional', () => {
    expect(errors({})).toEqual([]);
    expect(errors({ 'config-version': 8 })).toEqual([]);
  });

  test.each([
    [{ port: 8317 }],
    [{ server: { port: '8317' } }],
    [{ 'config-version': 7 }],
    [{ server: null }],
    [{ 'api-keys': ['sk-test-0001'] }],
    [{ 'api-keys': { codex: [{ 'base-url': 'https://c.example' }] } }],
    [{ 'api-keys': { codex: [{ keys: [{ 'base-url': 'https://c.example' }] }] } }],
    [{ 'api-keys': { codex: [{ keys: [{ weight: null }] }] } }],
    [{ 'api-keys': { codex: [{ websockets: true, keys: [] }] } }],
    [{ 'api-keys': { codex: [{ keys: [{ name: 'a' }] }] } }],
    [{ 'api-keys': { vertex: [{ 'request-scoped-errors': [], keys: [] }] } }],
    [{ 'api-keys': { copilot: [] } }],
    [{ 'api-keys': { 'openai-compatibility': [{ name: 'a', 'api-key-entries': [], keys: [] }] } }],
    [{ models: { catalog: 'ftp://a.example' } }],
    [{ server: { 'trusted-proxies': ['anywhere'] } }],
    [{ oauth: { providers: { codex: { 'identity-confuse': true } } } }],
    [{ 'bogus-section': {} }],
  ])('refuses %j', (value) => {
    expect(errors(value)).not.toEqual([]);
  });

  test('takes null where it means inheritance, in keys alone', () => {
    const of = (group: Tree, key: Tree): Tree => ({ 'api-keys': { codex: [{ ...group, keys: [key] }] } });
    const family = layoutTable().families.find(({ v8 }) => v8 === 'api-keys.codex');
    for (const name of family?.form === 'groups' ? family.shared : []) {
      expect(errors(of({}, { [name]: null }))).toEqual([]);
      expect(errors(of({ [name]: null }, {}))).not.toEqual([]);
    }
  });

  test('every definition is used, and so is every keyword that is not of v0 routes or old names', () => {
    expect(unusedDefinitions(schema)).toEqual([]);
    expect(unusedKeywords(schema)).toEqual(['x-until']);
  });

  test('examples and defaults are valid themselves', () => {
    expect(wrongExamples(schema, strictAjv())).toEqual([]);
  });
});

describe('the catalog of v8', () => {
  test('has the roots of the contract', () => {
    expect([...(catalog.root.fields?.keys() ?? [])].toSorted()).toEqual(
      'access api-keys client config-version credentials management models multimedia oauth observability plugins quota-exceeded requests routing server upstream'.split(
        ' ',
      ),
    );
  });

  test('every field has a description that ends as a sentence', () => {
    const items = (field: Field): boolean => field.name === '[]' && field.kind !== 'struct';
    expect(patterns(fields.filter((field) => !items(field) && !/[.`]$/.test(field.description)))).toEqual([]);
  });

  test('every leaf has the value that applies if the file has none', () => {
    const silent = leaves.filter(
      ({ kind, name, pointer, inherits, equalsAbsent }) =>
        kind !== 'any' && name !== '[]' && name !== '*' && !pointer && !inherits && equalsAbsent.length === 0,
    );
    expect(patterns(silent)).toEqual([]);
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

  test('uses only rules that have a description', () => {
    const rules = fields.flatMap((field) => [...field.normalise, ...(field.effective?.normalise ?? [])]);
    expect(rules.filter((rule) => !RULES.includes(ruleOf(rule).name))).toEqual([]);
  });

  test('everything has its own path, what is inside lists is written with the list', () => {
    const wrong = fields.filter(
      ({ route, pattern }) => route.kind !== (pattern.includes('[*]') ? 'within' : 'tree'),
    );
    expect(patterns(wrong)).toEqual([]);
  });

  test('read-only are the version and the revisions that Home owns', () => {
    expect(patterns(fields.filter((field) => field.readOnly))).toEqual([
      'config-version',
      'credentials.concurrency.lifecycle-config-revision',
      'credentials.concurrency.observation-barrier-revision',
      'plugins.auth-revision',
    ]);
  });

  test('marks what is newer than v8.0.0, and what then began to apply to API keys', () => {
    const since = new Map(fields.map((field) => [field.pattern, field.since]));
    expect(since.get('server.github-token')).toBe('v8.0.19');
    expect(since.get('models.catalog')).toBe('v8.0.14');
    expect(since.get('client.codex.enable-apply-patch')).toBe('v8.0.14');
    expect(since.get('upstream.codex.response-steering')).toBe('v8.0.11');
    expect(since.get('oauth.providers.aistudio.ws-auth')).toBeUndefined();
    for (const row of layoutTable().rows)
      if (row.v8 !== undefined && row.since !== 'v8.0.0')
        expect([row.v8, since.get(row.v8)]).toEqual([row.v8, row.since]);
    const upstream = catalog.at(['upstream', 'claude', 'model-level-cooling']);
    expect(upstream?.scope).toEqual([
      { since: 'v8.0.0', reaches: 'oauth' },
      { since: 'v8.0.11', reaches: 'all' },
    ]);
    const historical = layoutTable().rows.filter(({ historical, v8 }) => historical.length > 0 && v8);
    const narrow = historical.filter(({ v8 = '' }) => catalog.at(v8.split('.'))?.scope?.length !== 2);
    expect(narrow).toEqual([]);
  });

  test('secrets of the flat layout are secrets here', () => {
    const here = new Set(fields.filter(({ secret }) => secret).flatMap(({ memoryPath }) => memoryPath ?? []));
    const lost = legacy.all().filter(({ secret, pattern }) => secret && !here.has(pattern));
    expect(patterns(lost)).toEqual([]);
    expect(catalog.at(['server', 'github-token'])?.secret).toBe(true);
    expect(catalog.at(['server', 'port'])?.danger).toBe('self-lockout');
    expect(catalog.at(['access', 'api-keys'])?.danger).toBe('open-gateway');
  });

  test('what both layouts know is described alike', () => {
    const facts = ({ kind, secret, pointer, omitEmpty, normalise, fallback, visible }: Field): object => ({
      kind,
      secret,
      pointer,
      omitEmpty,
      normalise,
      fallback,
      visible,
    });
    const wrong = leaves.flatMap((field) => {
      const flat =
        field.memoryPath === undefined
          ? undefined
          : legacy.at(field.memoryPath.replaceAll('[*]', '.[]').split('.'));
      if (!flat || flat.fields) return [];
      return JSON.stringify(facts(field)) === JSON.stringify(facts(flat)) ? [] : [field.pattern];
    });
    expect(wrong).toEqual([]);
  });

  test('explains every key', () => {
    for (const { pattern } of fields.filter((each) => each.pattern !== ''))
      expect([pattern, explain(catalog, pattern).writing.request !== '']).toEqual([pattern, true]);
  });
});

interface Recorded {
  readonly start: { readonly 'config.yaml'?: string };
  readonly final?: { readonly 'config.yaml'?: string };
  readonly steps: readonly {
    readonly request?: { readonly path?: string; readonly method?: string };
    readonly response?: { readonly status?: number; readonly body?: Value };
  }[];
}

const CASES = resolve(import.meta.dirname, '../../contract/v8/cases');
const cases = readdirSync(CASES).map(
  (file) => [file, JSON.parse(readFileSync(join(CASES, file), 'utf8')) as Recorded] as const,
);

/** What a case shows about keys that no gateway knows, or about files that are broken on purpose. */
const DELIBERATE = new Set<string>([
  'api-keys.vertex[*].models[*].is-compat',
  'auth-dir',
  'client.my-client',
  'credentials.concurrency.my-cc',
  'host',
  'oauth.my-oauth',
  'plugins.my-plugins',
  'port',
  'request-retry',
  'routing.retry.my-retry',
  'server.three',
  'two',
  'upstream.codex.my-codex',
]);

function strangers(value: Value, field: Field): string[] {
  if (isList(value)) return value.flatMap((item) => (field.item ? strangers(item, field.item) : []));
  if (!isTree(value) || (!field.fields && !field.value)) return [];
  return Object.entries(value).flatMap(([key, member]) => {
    const below = field.fields?.get(key) ?? field.value;
    if (below) return strangers(member, below);
    return field.kind === 'any' ? [] : [`${field.pattern}.${key}`.replace(/^\./, '')];
  });
}

function read(text: string | undefined): Tree {
  try {
    const value = parse(text ?? '', { merge: true, logLevel: 'silent' }) as Value;
    return isTree(value) ? value : {};
  } catch {
    return {};
  }
}

describe('the recorded cases', () => {
  test('end with keys that the catalog knows, wherever the file is in the layout of v8', () => {
    const found = cases.flatMap(([, { start, final }]) =>
      [start, final]
        .map((texts) => read(texts?.['config.yaml']))
        .filter((tree) => tree['config-version'] === 8)
        .flatMap((tree) => strangers(tree, catalog.root)),
    );
    expect([...new Set(found)].filter((key) => !DELIBERATE.has(key)).toSorted()).toEqual([]);
  });

  test('memory shows what the catalog says, at the same path', () => {
    const [, recorded] = cases.find(([file]) => file === 'v8-migrate-all-leaves.json') ?? [];
    const memory = recorded?.steps.find(({ request }) => request?.path === '/v0/management/config')?.response
      ?.body;
    const held = translate(read(recorded?.start['config.yaml']), 'legacy', 'v8').tree;
    if (!memory) throw new Error('the case shows no memory');
    const at = (tree: Value, path: string): Value | undefined =>
      path
        .split('.')
        .reduce<Value | undefined>((value, name) => (isTree(value) ? value[name] : undefined), tree);
    const plain = leaves.filter(({ pattern, kind }) => !/[*]/.test(pattern) && kind !== 'duration');
    const declared = plain.filter(
      ({ pattern }) => at(held, pattern) !== undefined && pattern !== 'config-version',
    );
    expect(declared.length).toBeGreaterThan(90);
    for (const { pattern, memoryPath = '', visible } of declared) {
      const shown = at(memory, memoryPath);
      expect([pattern, shown]).toEqual([pattern, visible === 'json' ? at(held, pattern) : undefined]);
    }
  });
});
