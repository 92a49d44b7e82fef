// The documents that are measured, generated from nothing but a number: a gateway with many upstream keys, and a desired
// state of it that changes a few.
import { createHash } from 'node:crypto';
import { stringify } from 'yaml';
import { secretTexts } from '../src/desired/read/secret-locations.ts';
import { loadCatalog } from '../src/gateway/catalog/catalog.ts';
import { V7 } from '../src/gateway/dialect.ts';
import { parseDocument } from '../src/yaml/document.ts';
import { fromJson, toJson } from '../src/gateway/model/json.ts';
import { load } from '../src/gateway/model/load.ts';
import type { Desired } from '../src/domain/desired.ts';
import type { Live } from '../src/domain/live.ts';
import type { Position } from '../src/domain/problem/problem.ts';
import { seal } from '../src/domain/secret.ts';
import type { Target } from '../src/domain/target.ts';
import { isList, isTree, type Tree, type Value } from '../src/lib/value.ts';
import type { PlanInput } from '../src/plan/types/input.ts';
import { isFailure } from '../src/yaml/failure.ts';

export const catalog = loadCatalog('legacy');
const NOW = Date.UTC(2026, 0, 1);

/** `count` upstream keys of ten providers and one family, as a reseller has them. */
export function gatewayWith(count: number): Tree {
  const keys = Array.from({ length: count }, (_, i) => `sk-test-${String(i).padStart(6, '0')}`);
  const each = Math.ceil(count / 20);
  return {
    host: '127.0.0.1',
    port: 8317,
    'api-keys': ['sk-test-client-1', 'sk-test-client-2'],
    'request-retry': 3,
    'openai-compatibility': Array.from({ length: 10 }, (_, i) => ({
      name: `provider-${i}`,
      'base-url': `https://provider-${i}.example/v1`,
      'api-key-entries': keys.slice(i * each, (i + 1) * each).map((key) => ({ 'api-key': key })),
      models: [{ name: `vendor/model-${i}`, alias: `model-${i}` }],
    })),
    'gemini-api-key': keys
      .slice(10 * each)
      .map((key, i) => ({ 'api-key': key, 'base-url': 'https://gemini.example', priority: i % 7 })),
  };
}

/** The same, ten keys of it changed: priorities of one family, keys of one provider. */
export function withTenChanges(tree: Tree): Tree {
  const changed = structuredClone(tree) as {
    'gemini-api-key': Record<string, Value>[];
    'openai-compatibility': { 'api-key-entries': Record<string, Value>[] }[];
  } & Tree;
  const family = changed['gemini-api-key'];
  const entries = changed['openai-compatibility'][3]!['api-key-entries'];
  for (let i = 0; i < 5; i += 1) {
    family[Math.floor((family.length * (i + 0.5)) / 5)]!['priority'] = 42;
    entries[Math.floor((entries.length * (i + 0.5)) / 5)]!['api-key'] = `sk-test-rotated-${i}`;
  }
  return changed;
}

export const textOf = (tree: Tree): string => stringify(tree);

/** What `makePlan` is given after loading and observing: everything is read and parsed already. */
export function planInput(live: Tree, desired: Tree): PlanInput {
  return {
    target: targetAt('http://127.0.0.1:8317', 'desired-state'),
    desired: desiredOf(desired),
    live: liveOf(textOf(live)),
    dialect: V7,
    now: NOW,
    state: {},
    hash: (text) => createHash('sha256').update(text).digest('hex'),
    managementSecret: undefined,
    rollbackProbe: 'available',
  };
}

export function targetAt(url: string, desired: string): Target {
  return {
    name: 'home',
    url: new URL(url),
    keys: [seal('mgmt-secret-1')],
    desired: [desired],
    mode: 'apply',
    api: 'auto',
    adopted: true,
    probes: { models: [] },
    policy: {
      ignore: [],
      ownership: [],
      allow: [{ guard: 'literal-secret' }],
      prune: false,
      maxDeletes: { fraction: 0.3 },
      maxReplaces: { fraction: 0.5 },
      unknownKeys: 'refuse',
      comments: 'keep',
      memory: 'optional',
      onFailure: 'quarantine',
      bisectTries: 10,
      freeze: [],
      undeclared: 'report',
    },
    digestKey: seal('mgmt-secret-1'),
  };
}

function liveOf(text: string): Live {
  const document = parseDocument(text);
  if (isFailure(document)) throw new Error(document.message);
  const loaded = load(document, catalog);
  if (!loaded.ok) throw new Error(loaded.message);
  return {
    target: 'home',
    readAt: NOW,
    depth: 'deep',
    api: 'v0',
    build: { version: 'v7.2.140', commit: 'abc1234', buildDate: '2026-11-01', supportsPlugins: true },
    layout: 'legacy',
    memory: seal(fromJson(toJson(loaded.memory, catalog) ?? {}, catalog)),
    file: {
      text: seal(text),
      hash: createHash('sha256').update(text).digest('hex'),
      document: seal(document),
    },
    agreement: { kind: 'agree' },
    findings: [],
    requests: 2,
  };
}

function desiredOf(tree: Tree): Desired {
  const pointers = [...pointersOf(tree, '')];
  return {
    target: 'home',
    layout: 'legacy',
    tree: seal(tree),
    positions: new Map<string, Position>(
      pointers.map((pointer, i) => [pointer, { file: 'main.yaml', line: i + 1, column: 1 }]),
    ),
    references: new Map(
      pointers
        .filter((pointer) => /\/api-keys\/|\/api-key$/.test(pointer))
        .map((pointer) => [pointer, '${lines:keys}'] as const),
    ),
    publicReferences: new Set(),
    secrets: seal(
      secretTexts(tree, { references: new Map(), parts: new Map(), publicReferences: new Set() }, catalog),
    ),
    watched: [],
    revision: { digest: createHash('sha256').update(JSON.stringify(tree)).digest('hex') },
  };
}

function* pointersOf(value: Value, place: string): Generator<string> {
  yield place;
  if (isList(value)) for (const [i, item] of value.entries()) yield* pointersOf(item, `${place}/${i}`);
  if (isTree(value))
    for (const [name, item] of Object.entries(value)) yield* pointersOf(item, `${place}/${name}`);
}
