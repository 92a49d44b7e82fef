// The recorded behaviour of the real gateway as a witness: every key it was started with or showed is in the catalog.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { loadCatalog } from '../../../src/gateway/catalog/catalog.ts';
import type { Field } from '../../../src/gateway/catalog/field.ts';
import { isList, isTree, type Value } from '../../../src/lib/value.ts';

const CASES = resolve(import.meta.dirname, '../../contract/v0/cases');

interface Recorded {
  readonly start: { readonly 'config.yaml'?: string };
  readonly steps: readonly {
    readonly request?: { readonly path?: string; readonly method?: string };
    readonly response?: { readonly status?: number; readonly body?: Value };
  }[];
}

const cases = readdirSync(CASES).map(
  (file) => [file, JSON.parse(readFileSync(join(CASES, file), 'utf8')) as Recorded] as const,
);
const catalog = loadCatalog('legacy');

/** Keys the cases use to show what happens to keys that no gateway knows, or knew once. */
const DELIBERATE = new Set<string>([
  'x-top',
  'x-unknown',
  'routing.x-inner',
  'plugins.x-plug',
  'claude-api-key[*].x-entry',
  'claude-api-key[*].models[*].x-model',
  'claude-api-key[*].cloak.x-cloak',
  'claude-api-key[*].models[*].thinking.x-think',
  'oauth-model-alias.*[*].x-alias',
  'payload.override[*].x-r',
  'payload.override[*].models[*].x-rule',
  'auth',
  'amp-upstream-url',
  'ampcode',
  'generative-language-api-key',
  'openai-compatibility[*].api-keys',
]);

/** Patterns of keys in `value` that the catalog does not know. `name` gives a field its name there. */
function strangers(value: Value, field: Field, name: (member: Field) => string): string[] {
  if (isList(value)) return value.flatMap((item) => (field.item ? strangers(item, field.item, name) : []));
  if (!isTree(value) || (!field.fields && !field.value)) return [];
  const known = new Map([...(field.fields?.values() ?? [])].map((member) => [name(member), member]));
  return Object.entries(value).flatMap(([key, member]) => {
    const below = known.get(key) ?? field.value;
    if (below) return strangers(member, below, name);
    return field.kind === 'any' ? [] : [`${field.pattern}.${key}`.replace(/^\./, '')];
  });
}

function startConfigs(): Value[] {
  return cases.flatMap(([, recorded]) => {
    try {
      return [parse(recorded.start['config.yaml'] ?? '', { merge: true, logLevel: 'silent' }) as Value];
    } catch {
      return [];
    }
  });
}

function shownConfigs(): Value[] {
  return cases.flatMap(([, recorded]) =>
    recorded.steps
      .filter((step) => step.request?.method === 'GET' && step.request.path === '/v0/management/config')
      .map((step) => (step.response?.status === 200 ? step.response.body : undefined))
      .filter((body) => isTree(body)),
  );
}

describe('the recorded cases', () => {
  test('start with keys that the catalog knows, but for deliberate strangers', () => {
    const found = new Set(
      startConfigs().flatMap((config) => strangers(config, catalog.root, (field) => field.name)),
    );
    expect([...found].filter((key) => !DELIBERATE.has(key)).toSorted()).toEqual([]);
    expect([...DELIBERATE].filter((key) => !found.has(key))).toEqual([]);
  });

  test('show nothing in GET /config that the catalog does not know', () => {
    const shown = shownConfigs();
    expect(shown.length).toBeGreaterThan(100);
    expect([...new Set(shown.flatMap((body) => strangers(body, catalog.root, (f) => f.jsonName)))]).toEqual(
      [],
    );
  });

  test('show nothing that the catalog calls hidden', () => {
    const hidden = (value: Value, field: Field): string[] => {
      if (isList(value)) return value.flatMap((item) => (field.item ? hidden(item, field.item) : []));
      if (!isTree(value)) return [];
      return [...(field.fields?.values() ?? [])]
        .filter((member) => Object.hasOwn(value, member.jsonName))
        .flatMap((member) =>
          member.visible === 'json' ? hidden(value[member.jsonName] ?? null, member) : [member.pattern],
        );
    };
    expect(shownConfigs().flatMap((body) => hidden(body, catalog.root))).toEqual([]);
  });

  test('always show what the catalog says is always there', () => {
    const missing = (value: Value, field: Field): string[] => {
      if (isList(value)) return value.flatMap((item) => (field.item ? missing(item, field.item) : []));
      if (!isTree(value)) return [];
      if (field.value) return Object.values(value).flatMap((each) => missing(each, field.value as Field));
      return [...(field.fields?.values() ?? [])]
        .filter((member) => member.visible === 'json')
        .flatMap((member) => {
          const shown = value[member.jsonName];
          if (shown !== undefined) return missing(shown, member);
          return member.omitEmpty ? [] : [member.pattern];
        });
    };
    const keys = 40; // a transcript may have picked single members
    const whole = shownConfigs().filter((body) => isTree(body) && Object.keys(body).length > keys);
    expect(whole.length).toBeGreaterThan(1);
    expect([...new Set(whole.flatMap((body) => missing(body, catalog.root)))]).toEqual([]);
  });

  test('show the defaults of the catalog for a file that sets nothing', () => {
    const [, empty] = cases.find(([file]) => file === 'v0-read-empty-config.json') ?? [];
    const body = empty?.steps.find((step) => step.request?.path === '/v0/management/config')?.response?.body;
    if (!isTree(body)) throw new Error('the case has no answer of GET /config');
    const fromCatalog = (field: Field): Value => {
      if (field.kind === 'duration') return nanoseconds(String(field.fallback));
      if (field.fallback !== undefined || !field.fields) return field.fallback ?? null;
      return Object.fromEntries(
        [...field.fields.values()]
          .filter((member) => member.visible === 'json' && !member.omitEmpty)
          .map((member) => [member.jsonName, fromCatalog(member)]),
      );
    };
    expect(body).toEqual(fromCatalog(catalog.root));
  });
});

function nanoseconds(text: string): number {
  const [, amount = '0', unit = 's'] = /^(\d+)(ms|s|m|h)$/.exec(text) ?? [];
  return Number(amount) * { ms: 1e6, s: 1e9, m: 6e10, h: 3.6e12 }[unit as 'ms' | 's' | 'm' | 'h'];
}
