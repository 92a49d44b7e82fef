// What an apply records once it succeeded: keyed hashes of the declared values, what Holdfast added, what was
// released. origin.ts and proposed.ts read it.
import type { Catalog, Field } from '../gateway/catalog/field.ts';
import { loadCatalog } from '../gateway/catalog/catalog.ts';
import { fromRemembered, remembered, sameLayout } from '../gateway/layout/layouts.ts';
import type { Desired } from '../domain/desired.ts';
import { canonical } from '../gateway/model/equal.ts';
import { formatPath, parsePath, type Path } from '../domain/path.ts';
import { originsWith, declaredTexts } from '../desired/read/origins.ts';
import type { LastApplied, Origins } from '../domain/state/state.ts';
import { isList, isTree, type Tree, treeOf, type Value } from '../lib/value.ts';
import { keyIdOf } from './digest.ts';
import { hasIdentity } from './diff/identity.ts';
import { hashOf, stateKey } from './diff/origin.ts';
import type { KnownState, PlanInput, Prepared } from './types/input.ts';
import { type Location, statePathOf } from './diff/location.ts';
import { foldedName, unknownField } from './diff/unknown-key.ts';

export interface Remembered {
  readonly lastApplied: LastApplied;
  /** For `TargetState.released`. */
  readonly released: readonly string[];
}

/**
 * To be stored after `prepared` was applied and verified, and after a plan without differences (the revision can be
 * new). Paths whose differences weren't applied keep their previous record.
 */
export function remember(input: PlanInput, prepared: Prepared): Remembered {
  const { lastApplied } = input.state;
  const hashes: Record<string, string> = {};
  const { proposed, unapplied, leftOut } = prepared.basis;
  const { catalog } = input.dialect;
  for (const { location, field, value } of ownedNodes(catalog, input.desired.tree.open(), proposed.open()))
    hashes[stateKey(location, input.hash)] = hashOf(field, value, input.hash);
  for (const path of prepared.plan.released) keepBelow(hashes, lastApplied?.hashes ?? {}, path);
  for (const path of [...unapplied, ...leftOut]) keepBelow(hashes, lastApplied?.hashes ?? {}, path);
  const isWhole = leftOut.length === 0 && prepared.plan.changes.every(({ quarantined }) => !quarantined);
  const from = isWhole
    ? { revision: input.desired.revision, keyId: keyIdOf(input.target.digestKey) }
    : { revision: lastApplied?.revision ?? NO_REVISION, keyId: lastApplied?.keyId };
  return {
    lastApplied: {
      at: input.now,
      ...from,
      hashes,
      placed: placedAfter(lastApplied?.placed ?? [], prepared, hashes),
      ...remembered(input.dialect.catalog.layout),
      url: input.target.url.href,
    },
    released: isWhole ? prepared.plan.released : releasedStill(input, prepared),
  };
}

/** Where a part was applied and nothing before: no files have this digest. */
const NO_REVISION = { digest: '' };

/** What was released before and is outside of this plan stays so. */
function releasedStill({ state }: PlanInput, { plan, basis }: Prepared): readonly string[] {
  const outside = new Set(basis.leftOut);
  const earlier = (state.released ?? []).filter((path) => outside.has(path));
  return [...new Set([...plan.released, ...earlier])];
}

/** What to record about the texts of `input`; the existing record if the same files were seen before. */
export function rememberedTexts({ desired, dialect, state, hash }: PlanInput): Origins {
  const isKnown = state.lastApplied?.revision.digest === desired.revision.digest;
  return isKnown && state.origins
    ? state.origins
    : originsWith(state.origins, declaredTexts(desired, dialect.catalog), hash);
}

