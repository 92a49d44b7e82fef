// Merges memory into the file, as every field write does (C v0 §6.2). T is the file's tree, G the rendered memory.
import type { FileDocument, FileNode, ListNode, MapNode, Pair, ScalarNode } from '../../domain/yaml-node.ts';
import type { Catalog } from '../catalog/field.ts';
import { isDefault, withoutDefaults } from './defaults.ts';
import { printDocument } from '../../yaml/document.ts';
import {
  generate,
  keyNode,
  type Made,
  type MadeList,
  type MadeMap,
  type MadeScalar,
  misprints,
  toNode,
} from './generate.ts';
import { asReadBack } from './folded.ts';
import { matchItems } from './match.ts';
import type { Memory } from './model.ts';
import { sameItems } from '../../lib/value.ts';
import { oldBoolean, resolveScalar, resolveText } from '../../yaml/resolve.ts';
import { trim } from './rules.ts';
import { asSent, asTyped, type Sent, typesIn } from './spelling.ts';
import type { SaveFailure } from '../../yaml/failure.ts';

/** The differences between the savers of v7 and v8 gateways. */
export interface SaveRules {
  /** Roots that current gateways don't know: `kept` if a migration turns them into comments (C v8 §5). */
  readonly formerRoots: 'dropped' | 'kept';
  /** Members of this name are written although they are zero. */
  readonly explicit: ReadonlySet<string>;
  /** Maps whose channels come and go, and what remains of one when its last channel is removed. */
  readonly channels: readonly (readonly [name: string, gone: 'removed' | 'emptied'])[];
}

const V7: SaveRules = {
  formerRoots: 'dropped',
  explicit: new Set(['weight']),
  channels: [
    ['oauth-excluded-models', 'removed'],
    ['oauth-model-alias', 'emptied'],
    ['oauth-request-scoped-errors', 'emptied'],
  ],
};

/**
 * The file after a field write. Unchanged nodes are those of the old file, ranges and flow style included: they show
 * the content, not the position. `text` is printed on first use. If `bricks` is true for the file, that text doesn't
 * parse.
 */
export function save(
  document: FileDocument,
  memory: Memory,
  catalog: Catalog,
  rules: SaveRules = V7,
  sent?: Sent,
): FileDocument | SaveFailure {
  const { root } = document;
  if (!root) return { ok: false, message: 'invalid yaml document structure' };
  if (root.kind !== 'map') return { ok: false, message: 'expected root mapping node' };
  if (misprints(memory)) return { ok: false, message: "yaml: did not find expected '-' indicator" };
  const fresh = spelled(generate(catalog.root, memory), root, sent);
  const known = rules.formerRoots === 'dropped' ? withoutLegacy(root) : root;
  const pruned = pruneChannels(withoutOldKeys(known), fresh, rules);
  const merged = mergeMap(pruned, fresh, { names: [], rules });
  return lazily(merged, asReadBack(merged));
}

/** Settings of plugins as they were sent, parameters of payload rules in the types they have in the file. */
function spelled(fresh: MadeMap, root: MapNode, sent: Sent | undefined): MadeMap {
  const [plugins, payload] = [fresh.pairs.get('plugins'), fresh.pairs.get('payload')];
  const old = root.pairs.find(({ key }) => key.text === 'payload')?.value;
  const pairs = new Map(fresh.pairs);
  if (sent && plugins) pairs.set('plugins', asSent(plugins, sent, ['plugins']));
  if (old && payload) pairs.set('payload', asTyped(payload, typesIn(old)));
  return { ...fresh, pairs };
}

/** Printed from the merged tree, and parsed from that output. */
function lazily(printed: FileNode, root: FileNode): FileDocument {
  let text: string | undefined;
  return {
    get text() {
      return (text ??= printDocument(unplaced(printed)));
    },
    root,
  };
}

/** Step 5: block style everywhere. What had a position in the old text has none in the new one yet. */
function unplaced<T extends FileNode>(node: T): T;
function unplaced(node: FileNode): FileNode {
  const { range: _, ...rest } = node;
  if (rest.kind === 'list') return { ...rest, flow: false, items: rest.items.map((item) => unplaced(item)) };
  if (rest.kind !== 'map') return rest;
  const pairs = rest.pairs.map(({ key, value }) => ({ key: unplaced(key), value: unplaced(value) }));
  return { ...rest, flow: false, pairs };
}

