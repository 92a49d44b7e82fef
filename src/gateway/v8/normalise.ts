// How a v8 gateway converts a config.yaml before it reads or writes it (C v8 §4.6): which keys move, which become
// comments at the end, which are deleted; and what it stores for a whole text. Pure.
import type { Field } from '../catalog/field.ts';
import { loadCatalog } from '../catalog/catalog.ts';
import { parseDocument } from '../../yaml/document.ts';
import { dedentComments } from '../model/stored.ts';
import type { FileDocument } from '../../domain/yaml-node.ts';
import { flatten, resolvePrivateIps } from './flatten.ts';
import { Fault, groupsOf } from './groups.ts';
import { type Move, paths } from './paths.ts';
import {
  atPath,
  copyWithComments,
  emptyMap,
  expanded,
  isNull,
  type Mapping,
  member,
  type Node,
  print,
  removePath,
  type Scalar,
  scalar,
  set,
  setWithComments,
  toEmptyMap,
} from './tree.ts';
import { isFailure, type LoadFailure } from '../../yaml/failure.ts';

/** `refused`: the message of the gateway's 500 or 400. */
export type Normalised =
  | { readonly ok: true; readonly text: string; readonly changed: boolean; readonly report: MigrationReport }
  | { readonly ok: false; readonly refused: string };

/** What happens to keys that don't stay as they are. Paths are dotted names. */
export interface MigrationReport {
  /** Flat and historical spellings, with their new paths; families as a whole. */
  readonly moved: readonly Move[];
  /** Flat spellings that are removed without a trace because their v8 path has a value. */
  readonly deleted: readonly string[];
  /** Keys that v8 doesn't know: they become comments at the end of the file. */
  readonly archived: readonly string[];
  /** The same, but the file already ends with a comment: they are lost (C v8 §4.6). */
  readonly lost: readonly string[];
  /** Whether anchors, aliases or merge keys are expanded. */
  readonly expanded: boolean;
}

/**
 * The document as every v8 request sees it, and as the first v8 write stores it (`migrate`). Without `migrate`, only
 * flat keys that lose against their v8 spelling are removed, as at each load.
 */
export function normalise(text: string, migrate = true): Normalised {
  try {
    return normaliseOrThrow(text, migrate);
  } catch (thrown) {
    if (thrown instanceof Fault) return { ok: false, refused: thrown.message };
    throw thrown;
  }
}

const UNCHANGED: MigrationReport = { moved: [], deleted: [], archived: [], lost: [], expanded: false };