/** Paths that weren't applied keep their previous record, not the value of the files. */
function keepBelow(
  hashes: Record<string, string>,
  earlier: Readonly<Record<string, string>>,
  at: string,
): void {
  const isBelow = (key: string): boolean =>
    key === at || (key.startsWith(at) && /^[.[]/.test(key.slice(at.length)));
  for (const key of Object.keys(hashes)) if (isBelow(key)) delete hashes[key];
  for (const [key, hash] of Object.entries(earlier)) if (isBelow(key)) hashes[key] = hash;
}

/** Entries that Holdfast added, now or earlier, and that are still declared. */
function placedAfter(
  earlier: readonly string[],
  { differences, basis }: Prepared,
  hashes: Readonly<Record<string, string>>,
): string[] {
  const added = differences.filter(
    ({ kind, disposition }) => disposition === 'apply' && (kind === 'add' || kind === 'rename'),
  );
  const placed = new Set([...earlier, ...added.map(({ id }) => basis.stateKeys.get(id) ?? '')]);
  return [...placed].filter((key) => key.endsWith(']') && hashes[key] !== undefined).toSorted();
}

export interface OwnedNode {
  readonly location: Location;
  readonly field: Field;
  readonly value: Value | undefined;
}

/** Every owned value: scalars, lists with everything in them, keys of maps, leaves of free-form settings. */
export function* ownedNodes(catalog: Catalog, declared: Tree, image: Tree): Generator<OwnedNode> {
  yield* nodesOf(catalog, catalog.root, declared, image, undefined);
}

function* nodesOf(
  catalog: Catalog,
  field: Field,
  declared: Tree,
  image: Tree,
  up: Location | undefined,
): Generator<OwnedNode> {
  for (const [name, value] of membersOf(field, declared)) {
    const child = catalog.child(field, name) ?? unknownField(field, name);
    const location: Location = { up, key: name };
    if (isTree(value) && isOwnedInside(child, value))
      yield* nodesOf(catalog, child, value, treeOf(image[name]), location);
    else yield* wholeNodes(catalog, child, image[name], location);
  }
}

/** An empty section owns nothing; an empty map or free-form setting is owned as such. */
function isOwnedInside({ kind }: Field, value: Tree): boolean {
  return kind === 'struct' || ((kind === 'map' || kind === 'any') && Object.keys(value).length > 0);
}

function membersOf(field: Field, declared: Tree): readonly (readonly [string, Value])[] {
  return Object.entries(declared).map(([name, value]) => [foldedName(field, name), value]);
}

function* wholeNodes(
  catalog: Catalog,
  field: Field,
  value: Value | undefined,
  location: Location,
): Generator<OwnedNode> {
  yield { location, field, value };
  if (isList(value) && hasIdentity(field) && field.item) yield* entryNodes(catalog, field, value, location);
  else if (isTree(value) && field.kind !== 'any') yield* memberNodes(catalog, field, value, location, []);
}

function* entryNodes(
  catalog: Catalog,
  list: Field,
  values: readonly Value[],
  up: Location,
): Generator<OwnedNode> {
  const { item: field } = list;
  if (!field) return;
  for (const [index, value] of values.entries()) {
    const location: Location = { up, list, value, index, among: [values] };
    if (isTree(value) && field.kind !== 'any') {
      yield { location, field, value };
      yield* memberNodes(catalog, field, value, location, list.identity);
    } else yield* wholeNodes(catalog, field, value, location);
  }
}

/** The key already contains the identity of an entry: an entry with another identity is a different entry. */
function* memberNodes(
  catalog: Catalog,
  field: Field,
  value: Tree,
  up: Location,
  identity: readonly string[],
): Generator<OwnedNode> {
  for (const [name, member] of Object.entries(value)) {
    if (identity.includes(name)) continue;
    yield* wholeNodes(catalog, catalog.child(field, name) ?? unknownField(field, name), member, {
      up,
      key: name,
    });
  }
}

/**
 * Paths that were declared once, aren't declared now, and still have a value on the gateway: the owned units of the
 * last apply and those released earlier.
 */
export function releasedPaths(
  state: KnownState,
  catalog: Catalog,
  declared: Tree,
  live: Tree,
): readonly Path[] {
  const candidates = new Set([...(state.released ?? []), ...unitsOf(state.lastApplied?.hashes ?? {})]);
  return [...candidates]
    .toSorted()
    .map(parsePath)
    .filter((path) => !isDeclared(catalog, declared, path) && isInForce(catalog, live, path));
}

/** Paths of one desired state that another one in the same layout doesn't declare. */
export function undeclaredIn(catalog: Catalog, before: Tree, now: Tree): readonly Path[] {
  return [...ownedNodes(catalog, before, before)]
    .filter(({ location }) => isOutsideLists(location))
    .map(({ location }) => statePathOf(location, (text) => text))
    .filter((path) => !isDeclared(catalog, now, path));
}

const isOutsideLists = (location: Location): boolean =>
  'key' in location && (location.up === undefined || isOutsideLists(location.up));

/** What an apply recorded and these files no longer declare; nothing if it recorded another layout. */
export function undeclaredUnits(
  lastApplied: LastApplied | undefined,
  { layout, tree }: Pick<Desired, 'layout' | 'tree'>,
): readonly string[] {
  if (!lastApplied || !sameLayout(fromRemembered(lastApplied.layout), layout)) return [];
  const catalog = loadCatalog(layout);
  return unitsOf(lastApplied.hashes).filter((path) => !isDeclared(catalog, tree.open(), parsePath(path)));
}

/** The state without any record of these paths. */
export function forgotten(
  { lastApplied, released = [] }: Pick<KnownState, 'lastApplied' | 'released'>,
  paths: readonly string[],
): { readonly lastApplied?: LastApplied; readonly released: readonly string[] } {
  const gone = new Set(paths);
  const left = released.filter((path) => !gone.has(path));
  if (!lastApplied) return { released: left };
  const hashes = { ...lastApplied.hashes };
  for (const path of paths) keepBelow(hashes, {}, path);
  const placed = lastApplied.placed.filter((key) => hashes[key] !== undefined);
  return { lastApplied: { ...lastApplied, hashes, placed }, released: left };
}

/** The outermost recorded paths: what is inside an owned list isn't released separately. */
export function unitsOf(hashes: Readonly<Record<string, string>>): string[] {
  return Object.keys(hashes).filter((key) => {
    const bracket = key.indexOf('['); // most are entries of a list; this avoids parsing thousands of paths
    if (bracket > 0 && hashes[key.slice(0, bracket)] !== undefined) return false;
    const path = parsePath(key);
    return !path.some((_, i) => i > 0 && hashes[formatPath(path.slice(0, i))] !== undefined);
  });
}

function isDeclared(catalog: Catalog, declared: Tree, path: Path): boolean {
  let field: Field | undefined = catalog.root;
  let tree: Value | undefined = declared;
  for (const { name } of path) {
    if (!isTree(tree) || !field) return true; // declared above: a list or a value that replaced what was below
    tree = Object.fromEntries(membersOf(field, tree))[name ?? ''];
    field = catalog.child(field, name ?? '');
    if (tree === undefined) return false;
  }
  return true;
}

function isInForce(catalog: Catalog, live: Tree, path: Path): boolean {
  const names = path.map(({ name }) => name ?? '');
  const field = catalog.at(names);
  let value: Value | undefined = live;
  for (const name of names) value = isTree(value) ? value[name] : undefined;
  if (value === undefined) return false;
  return field === undefined || canonical(field, value) !== undefined;
}
