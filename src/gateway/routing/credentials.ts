// The upstream credentials of a configuration as the running gateway keeps them: which models each one offers, under
// which names, and what decides its turn. Measured on v7.2.140, and proved there by test/judge/routing. Pure.
import { createHash } from 'node:crypto';
import { isTree, listOf, type Tree, type Value } from '../../lib/value.ts';
import { wildcards } from '../../lib/wildcard.ts';

export interface Credential {
  /** The list of the flat layout that it comes from; `auth-files` for accounts. */
  readonly family: string;
  /** Steps from the root of the flat configuration to its entry, and to its key where the entry has several. */
  readonly place: readonly (string | number)[];
  /** The gateway's name for the upstream: `claude`, `openai-compatible-kimi`. */
  readonly provider: string;
  /** The gateway's ID. Within a priority it decides the order. */
  readonly id: string;
  /** The key; empty for accounts. */
  readonly secret: string;
  readonly baseUrl: string;
  readonly priority: number;
  readonly weight: number;
  /** What clients can ask for, with the names that the upstream is asked for. */
  readonly models: ReadonlyMap<string, readonly string[]>;
  /** Names that its list has more than once, with how often: the gateway counts each of them. */
  readonly repeated: ReadonlyMap<string, number>;
  /** What it would offer if it weren't for a setting. */
  readonly hidden: readonly Hidden[];
  /** It offers the gateway's own list of models, which isn't known here. */
  readonly offersUnknown: boolean;
  /** Of an account from a credential file. */
  readonly account?: AccountState;
}

export interface AccountState {
  /** The name of the file. */
  readonly name: string;
  /**
   * `unavailable`: the gateway skips it, for every model or only for those that failed; it doesn't tell which.
   * `error`: the last request of some model failed.
   */
  readonly state: 'ok' | 'disabled' | 'unavailable' | 'error';
  /** ISO 8601: until then it is unavailable. */
  readonly until?: string;
}

export interface Hidden {
  readonly model: string;
  readonly why: 'disabled' | 'excluded' | 'prefix' | 'not-listed';
  /** The pattern that excludes it, the name with its prefix, or the name of what is disabled or doesn't list it. */
  readonly by: string;
}

/** The gateway's own models by channel, for entries that list none. Undefined: not known. */
export type BuiltInModels = (channel: string) => readonly string[] | undefined;

interface Kind {
  readonly family: string;
  readonly provider: string;
  /** What the gateway hashes into the ID beside key, address and proxy. */
  readonly identity: 'with-prefix-and-headers' | 'plain';
  /** Whether an entry without key and address counts. */
  readonly needsKeyOrAddress: boolean;
  /** Whether the gateway takes an entry with this key. */
  readonly takes?: (key: string) => boolean;
}

const KINDS: readonly Kind[] = [
  ['gemini-api-key', 'gemini'],
  ['interactions-api-key', 'gemini-interactions'],
  ['claude-api-key', 'claude'],
  ['codex-api-key', 'codex'],
  ['xai-api-key', 'xai'],
].map(([family = '', provider = '']) => ({
  family,
  provider,
  identity: 'with-prefix-and-headers',
  needsKeyOrAddress: true,
}));

/** Of v8, whose gateway ignores an entry without a key, and keys that begin with `dca:`. */
const META: Kind = {
  family: 'meta-api-key',
  provider: 'meta',
  identity: 'with-prefix-and-headers',
  needsKeyOrAddress: true,
  takes: (key) => key !== '' && !key.startsWith('dca:'),
};

const FIRST: readonly Kind[] = [...KINDS, META];

const VERTEX: Kind = {
  family: 'vertex-api-key',
  provider: 'vertex',
  identity: 'plain',
  needsKeyOrAddress: false,
};

/** `memory`: as `GET /v0/management/config` shows it, secrets included. */
export function credentialsIn(memory: Tree, builtIn: BuiltInModels): readonly Credential[] {
  const next = idMaker();
  const forcesPrefix = memory['force-model-prefix'] === true;
  const context = { next, forcesPrefix, builtIn };
  return [
    ...FIRST.flatMap((kind) => entriesOf(memory, kind, context)),
    ...compatible(memory, context),
    ...entriesOf(memory, VERTEX, context),
  ];
}

