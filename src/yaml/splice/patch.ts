// The change of a tree, as a tree of its own: the same patch is applied to values, to the nodes of a file and to its
// text, and the three results must agree.
import type { Comments, FileNode, MapNode, Pair, ScalarNode } from '../../domain/yaml-node.ts';
import { isList, isTree, listOf, type Tree, treeOf, type Value } from '../../lib/value.ts';
import { type Quote, writeKey, writeScalar } from './scalar.ts';

export type Patch =
  | { readonly kind: 'replace'; readonly value: Value }
  | { readonly kind: 'map'; readonly keys: ReadonlyMap<string, KeyStep> }
  /** The whole new list: old items by index (0-based, each at most once), new ones by value. */
  | { readonly kind: 'list'; readonly items: readonly ItemStep[] };

export type KeyStep =
  | Patch
  | { readonly kind: 'remove' }
  | { readonly kind: 'rename'; readonly to: string; readonly patch?: Patch };

export type ItemStep = { readonly from: number; readonly patch?: Patch } | { readonly value: Value };

export const isOld = (step: ItemStep): step is { readonly from: number; readonly patch?: Patch } =>
  'from' in step;

/** Edits one at a time, for callers that know a path rather than a tree. Steps: keys and indexes of the old tree. */
export function patchAt(place: readonly (string | number)[], patch: Patch, root: Value): Patch {
  const [step, ...rest] = place;
  if (step === undefined) return patch;
  if (typeof step === 'string') {
    const inner = isTree(root) && Object.hasOwn(root, step) ? (root[step] ?? null) : null;
    return { kind: 'map', keys: new Map([[step, patchAt(rest, patch, inner)]]) };
  }
  const items = listOf(root);
  return {
    kind: 'list',
    items: items.map((item, from) =>
      from === step ? { from, patch: patchAt(rest, patch, item) } : { from },
    ),
  };
}

// ── on values ────────────────────────────────────────────────────────────────────────────────────────────────────

export function patchValue(value: Value | undefined, patch: Patch | undefined): Value {
  if (!patch) return value ?? null;
  if (patch.kind === 'replace') return patch.value;
  if (patch.kind === 'list') {
    const old = listOf(value);
    return patch.items.map((step) => (isOld(step) ? patchValue(old[step.from], step.patch) : step.value));
  }
  return patchTree(treeOf(value), patch.keys);
}

function patchTree(old: Tree, keys: ReadonlyMap<string, KeyStep>): Tree {
  const entries: [string, Value][] = [];
  for (const [name, value] of Object.entries(old)) {
    const step = keys.get(name);
    if (step?.kind === 'remove') continue;
    if (step?.kind === 'rename') entries.push([step.to, patchValue(value, step.patch)]);
    else entries.push([name, patchValue(value, step)]);
  }
  for (const [name, step] of keys) {
    if (Object.hasOwn(old, name) || step.kind === 'remove' || step.kind === 'rename') continue;
    entries.push([name, patchValue(undefined, step)]);
  }
  return Object.fromEntries(entries);
}

// ── fitted to a file ─────────────────────────────────────────────────────────────────────────────────────────────

const hasMembers = (node: FileNode): boolean =>
  (node.kind === 'list' && node.items.length > 0) || (node.kind === 'map' && node.pairs.length > 0);

/**
 * The same patch, with a `replace` wherever there is nothing to edit (null, `[]`, `{}`, another kind of node) and
 * wherever nothing would remain.
 */
export function fitPatch(node: FileNode, patch: Patch): Patch {
  if (patch.kind === 'replace') return patch;
  if (node.kind === 'alias') return patch;
  if (node.kind !== patch.kind || !hasMembers(node))
    return { kind: 'replace', value: patchValue(undefined, patch) };
  if (patch.kind === 'list' && node.kind === 'list') return fitList(node.items, patch.items);
  return patch.kind === 'map' && node.kind === 'map' ? fitMap(node.pairs, patch.keys) : patch;
}

