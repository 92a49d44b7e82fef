// Provider groups of v8 and the flat lists they correspond to, by the gateway's rules: how groups become entries
// before they are decoded, and how entries become groups when a legacy list moves (C v8 §2, §3). Pure.
import type { Family } from '../layout/table.ts';
import {
  copy,
  entryOf,
  isNull,
  keyNamed,
  list,
  type Mapping,
  emptyMap,
  member,
  type Node,
  removePath,
  scalar,
  set,
} from './tree.ts';
import { resolveScalar } from '../../yaml/resolve.ts';

/** The gateway's message about a document that it can't read. */
export class Fault extends Error {}

/**
 * Members of a group that its keys inherit, for every provider; each provider's own type refuses what it doesn't
 * support.
 */
const SHARED: ReadonlySet<string> = new Set([
  'priority',
  'prefix',
  'proxy-url',
  'headers',
  'models',
  'excluded-models',
  'disable-cooling',
  'request-retry',
  'request-scoped-errors',
]);

const INDEXES: ReadonlySet<string> = new Set(['auth_index', 'auth-index']);

/** The flat list that corresponds to the groups of one family. Throws a Fault. */
export function entriesOf(groups: Node, { v8, form }: Family): Node {
  if (groups.kind !== 'list') throw new Fault(`${v8} must be a list`);
  const entries = groups.items.flatMap((group, index) => {
    if (group.kind !== 'map') throw new Fault(`${v8}[${index}] must be a mapping`);
    const keys = member(group, 'keys');
    if (keys?.kind !== 'list') throw new Fault(`${v8}[${index}].keys must be a list`);
    checkWeights(keys.items, `${v8}.keys`);
    return form === 'records' ? [recordOf(group, keys.items)] : keysOf(group, keys.items, v8);
  });
  return list(entries);
}

const HEAVIEST = 1_000_000;

function checkWeights(keys: readonly Node[], place: string): void {
  keys.forEach((key, index) => {
    const weight = member(key, 'weight');
    if (!weight) return;
    const resolved = weight.kind === 'scalar' ? resolveScalar(weight) : undefined;
    const name = `${place}[${index}].weight`;
    if (resolved?.type !== 'int') throw new Fault(`${name}: weight must be an integer`);
    if (resolved.value > HEAVIEST) throw new Fault(`${name}: weight must not exceed ${HEAVIEST}`);
  });
}

/** openai-compatibility: settings are on the group, keys are plain records. */
function recordOf(group: Mapping, keys: readonly Node[]): Node {
  const entry = copy(group);
  for (const name of ['keys', ...INDEXES]) removePath(entry, name);
  set(entry, 'api-key-entries', list(keys.map((key) => withoutIndexes(copy(key)))));
  return entry;
}

function withoutIndexes(node: Node): Node {
  for (const name of INDEXES) removePath(node, name);
  return node;
}

function keysOf(group: Mapping, keys: readonly Node[], v8: string): Node[] {
  const odd = group.pairs.find(
    ({ key: { text } }) => !SHARED.has(text) && text !== 'name' && text !== 'base-url' && text !== 'keys',
  );
  if (odd) throw new Fault(`${v8}: unsupported group field ${odd.key.text}`);
  return keys.map((key) => {
    if (key.kind !== 'map') throw new Fault(`${v8} key must be a mapping`);
    if (entryOf(key, 'base-url')) throw new Fault(`${v8}: base-url belongs to the group`);
    return effective(group, key);
  });
}

/** The group's members, overridden by the key's own; a null in the key inherits (C v8 §2). */
function effective(group: Mapping, key: Mapping): Node {
  const entry = emptyMap();
  for (const { key: name, value } of group.pairs)
    if (name.text === 'base-url' || SHARED.has(name.text)) put(entry, name.text, value);
  for (const { key: name, value } of key.pairs)
    if (!INDEXES.has(name.text) && !isNull(value)) put(entry, name.text, value);
  return entry;
}

/** Names aren't paths here: `a.b` is one member. */
function put(map: Mapping, name: string, value: Node): void {
  const known = entryOf(map, name);
  if (known) known.value = copy(value);
  else map.pairs.push({ key: keyNamed(name), value: copy(value) });
}

/** One group per entry, never combined: `<provider>-<n>` (C v8 §3). */
export function groupsOf(entries: Node, { v8, form }: Family): Node {
  const provider = v8.slice(v8.indexOf('.') + 1);
  const items = entries.kind === 'list' ? entries.items : [];
  return list(
    items.map((entry, index) =>
      form === 'records' ? recordGroup(entry) : groupOfOne(entry, `${provider}-${index + 1}`),
    ),
  );
}

function recordGroup(entry: Node): Node {
  const group = copy(entry);
  const keys = member(group, 'api-key-entries') ?? list([]);
  set(group, 'keys', keys);
  removePath(group, 'api-key-entries');
  return group;
}

function groupOfOne(entry: Node, name: string): Node {
  const group = emptyMap();
  const key = copy(entry);
  put(group, 'name', scalar(name));
  if (key.kind === 'map') {
    const shared = key.pairs.filter(({ key: { text } }) => text === 'base-url' || SHARED.has(text));
    for (const { key: own, value } of shared) put(group, own.text, value);
    key.pairs = key.pairs.filter((each) => !shared.includes(each));
  }
  put(group, 'keys', list([key]));
  return group;
}