/** Channels whose own models an entry of this configuration offers. */
export function channelsWithoutModels(memory: Tree): readonly string[] {
  return [...FIRST, VERTEX]
    .filter(({ family }) =>
      listOf(memory[family]).some((entry) => isTree(entry) && listOf(entry['models']).length === 0),
    )
    .map(({ provider }) => provider);
}

interface Context {
  readonly next: (kind: string, ...parts: readonly string[]) => string;
  readonly forcesPrefix: boolean;
  readonly builtIn: BuiltInModels;
}

function entriesOf(memory: Tree, kind: Kind, context: Context): Credential[] {
  const { family, provider, identity, needsKeyOrAddress, takes = () => true } = kind;
  return listOf(memory[family]).flatMap((entry, i) => {
    if (!isTree(entry)) return [];
    const [secret, baseUrl, proxy, prefix] = texts(entry, 'api-key', 'base-url', 'proxy-url', 'prefix');
    if ((needsKeyOrAddress && secret === '' && baseUrl === '') || !takes(secret)) return [];
    const own = identity === 'plain' ? [] : [prefix, sortedHeaders(entry['headers'])];
    const id = context.next(`${provider}:apikey`, secret, baseUrl, proxy, ...own);
    const listed = listOf(entry['models']);
    const named = listed.length > 0 ? namesOf(listed) : builtInNames(context.builtIn(provider));
    return {
      family,
      place: [family, i],
      provider,
      id,
      secret,
      baseUrl,
      ...turnOf(entry, entry['weight']),
      ...offer(named ?? new Map(), { prefix, excluded: listOf(entry['excluded-models']), context }),
      repeated: NONE,
      offersUnknown: named === undefined,
    };
  });
}

/** One credential for each key of a provider, or one without a key. */
function compatible(memory: Tree, context: Context): Credential[] {
  const family = 'openai-compatibility';
  return listOf(memory[family]).flatMap((entry, i) => {
    if (!isTree(entry)) return [];
    const [name, baseUrl, prefix] = texts(entry, 'name', 'base-url', 'prefix');
    const lower = name.toLowerCase() || family;
    const provider =
      lower === family || lower.startsWith('openai-compatible-') ? lower : `openai-compatible-${lower}`;
    const disabled = entry['disabled'] === true;
    const named = poolsOf(listOf(entry['models']));
    const { models, hidden } = offer(named, { prefix, excluded: [], context });
    const shared = {
      family,
      provider,
      baseUrl,
      repeated: prefix === '' ? repeatedIn(listOf(entry['models'])) : NONE,
      models: disabled ? new Map<string, readonly string[]>() : models,
      hidden: disabled
        ? [...models.keys()].map((model) => ({ model, why: 'disabled' as const, by: name }))
        : hidden,
      offersUnknown: false,
    };
    const keys = listOf(entry['api-key-entries']).filter(isTree);
    if (keys.length === 0) {
      const id = disabled ? '' : context.next(`${family}:${lower}`, baseUrl);
      return [{ ...shared, place: [family, i], id, secret: '', ...turnOf(entry, undefined) }];
    }
    return keys.map((key, j) => {
      const [secret, proxy] = texts(key, 'api-key', 'proxy-url');
      const id = disabled ? '' : context.next(`${family}:${lower}`, secret, baseUrl, proxy);
      return {
        ...shared,
        place: [family, i, 'api-key-entries', j],
        id,
        secret,
        ...turnOf(entry, key['weight']),
      };
    });
  });
}

function turnOf(entry: Tree, weight: Value | undefined): Pick<Credential, 'priority' | 'weight'> {
  const { priority } = entry;
  return {
    priority: typeof priority === 'number' ? priority : 0,
    weight: typeof weight === 'number' ? weight : 1,
  };
}

interface Model {
  readonly name: string;
  readonly alias: string;
}

const modelsIn = (models: readonly Value[]): readonly Model[] =>
  models.filter(isTree).map((model) => {
    const [name, alias] = texts(model, 'name', 'alias');
    return { name, alias };
  });

