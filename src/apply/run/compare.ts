// Compares two readings of a gateway: files by content, memory through the catalog. It decides "nothing else
// changed". Pure.
import type { Catalog, Field } from '../../gateway/catalog/field.ts';
import type { Dialect } from '../../gateway/dialect.ts';
import { layoutOf } from '../../gateway/layout/layouts.ts';
import { sameAt } from '../../gateway/model/equal.ts';
import type { Layout } from '../../domain/desired.ts';
import type { Live, LiveFile } from '../../domain/live.ts';
import { coversPath, entry, formatPath, key, type Path, parsePath } from '../../domain/path.ts';
import { type KnownTexts, NOTHING_KNOWN } from '../../domain/secret.ts';
import { hasNoUnknownKeys, sameMeaning } from '../../plan/route/rollback/three-way.ts';
import { parseDocument } from '../../yaml/document.ts';
import { memoBy } from '../../lib/memo.ts';
import { isList, isTree, namesOfBoth, sameValue, type Tree, type Value } from '../../lib/value.ts';

/** Once: every step of a transaction needs the content of the same reading. */
const contentOf = memoBy((document: LiveFile['document'], dialect: Dialect): Tree =>
  dialect.content(document.open()),
);

/** Content of a file, unknown keys included. */
export const contentIn = ({ document }: Pick<LiveFile, 'document'>, dialect: Dialect): Tree =>
  contentOf(document, dialect);

/**
 * A file that no longer parses or is empty isn't an edit by others: a write was interrupted, or the gateway damaged
 * it (C v0 §2.3). One that parses, and that the gateway would refuse, can contain their changes.
 */
export const isDestroyed = ({ agreement, file }: Pick<Live, 'agreement' | 'file'>): boolean =>
  agreement.kind === 'unread' && file?.document.open().root?.kind !== 'map';

/** Of the file as it is stored: both layouts can stand for the tree that is compared. */
export function layoutIn({ text }: LiveFile): Layout {
  const document = parseDocument(text.open());
  return layoutOf('ok' in document ? { text: '', root: undefined } : document);
}

/** Whether two memory views, or two files, mean the same: known keys through the catalog, unknown ones exactly. */
export function sameImage(catalog: Catalog, a: Tree, b: Tree): boolean {
  return sameValue(a, b) || differences(a, b, catalog).length === 0;
}

/**
 * Paths at which two trees differ. It descends into mappings, and into lists of named entries if their identity is
 * unique on both sides. Other lists count as one value, and are the same if their items mean the same in order.
 */
export function differences(a: Tree, b: Tree, catalog: Catalog): readonly Path[] {
  return differing(a, b, catalog.root, catalog, []);
}

function differing(
  a: Value | undefined,
  b: Value | undefined,
  field: Field | undefined,
  catalog: Catalog,
  at: Path,
): readonly Path[] {
  if (sameValue(a, b) || (field && hasNoUnknownKeys(field) && isSame(field, a, b))) return [];
  if (canEnter(a, field) && canEnter(b, field)) return inMappings(a ?? {}, b ?? {}, field, catalog, at);
  const entriesA = entriesOf(a, field);
  const entriesB = entriesOf(b, field);
  if (entriesA && entriesB && field) return inEntries(entriesA, entriesB, field, catalog, at);
  // In a list without names, such as the rules of `payload`, the gateway also writes members that equal absent.
  return sameMeaning(field, a, b, catalog) ? [] : [at];
}

/** Either reading can be the later one, in which the gateway has replaced `~` by its home directory. */
const isSame = (field: Field, a: Value | undefined, b: Value | undefined): boolean =>
  sameAt(field, a, b) || sameAt(field, b, a);

/** A mapping, or an absent one in its place: its members may all equal absent. */
function canEnter(value: Value | undefined, field: Field | undefined): value is Tree | undefined {
  if (value === undefined || value === null) return field?.kind === 'struct' || field?.kind === 'map';
  return isTree(value);
}