/** Step 2. */
const LEGACY: ReadonlySet<string> = new Set([
  'auth',
  'generative-language-api-key',
  'ampcode',
  'amp-upstream-url',
  'amp-upstream-api-key',
  'amp-restrict-management-to-localhost',
  'amp-model-mappings',
]);

function withoutLegacy(root: MapNode): MapNode {
  return { ...root, pairs: root.pairs.filter(({ key }) => !LEGACY.has(key.text)) };
}

function withoutOldKeys(root: MapNode): MapNode {
  const pairs = root.pairs.map((pair) =>
    pair.key.text === 'openai-compatibility' ? withoutKeys(pair) : pair,
  );
  return { ...root, pairs };
}

function withoutKeys({ key, value }: Pair): Pair {
  if (value.kind !== 'list') return { key, value };
  const items = value.items.map((item) => (item.kind === 'map' ? without(item, 'api-keys') : item));
  return items.every((item, i) => item === value.items[i])
    ? { key, value }
    : { key, value: { ...value, items } };
}

function without(map: MapNode, name: string): MapNode {
  if (!map.pairs.some(({ key }) => key.text === name)) return map;
  return { ...map, pairs: map.pairs.filter(({ key }) => key.text !== name) };
}

/** Step 3: names of OAuth maps and IDs of plugins that memory doesn't have. */
function pruneChannels(root: MapNode, fresh: MadeMap, { channels }: SaveRules): MapNode {
  const pruned = channels.reduce((map, [name, gone]) => pruneTo(map, fresh, name, gone), root);
  const plugins = fresh.pairs.get('plugins');
  return replaced(pruned, 'plugins', (value) =>
    value.kind === 'map' && plugins?.kind === 'map' ? pruneTo(value, plugins, 'configs', 'removed') : value,
  );
}

function pruneTo(map: MapNode, fresh: MadeMap, name: string, gone: 'removed' | 'emptied'): MapNode {
  const proposed = fresh.pairs.get(name);
  if (!proposed && gone === 'removed') return without(map, name);
  return replaced(map, name, (value) => {
    if (!proposed) return toNode({ kind: 'map', pairs: new Map() });
    if (proposed.kind !== 'map' || value.kind !== 'map') return toNode(proposed);
    return keepKeys(value, proposed);
  });
}

function replaced(map: MapNode, name: string, change: (value: FileNode) => FileNode): MapNode {
  const pairs = map.pairs.map(({ key, value }) => ({
    key,
    value: key.text === name ? change(value) : value,
  }));
  return { ...map, pairs };
}

function keepKeys(map: MapNode, fresh: MadeMap): MapNode {
  const names = new Set(
    [...fresh.pairs.keys()].map((name) => trim(keyNode(name).text)).filter((name) => name !== ''),
  );
  const pairs = map.pairs.filter(({ key }) => names.has(trim(key.text)));
  return pairs.length === map.pairs.length ? map : { ...map, pairs };
}

/** The path of the merge: names of mappings only; entries of a list have the path of the list. */
interface Place {
  readonly names: readonly string[];
  readonly rules: SaveRules;
}

/** Step 4. What doesn't change is the node of the file: whoever compares or reads it again need not go into it. */
function merge(old: FileNode, fresh: Made, path: Place): FileNode {
  if (fresh.kind === 'map') return old.kind === 'map' ? mergeMap(old, fresh, path) : over(old, toNode(fresh));
  return fresh.kind === 'list' ? mergeList(old, fresh, path) : mergeScalar(old, fresh);
}

/** A node that replaces another keeps the comments and the anchor of the old one. */
function over<T extends FileNode>(old: FileNode, node: T): T {
  const anchor = old.kind === 'alias' ? undefined : old.anchor;
  return { ...node, comments: old.comments, ...(anchor !== undefined && { anchor }) };
}

function mergeMap(old: MapNode, fresh: MadeMap, path: Place): MapNode {
  const places = new Map<string, number>();
  old.pairs.forEach(({ key }, index) => {
    if (!places.has(key.text)) places.set(key.text, index);
  });
  const pairs: Pair[] = [...old.pairs];
  for (const [name, member] of fresh.pairs) {
    const key = keyNode(name, fresh.raw);
    const place = { ...path, names: [...path.names, name] };
    const index = places.get(key.text);
    const there = index === undefined ? undefined : pairs[index];
    if (index !== undefined && there) {
      const value = merge(there.value, member, place);
      if (value !== there.value) pairs[index] = { key: there.key, value };
    } else {
      const { explicit } = path.rules;
      const candidate = withoutDefaults(place.names, member, explicit);
      if (isDefault(place.names, candidate, explicit)) continue;
      places.set(key.text, pairs.push({ key, value: toNode(candidate) }) - 1);
    }
  }
  return pairs.length > 0 && sameItems(pairs, old.pairs) ? old : { ...old, flow: false, pairs };
}