const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** By the name that clients use: the alias, or the upstream's own name. Of names that differ in case the first counts. */
function namesOf(list: readonly Value[]): ReadonlyMap<string, readonly string[]> {
  const models = modelsIn(list);
  const known = new Set<string>();
  const named = new Map<string, readonly string[]>();
  for (const { name, alias } of models) {
    const offered = alias || name;
    if (offered === '' || known.has(offered.toLowerCase())) continue;
    known.add(offered.toLowerCase());
    named.set(offered, [upstreamOf(offered, models)]);
  }
  return named;
}

/** An alias, or the name behind one, wins over a name without an alias. */
function upstreamOf(offered: string, models: readonly Model[]): string {
  const aliased = models.filter(({ name, alias }) => name !== '' && alias !== '');
  const found =
    aliased.find(({ name, alias }) => sameName(alias, offered) || sameName(name, offered)) ??
    models.find(({ name }) => sameName(name, offered));
  return found?.name || offered;
}

/** In openai-compatibility an alias can have several upstream names, which take turns; names differ by case. */
function poolsOf(list: readonly Value[]): ReadonlyMap<string, readonly string[]> {
  const models = modelsIn(list);
  return new Map(
    models
      .map(({ name, alias }) => alias || name)
      .filter((offered) => offered !== '')
      .map((offered) => [offered, poolOf(offered, models)]),
  );
}

const NONE: ReadonlyMap<string, number> = new Map();

function repeatedIn(list: readonly Value[]): ReadonlyMap<string, number> {
  const names = Map.groupBy(modelsIn(list), ({ name, alias }) => alias || name);
  return new Map([...names].flatMap(([name, same]) => (same.length > 1 ? [[name, same.length]] : [])));
}

function poolOf(offered: string, models: readonly Model[]): readonly string[] {
  const behind = models.filter(({ alias }) => sameName(alias, offered)).map(({ name }) => name || offered);
  const pool = behind.filter((name, i) => behind.findIndex((other) => sameName(other, name)) === i);
  return pool.length > 0 ? pool : [models.find(({ name }) => sameName(name, offered))?.name ?? offered];
}

const builtInNames = (
  models: readonly string[] | undefined,
): ReadonlyMap<string, readonly string[]> | undefined =>
  models && new Map(models.map((name) => [name, [name]]));

interface Offer {
  readonly prefix: string;
  readonly excluded: readonly Value[];
  readonly context: Context;
}

/** Exclusions first, by the name without prefix; then each name with the prefix, and without it unless that is forced. */
function offer(
  named: ReadonlyMap<string, readonly string[]>,
  { prefix, excluded, context }: Offer,
): Pick<Credential, 'models' | 'hidden'> {
  const models = new Map<string, readonly string[]>();
  const hidden: Hidden[] = [];
  const patterns = excluded.map((pattern) => String(pattern).trim().toLowerCase()).filter(Boolean);
  for (const [name, upstream] of named) {
    const by = patterns.find((pattern) => wildcards([pattern]).test(name.toLowerCase()));
    const prefixed = prefix === '' ? name : `${prefix}/${name}`;
    if (by !== undefined) {
      hidden.push({ model: name, why: by === '*' ? 'disabled' : 'excluded', by });
      continue;
    }
    models.set(prefixed, upstream);
    if (prefix === '' || !context.forcesPrefix || prefix === name) models.set(name, upstream);
    else hidden.push({ model: name, why: 'prefix', by: prefixed });
  }
  return { models, hidden };
}

/** The gateway's IDs: a hash of what tells credentials apart, numbered where several are the same. */
function idMaker(): Context['next'] {
  const counts = new Map<string, number>();
  return (kind, ...parts) => {
    const hash = createHash('sha256').update([kind, ...parts.map((part) => part.trim())].join('\0'));
    const id = `${kind}:${hash.digest('hex').slice(0, 12)}`;
    const count = counts.get(id) ?? 0;
    counts.set(id, count + 1);
    return count === 0 ? id : `${id}-${count}`;
  };
}

function sortedHeaders(headers: Value | undefined): string {
  const pairs = Object.entries(isTree(headers) ? headers : {});
  return pairs
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}\0${String(value)}\0`)
    .join('');
}

function texts<N extends readonly string[]>(tree: Tree, ...names: N): { [K in keyof N]: string } {
  // One text for each name.
  return names.map((name) => String(tree[name] ?? '').trim()) as { [K in keyof N]: string };
}
