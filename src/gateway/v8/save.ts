// Merges memory into the file as a v0 field write on a v8 gateway does (C v8 §5): a flat file stays flat; a v8 file
// gets the values at their v8 paths, and everything else that the runtime has. Pure.
import type { FileDocument, FileNode } from '../../domain/yaml-node.ts';
import { isList, sameValue, type Value } from '../../lib/value.ts';
import { type Memory } from '../model/model.ts';
import { save, type SaveRules } from '../model/save.ts';
import type { Sent } from '../model/spelling.ts';
import { flatten } from './flatten.ts';
import { Fault, groupsOf } from './groups.ts';
import { loadV8 } from './load.ts';
import { isV8Layout, normalise, parse } from './normalise.ts';
import { paths } from './paths.ts';
import { runtimeCatalog } from './runtime.ts';
import {
  atPath,
  copy,
  copyWithComments,
  entryOf,
  expanded,
  list,
  member,
  type Node,
  print,
  removePath,
  set,
  setWithComments,
} from './tree.ts';
import { isFailure, type SaveFailure } from '../../yaml/failure.ts';

export interface SavedV8 {
  readonly ok: true;
  readonly text: string;
}

/**
 * The text of the file after a v0 field write that left this memory. Operations of the v8 API save in the same way
 * and convert a flat file to the v8 layout (C v8 §1.3): `migrate`.
 */
export function saveV8(text: string, memory: Memory, options: SaveOptions = {}): SavedV8 | SaveFailure {
  try {
    return saveOrThrow(text, memory, options);
  } catch (thrown) {
    if (thrown instanceof Fault) return { ok: false, message: thrown.message };
    throw thrown;
  }
}

export interface SaveOptions {
  readonly flatFile?: 'keep' | 'migrate';
  /** See the answer of the endpoint. */
  readonly sent?: Sent;
}

const EXPLICIT: ReadonlySet<string> = new Set([
  'weight',
  'request-retry',
  'cache-user-id',
  'disable-cooling',
]);

const CHANNELS: SaveRules['channels'] = [
  ['oauth-excluded-models', 'emptied'],
  ['oauth-model-alias', 'emptied'],
  ['oauth-request-scoped-errors', 'emptied'],
  ['oauth-settings', 'emptied'],
];

function saveOrThrow(text: string, memory: Memory, { flatFile, sent }: SaveOptions): SavedV8 | SaveFailure {
  const layout = expanded(parse(text));
  if (!layout) return { ok: false, message: 'invalid yaml document structure' };
  if (layout.kind !== 'map') return { ok: false, message: 'expected root mapping node' };
  const migrates = flatFile === 'migrate' || isV8Layout(layout);
  const flat: FileDocument = { text, root: flatten(layout) as FileNode }; // A tree without ranges is a file's node.
  const rules: SaveRules = {
    formerRoots: migrates ? 'kept' : 'dropped',
    explicit: EXPLICIT,
    channels: CHANNELS,
  };
  const merged = save(flat, memory, runtimeCatalog(), rules, sent);
  if (isFailure(merged)) return merged as SaveFailure;
  const root = expanded(merged as FileDocument) as Node; // It has the root of `flat`.
  restoreLeaves(root, layout);
  restoreFamilies(root, layout, text, memory);
  restoreComments(root, layout);
  if (!migrates) restoreClientPaths(root, layout);
  const saved = print(inBlocks(root), 2, 'left');
  if (!migrates) return { ok: true, text: saved };
  const migrated = normalise(saved);
  return migrated.ok ? { ok: true, text: migrated.text } : { ok: false, message: migrated.refused };
}

/** What was at its v8 path goes back there; the rest follows when the whole is normalised. */
function restoreLeaves(root: Node, layout: Node): void {
  const collides = member(layout, 'api-keys')?.kind === 'map';
  for (const { old, now } of paths().leaves) {
    if (!atPath(layout, now) && !(old === 'api-keys' && collides)) continue;
    const value = atPath(root, old);
    if (!value || (old === 'api-keys' && value.kind === 'map')) continue;
    const moved = copyWithComments(root, old);
    removePath(root, old);
    setWithComments(root, now, moved);
  }
}

/** A family keeps its groups unless its effective entries changed; then each key gets a group of its own. */
function restoreFamilies(root: Node, layout: Node, text: string, memory: Memory): void {
  let before: Memory | undefined;
  for (const family of paths().families) {
    const groups = atPath(layout, family.v8);
    if (!groups) continue;
    before ??= memoryOf(text);
    const changed = !sameValue(entries(before[family.legacy]), entries(memory[family.legacy]));
    const kept = changed ? groupsOf(member(root, family.legacy) ?? list([]), family) : copy(groups);
    removePath(root, family.legacy);
    set(root, family.v8, kept);
  }
}

function memoryOf(text: string): Memory {
  const loaded = loadV8(text);
  if (isFailure(loaded)) throw new Fault('message' in loaded ? String(loaded.message) : '');
  return 'memory' in loaded ? loaded.memory : {};
}

const entries = (value: Value | undefined): Value => (isList(value) ? value : []);

/** Comments of the file, along mappings only. */
function restoreComments(node: Node, from: Node): void {
  node.comments = from.comments;
  if (node.kind !== 'map' || from.kind !== 'map') return;
  for (const { key, value } of from.pairs) {
    const entry = entryOf(node, key.text);
    if (!entry) continue;
    entry.key.comments = key.comments;
    restoreComments(entry.value, value);
  }
}

/** A flat file keeps the historical path of a client setting (C v8 §5). */
function restoreClientPaths(root: Node, layout: Node): void {
  for (const { old, now } of paths().aliases) {
    if (!now.startsWith('client.')) continue;
    if (!atPath(layout, old) || atPath(layout, now) || !atPath(root, now)) continue;
    const moved = copyWithComments(root, now);
    removePath(root, now);
    setWithComments(root, old, moved);
  }
}

function inBlocks(node: Node): Node {
  if (node.kind === 'list') return { ...node, flow: false, items: node.items.map(inBlocks) };
  if (node.kind !== 'map') return node;
  return {
    ...node,
    flow: false,
    pairs: node.pairs.map(({ key, value }) => ({ key, value: inBlocks(value) })),
  };
}