function fitList(old: readonly FileNode[], steps: readonly ItemStep[]): Patch {
  if (steps.length === 0) return { kind: 'replace', value: [] };
  const items = steps.map((step) => {
    const item = isOld(step) ? old[step.from] : undefined;
    return isOld(step) && step.patch && item ? { ...step, patch: fitPatch(item, step.patch) } : step;
  });
  return { kind: 'list', items };
}

function fitMap(pairs: readonly Pair[], steps: ReadonlyMap<string, KeyStep>): Patch {
  const keys = new Map(steps);
  for (const [name, step] of steps) {
    const pair = pairs.find(({ key }) => key.text === name);
    if (!pair && step.kind !== 'remove') keys.set(name, added(step));
    else if (pair && step.kind === 'rename' && step.patch)
      keys.set(name, { ...step, patch: fitPatch(pair.value, step.patch) });
    else if (pair && step.kind !== 'remove' && step.kind !== 'rename')
      keys.set(name, fitPatch(pair.value, step));
    if (!pair && step.kind === 'remove') keys.delete(name);
  }
  const isEmptied =
    pairs.every(({ key }) => keys.get(key.text)?.kind === 'remove') &&
    [...keys.values()].every(({ kind }) => kind === 'remove');
  return isEmptied ? { kind: 'replace', value: {} } : { kind: 'map', keys };
}

function added(step: Exclude<KeyStep, { kind: 'remove' }>): Patch {
  if (step.kind === 'rename') return { kind: 'replace', value: null };
  return step.kind === 'replace' ? step : { kind: 'replace', value: patchValue(undefined, step) };
}

// ── on nodes ─────────────────────────────────────────────────────────────────────────────────────────────────────

const NO_COMMENTS: Comments = { head: [], foot: [] };

export function makeNode(value: Value, wish: Quote = 'plain'): FileNode {
  if (isList(value))
    return {
      kind: 'list',
      comments: NO_COMMENTS,
      flow: false,
      items: value.map((item) => makeNode(item, wish)),
    };
  if (isTree(value)) {
    const pairs = Object.entries(value).map(([name, inner]) => ({
      key: makeKey(name),
      value: makeNode(inner, wish),
    }));
    return { kind: 'map', comments: NO_COMMENTS, flow: false, pairs };
  }
  const { text, style } = writeScalar(value, wish);
  return { kind: 'scalar', comments: NO_COMMENTS, text, style };
}

function makeKey(name: string): ScalarNode {
  const { text, style } = writeKey(name);
  return { kind: 'scalar', comments: NO_COMMENTS, text, style };
}

/** Untouched nodes are shared with the old tree. */
export function patchNode(node: FileNode | undefined, patch: Patch | undefined): FileNode {
  if (!patch) return node ?? makeNode(null);
  if (patch.kind === 'replace') return makeNode(patch.value);
  if (patch.kind === 'list') {
    const old = node?.kind === 'list' ? node : undefined;
    const items = patch.items.map((step) =>
      isOld(step) ? patchNode(old?.items[step.from], step.patch) : makeNode(step.value),
    );
    return { ...(old ?? { kind: 'list', comments: NO_COMMENTS, flow: false }), items };
  }
  return patchMap(node?.kind === 'map' ? node : undefined, patch.keys);
}

function patchMap(old: MapNode | undefined, keys: ReadonlyMap<string, KeyStep>): MapNode {
  const pairs: Pair[] = [];
  const seen = new Set<string>();
  for (const pair of old?.pairs ?? []) {
    const step = keys.get(pair.key.text);
    seen.add(pair.key.text);
    if (step?.kind === 'remove') continue;
    if (step?.kind === 'rename')
      pairs.push({ key: makeKey(step.to), value: patchNode(pair.value, step.patch) });
    else pairs.push(step ? { ...pair, value: patchNode(pair.value, step) } : pair);
  }
  for (const [name, step] of keys) {
    if (seen.has(name) || step.kind === 'remove' || step.kind === 'rename') continue;
    pairs.push({ key: makeKey(name), value: patchNode(undefined, step) });
  }
  return { ...(old ?? { kind: 'map', comments: NO_COMMENTS, flow: false }), pairs };
}