function inMappings(a: Tree, b: Tree, field: Field | undefined, catalog: Catalog, at: Path): readonly Path[] {
  const names = namesOfBoth(a, b);
  return [...names].flatMap((name) =>
    differing(a[name], b[name], field && catalog.child(field, name), catalog, [...at, key(name)]),
  );
}

type Entries = ReadonlyMap<string, Tree>;

/**
 * The entries of a list by identity; undefined if it isn't a list of named entries, or two entries have the same
 * name.
 */
function entriesOf(value: Value | undefined, field: Field | undefined): Entries | undefined {
  if (!field?.item || field.identity.length === 0) return undefined;
  if (value === undefined || value === null) return new Map();
  if (!isList(value) || !value.every(isTree)) return undefined;
  const named = new Map(value.map((item) => [identityOf(item, field), item] as const));
  return named.size === value.length ? named : undefined;
}

function identityOf(item: Tree, field: Field): string {
  return field.identity.map((member) => String(item[member] ?? '')).join(' ');
}

function inEntries(a: Entries, b: Entries, field: Field, catalog: Catalog, at: Path): readonly Path[] {
  const shared = [...a.keys()].filter((name) => b.has(name));
  const reordered = shared.join('\n') !== [...b.keys()].filter((name) => a.has(name)).join('\n');
  const names = [...new Set([...a.keys(), ...b.keys()])];
  const changed = names.flatMap((name) => {
    const path = [...at, entry(name)];
    if (!a.has(name) || !b.has(name)) return [path];
    return differing(a.get(name), b.get(name), field.item, catalog, path);
  });
  return reordered ? [at, ...changed] : changed;
}

/** Three versions of one thing: before our writes, as our writes should leave it, and as it is now. */
export interface Images {
  readonly before: Tree;
  readonly predicted: Tree;
  readonly actual: Tree;
}

/**
 * Paths that changed although the prediction doesn't change them and no footprint allows it: changed by others, or
 * by the gateway.
 */
export function unexplained(
  { before, predicted, actual }: Images,
  allowed: readonly string[],
  catalog: Catalog,
): readonly Path[] {
  if (sameValue(predicted, actual)) return [];
  const meant = [...differences(before, predicted, catalog), ...allowed.map(parsePath)];
  return differences(before, actual, catalog).filter(
    (path) => !meant.some((pattern) => coversPath(pattern, path) || coversPath(path, pattern)),
  );
}

/**
 * A path that can be shown or stored: cut off at the first entry whose name is a secret or comes from a reference.
 */
export function publicPath(path: Path, catalog: Catalog, known: KnownTexts = NOTHING_KNOWN): Path {
  let field: Field | undefined = catalog.root;
  for (const [at, { kind, name }] of path.entries()) {
    if (kind === 'entry' && (isNamedBySecret(field) || known.isSecret(name ?? '', undefined)))
      return path.slice(0, at);
    field = field && (kind === 'entry' ? field.item : catalog.child(field, name ?? ''));
  }
  return path;
}

/** Or may be: for a list that the catalog doesn't know, this is unknown. */
function isNamedBySecret(list: Field | undefined): boolean {
  const members = list?.identity.map((name) => list.item?.fields?.get(name)) ?? [];
  return [list?.item, ...members].some(
    (field) => !field || field.secret || field.partlySecret === 'userinfo',
  );
}

/** A path up to its first entry, the list included. */
function upToEntry(path: Path): Path {
  const first = path.findIndex(({ kind }) => kind === 'entry');
  return first < 0 ? path : path.slice(0, first);
}

/** Paths for people: cut off at their list, because entries may be named by secrets. */
export function shownPaths(paths: readonly Path[]): string {
  const texts = [...new Set(paths.map((path) => formatPath(upToEntry(path)) || 'the whole configuration'))];
  return texts.length > 4 ? `${texts.slice(0, 4).join(', ')} and ${texts.length - 4} more` : texts.join(', ');
}