function mergeList(old: FileNode, fresh: MadeList, path: Place): FileNode {
  if (fresh.items.length === 0) {
    if (old.kind === 'scalar' && resolveScalar(old)?.type === 'null') return old;
    return over(old, {
      ...toNode(fresh),
      ...(old.kind === 'list' && old.tag && { tag: old.tag }),
    } as ListNode);
  }
  const items = mergeItems(old, fresh, path);
  if (old.kind === 'list' && old.tag === undefined && sameItems(items, old.items)) return old;
  return over(old, { ...(toNode({ kind: 'list', items: [] }) as ListNode), items });
}

function mergeItems(old: FileNode, fresh: MadeList, path: Place): FileNode[] {
  const places = matchItems(old.kind === 'list' ? old.items : [], fresh.items);
  return fresh.items.map((item, i) => {
    const onto = places[i] ?? keptAt(old, i, item);
    return onto ? mergeItem(onto, item, path) : toNode(item);
  });
}

/** A number of a plugin's list that is spelled differently from memory's rendering. */
function keptAt(old: FileNode, index: number, item: Made): FileNode | undefined {
  const node = old.kind === 'list' ? old.items[index] : undefined;
  const raw = item.kind === 'scalar' && item.raw && item.sent === undefined;
  return raw && node?.kind === 'scalar' && sameMeaning(node, item) ? node : undefined;
}

/** Keys that memory doesn't have are removed from the item, but mappings inside it aren't (N5, N6). */
function mergeItem(old: FileNode, fresh: Made, path: Place): FileNode {
  const merged = merge(old, fresh, path);
  return merged.kind === 'map' && fresh.kind === 'map' ? keepKeys(merged, fresh) : merged;
}

/** An integer beyond 2^53: memory has the nearest number of JavaScript here, and the gateway has the one of its file. */
const isRounded = (old: ScalarNode, fresh: MadeScalar): boolean =>
  fresh.type === 'int' &&
  old.style === 'plain' &&
  /^-?[1-9]\d{15,18}$/.test(old.text) &&
  Number(old.text) === Number(fresh.text);

/** The old quoting stays: a quoted boolean or number stays quoted. */
function mergeScalar(old: FileNode, fresh: MadeScalar): FileNode {
  if (old.kind !== 'scalar') return over(old, toNode(fresh));
  if (fresh.raw && fresh.sent === undefined && sameMeaning(old, fresh)) return old;
  if (isRounded(old, fresh)) return old;
  const { comments, anchor } = old;
  const tagged = old.tag !== undefined;
  const readAsText = tagged || fresh.type !== 'str' || resolveText(fresh.text).type === 'str';
  const plain = old.style === 'plain' && readAsText;
  const style = old.style === 'plain' && !plain ? 'double' : old.style;
  if (!tagged && old.text === fresh.text && old.style === style) return old;
  return {
    kind: 'scalar',
    comments,
    text: fresh.text,
    style,
    ...(anchor !== undefined && { anchor }),
    ...(tagged && { tag: tagOf(fresh) }),
  };
}

/** `<<` is the sign of a merge, whatever it was before. */
function tagOf({ type, text }: MadeScalar): string {
  if (type === 'str' && text === '<<') return '!!merge';
  return type === 'time' ? '!!timestamp' : `!!${type}`;
}

function sameMeaning(old: ScalarNode, fresh: MadeScalar): boolean {
  const resolved = resolveScalar(old);
  if (!resolved || resolved.type === 'null') return resolved !== undefined && fresh.type === 'null';
  if (fresh.type === 'bool' && resolved.type === 'str')
    return String(oldBoolean(resolved.value)) === fresh.text; // `enabled: yes` stays as it is written.
  return (
    String(resolved.value) === fresh.text ||
    (typeof resolved.value === 'number' && fresh.type !== 'str' && Number(fresh.text) === resolved.value)
  );
}