function normaliseOrThrow(text: string, migrate: boolean): Normalised {
  const document = parse(text);
  const root = expanded(document);
  if (!root) {
    if (migrate) throw new Fault('empty config');
    return { ok: true, text, changed: false, report: UNCHANGED };
  }
  flatten(root);
  const log: Log = { moved: [], deleted: [], archived: [], lost: [] };
  let changed = resolvePrivateIps(root, migrate);
  changed = moveLeaves(root, migrate, log) || changed;
  changed = moveFamilies(root, migrate, log) || changed;
  if (migrate) {
    archiveUnknown(root as Mapping, log); // `flatten` refuses anything else.
    set(root, 'config-version', scalar('8'));
    changed = true;
  }
  const report = { ...log, expanded: /(?:^|[\s[{,:-])[&*][^\s,[\]{}]/m.test(text) && hasAnchors(document) };
  return { ok: true, text: changed ? print(root) : text, changed, report };
}

/** Throws a Fault with the parser's words. */
export function parse(text: string): FileDocument {
  const document = parseDocument(text);
  if (isFailure(document)) throw new Fault(`yaml: ${(document as LoadFailure).message}`); // A failure to parse.
  return document as FileDocument;
}

function hasAnchors({ root }: FileDocument): boolean {
  const walk = (node: NonNullable<FileDocument['root']>): boolean =>
    node.kind === 'alias' ||
    node.anchor !== undefined ||
    (node.kind === 'map' && node.pairs.some(({ key, value }) => key.text === '<<' || walk(value))) ||
    (node.kind === 'list' && node.items.some(walk));
  return root !== undefined && walk(root);
}

type Log = { -readonly [K in Exclude<keyof MigrationReport, 'expanded'>]: MigrationReport[K][number][] };

function moveLeaves(root: Node, migrate: boolean, log: Log): boolean {
  const { aliases, leaves } = paths();
  let changed = false;
  for (const { old, now } of [...aliases, ...leaves, ...emptySections(root, migrate)]) {
    const value = old === 'api-keys' && member(root, old)?.kind === 'map' ? undefined : atPath(root, old);
    if (!value) continue;
    const taken = atPath(root, now) !== undefined;
    if (!taken && !migrate) continue;
    const moved = copyWithComments(root, old);
    removePath(root, old);
    if (taken) log.deleted.push(old);
    else {
      setWithComments(root, now, moved);
      log.moved.push({ old, now });
    }
    changed = true;
  }
  return changed;
}

/** Sections without a leaf, which no leaf takes along; null means empty. */
function emptySections(root: Node, migrate: boolean): Move[] {
  const { sections, aliasSections } = paths();
  return [...sections, ...aliasSections].filter(({ old, now }) => {
    const value = atPath(root, old);
    if (!value || (!migrate && !atPath(root, now))) return false;
    if (isNull(value)) toEmptyMap(value);
    else if (value.kind !== 'map' || value.pairs.length > 0) return false;
    return true;
  });
}

function moveFamilies(root: Node, migrate: boolean, log: Log): boolean {
  let changed = false;
  for (const family of paths().families) {
    const entries = member(root, family.legacy);
    if (!entries) continue;
    const taken = atPath(root, family.v8) !== undefined;
    if (!taken && !migrate) continue;
    if (taken) log.deleted.push(family.legacy);
    else {
      set(root, family.v8, groupsOf(entries, family));
      log.moved.push({ old: family.legacy, now: family.v8 });
    }
    removePath(root, family.legacy);
    changed = true;
  }
  return changed;
}

/** Moves what v8 doesn't know out of the tree: to comments after it, if there are none yet. */
function archiveUnknown(root: Mapping, log: Log): void {
  const comments: string[] = [];
  const names: string[] = [];
  const archive = (map: Mapping, path: string, isKnown: (name: string) => boolean): void => {
    for (const entry of map.pairs.filter(({ key }) => !isKnown(key.text))) {
      const name = path === '' ? entry.key.text : `${path}.${entry.key.text}`;
      names.push(name);
      comments.push(...commented({ ...entry.key, text: name }, entry.value));
      map.pairs.splice(map.pairs.indexOf(entry), 1);
    }
  };
  archive(root, '', (name) => paths().roots.has(name));
  const { root: known } = loadCatalog('v8');
  const walk = (node: Node, field: Field | undefined, path: string): void => {
    if (node.kind !== 'map' || field?.kind !== 'struct') return;
    archive(node, path, (name) => field.fields?.has(name) === true);
    for (const { key, value } of node.pairs) walk(value, field.fields?.get(key.text), `${path}.${key.text}`);
  };
  for (const { key, value } of root.pairs)
    if (key.text !== 'api-keys') walk(value, known.fields?.get(key.text), key.text);
  keep(root, comments, names, log);
}

function keep(root: Mapping, comments: readonly string[], names: readonly string[], log: Log): void {
  const full = root.comments.foot.length > 0;
  (full ? log.lost : log.archived).push(...names);
  if (!full && comments.length > 0) root.comments = { ...root.comments, foot: comments };
}

function commented(key: Scalar, value: Node): string[] {
  const text = print({ ...emptyMap(), pairs: [{ key, value }] });
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `# ${line}`);
}

/**
 * What `PUT /v0/management/config.yaml` stores on a v8 gateway: a text of the flat layout as it was sent, except for
 * the indentation of comment lines; any other text normalised (C v8 §5, design-v8 rule 11). Call `loadV8` first to
 * check that it is accepted. A plaintext secret is hashed later, at the load.
 */
export function stored(text: string): Normalised {
  try {
    const root = expanded(parse(text));
    if (!isV8Layout(root)) return { ok: true, text: dedentComments(text), changed: false, report: UNCHANGED };
  } catch (thrown) {
    if (thrown instanceof Fault) return { ok: false, refused: thrown.message };
    throw thrown;
  }
  const made = normalise(text);
  return made.ok ? { ...made, text: dedentComments(made.text) } : made;
}

/** Roots that both layouts have. */
const COMMON: ReadonlySet<string> = new Set(['api-keys', 'plugins', 'quota-exceeded', 'routing', 'client']);

/** Whether the gateway considers a document to have the v8 layout (C v8 §4.6). */
export function isV8Layout(root: Node | undefined): boolean {
  if (root?.kind !== 'map') return false;
  const { roots, leaves, sections, aliases } = paths();
  if (root.pairs.some(({ key: { text } }) => roots.has(text) && !COMMON.has(text))) return true;
  if (member(root, 'api-keys')?.kind === 'map') return true;
  const routing = member(root, 'routing');
  return [...leaves, ...sections, ...aliases].some(
    ({ old, now }) =>
      atPath(root, now) !== undefined ||
      (old.startsWith('providers.') && atPath(root, old) !== undefined) ||
      (now.startsWith('routing.') && member(routing, now.split('.')[1] ?? '') !== undefined),
  );
}
