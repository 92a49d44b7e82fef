// Every key of the catalog that can be changed without losing the gateway, with a value it does not have yet.
import type { Catalog, Field } from '../../src/gateway/catalog/field.ts';
import { isList, isTree, type Tree, type Value } from '../../src/lib/value.ts';

/** The gateway's listener and access, and what it never keeps (C v0 §4.2). */
const KEPT =
  /^(host|port|auth-dir)$|^tls\b|^remote-management\.(secret-key|allow-remote)$|^(xai|meta)-api-key.*alpha-search$/;

/** If a type alone does not determine what a gateway accepts, or what would break the other scenarios. */
const GIVEN: Readonly<Record<string, Value>> = {
  'trusted-proxies': ['10.0.0.0/8'],
  'models.catalog': 'https://models.example/catalog.json',
  'models.codex-catalog': '/etc/codex.json',
  'models.devin-catalog': '/etc/devin.json',
  'disable-image-generation': 'passthrough',
  'video-result-auth-cache-ttl': '4h',
  'gpt-image-2-base-model': 'gpt-5.4',
  'proxy-url': 'socks5://127.0.0.1:1080',
  'redis-usage-queue-retention-seconds': 90,
  'routing.strategy': 'weighted-round-robin',
  'routing.session-affinity-ttl': '3h',
  'antigravity.connection-pool.idle-conn-timeout': '75s',
  'credential-in-flight.snapshot-interval': '1s',
  'credential-in-flight.stale-after': '9s',
  'credential-in-flight.staging-retention': '2m',
  'credential-in-flight.max-part-bytes': 300_000,
  'credential-in-flight.max-part-count': 60,
  'credential-in-flight.max-revision-bytes': 16_000_000,
  'codex.live-media-relay.public-ip': '192.0.2.1',
  'codex.live-media-relay.max-sessions': 20,
  'codex.live-media-relay.udp-port-min': 40_000,
  'codex.live-media-relay.udp-port-max': 40_100,
  'codex.live-media-relay.ice-servers[*].urls': ['stun:stun.example:3478'],
  'payload.default-raw[*].params.*': '{"b":[2]}',
  'payload.override-raw[*].params.*': '[1,2]',
  'pprof.addr': '127.0.0.1:8399',
  'remote-management.panel-github-repository': 'https://example.com/panel',
  'remote-management.disable-control-panel': false,
  'plugins.store-auth[*].type': 'bearer',
  'plugins.configs.*': { mode: 'fast', nested: { list: [1, 'a', { b: false }] } },
};

export interface Leaf {
  /** In the path grammar with `*`. */
  readonly name: string;
  readonly field: Field;
}

/** Checked as a whole as soon as it is on (C v0 §2.4). */
const LAST = 'codex.live-media-relay.enabled';

/** Leaves: scalars, lists and maps of scalars, free-form values. Others write `debug`. */
export function leavesOf(catalog: Catalog): readonly Leaf[] {
  return catalog
    .all()
    .filter((field) => isLeaf(field) && !KEPT.test(flat(field)) && !field.readOnly && flat(field) !== 'debug')
    .toSorted((a, b) => Number(flat(a) === LAST) - Number(flat(b) === LAST))
    .map((field) => ({ name: field.pattern, field }));
}

/** Its place in the flat layout. */
const flat = ({ memoryPath, pattern }: Field): string => memoryPath ?? pattern;

function isLeaf({ kind, item, value, pattern, parent }: Field): boolean {
  if (pattern === '' || kind === 'struct' || parent?.kind === 'list') return false;
  if (kind === 'list') return item?.kind !== 'struct';
  if (kind === 'map') return value?.kind === 'string';
  return parent?.kind !== 'map' || kind === 'any';
}

/** A tree in which this one leaf, of the first entry of each list on the way, has another value. */
export function changed(tree: Tree, { field }: Leaf): Tree {
  return put(tree, trail(field), field) as Tree; // the root stays a mapping
}

/** Fields from below the root down to this one. */
function trail(field: Field): readonly Field[] {
  return field.parent ? [...trail(field.parent), field] : [];
}

function put(value: Value | undefined, [next, ...rest]: readonly Field[], leaf: Field): Value {
  if (!next) return otherValue(leaf, value);
  if (next.parent?.kind === 'list') {
    const items = isList(value) && value.length > 0 ? value : [sample(next)];
    return [put(items[0], rest, leaf), ...items.slice(1)];
  }
  const name = next.parent?.kind === 'map' ? firstName(value) : next.name;
  const tree = isTree(value) ? value : {};
  return { ...tree, [name]: put(tree[name], rest, leaf) };
}

const firstName = (value: Value | undefined): string =>
  isTree(value) ? (Object.keys(value)[0] ?? 'name') : 'name';

/** What an entry must have so that the gateway keeps it. */
function sample({ fields }: Field): Value {
  if (!fields) return 'text';
  const must: Tree = {
    name: 'a-name',
    alias: 'an-alias',
    'api-key': 'sk-test-new',
    'base-url': 'https://new.example',
    status: 429,
    match: fields.get('match')?.kind === 'list' ? ['text'] : 'https://new.example',
    action: 'stop',
    models: [{ name: 'gpt-*' }],
    params: { a: 1 },
    keys: [{ 'api-key': 'sk-test-new' }],
  };
  return Object.fromEntries(Object.entries(must).filter(([name]) => fields.has(name)));
}

let count = 0;

function otherValue(field: Field, before: Value | undefined): Value {
  const given = GIVEN[flat(field)];
  if (given !== undefined) return isTree(given) && isTree(before) ? { ...before, ...given } : given;
  count += 1;
  switch (field.kind) {
    case 'boolean':
      return !(before ?? field.fallback ?? false);
    case 'integer':
    case 'number':
      return 11 + (count % 80);
    case 'duration':
      return `${5 + (count % 40)}s`;
    case 'string':
      return stringFor(field, before);
    case 'list':
      return listFor(field, before);
    case 'map':
      return { ...(isTree(before) ? before : {}), [`X-Name-${count}`]: `value ${count}` };
    default:
      return `value ${count}`;
  }
}

function stringFor(field: Field, before: Value | undefined): Value {
  const choice = field.choices?.find((each) => each !== before && each !== '');
  if (choice !== undefined) return choice;
  if (field.name.endsWith('url') || field.name === 'match') return `https://other-${count}.example`;
  return `text-${count}`;
}

function listFor({ item }: Field, before: Value | undefined): Value {
  const items = isList(before) ? before : [];
  if (item?.kind === 'map') return [...items, { 'a.path': count }];
  const choice = item?.choices?.find((each) => !items.includes(each));
  return [...items, choice ?? `text-${count}`];
}
