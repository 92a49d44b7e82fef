// Translates the desired state, the policy and the records for this gateway: to its layout, with families of
// credentials built from its existing groups (design §4, design-v8 rules 16 to 21). Never translates the live state.
// Pure.
import { translatedDesired } from '../../desired/layout/for-gateway.ts';
import { loadCatalog } from '../../gateway/catalog/catalog.ts';
import type { Catalog } from '../../gateway/catalog/field.ts';
import type { Dialect } from '../../gateway/dialect.ts';
import { familyAt } from '../../gateway/layout/effective.ts';
import { factsOf, fromRemembered, isFlat, sameLayout } from '../../gateway/layout/layouts.ts';
import { pathsIn, translatedPaths } from '../../gateway/layout/locate.ts';
import { originOf, translate, type Translation } from '../../gateway/layout/translate.ts';
import { layoutTable } from '../../gateway/layout/table.ts';
import type { Desired, Layout } from '../../domain/desired.ts';
import { positionAt, spokenBy } from '../../domain/desired.ts';
import type { Verdict } from '../../domain/plan/guard.ts';
import type { Live } from '../../domain/live.ts';
import { coversPath, entry, formatPath, key, parsePath, type Path, pointerTo } from '../../domain/path.ts';
import type { Problem } from '../../domain/problem/problem.ts';
import { problem } from '../../domain/problem/problem.ts';
import { fingerprintsOf } from '../../domain/named-key.ts';
import { seal } from '../../domain/secret.ts';
import type { LastApplied } from '../../domain/state/state.ts';
import type { Allowance, Ownership, Target } from '../../domain/target.ts';
import { memoBy } from '../../lib/memo.ts';
import { isList, isTree, listOf, type Tree, type Value, valueAt } from '../../lib/value.ts';
import { memberText } from '../diff/identity.ts';
import { neededMigration } from './migration.ts';
import type { Built } from '../types/input.ts';
import { scopeOf } from '../diff/scope.ts';
import { type MergedGroups, type MergeGroupsInput, mergeGroups } from './merge-groups.ts';
import { statePathOf, type Location } from '../diff/location.ts';

export interface LocaliseInput {
  readonly desired: Desired;
  readonly target: Target;
  readonly allow: readonly Allowance[] | undefined;
  /** `--only`: what can't be said elsewhere refuses nothing. */
  readonly only?: readonly Path[] | undefined;
  readonly lastApplied: LastApplied | undefined;
  readonly released: readonly string[] | undefined;
  readonly dialect: Dialect;
  /** Content of the file in the layout of the dialect; required if families are in groups. */
  readonly content: Tree;
  readonly live: Pick<Live, 'file' | 'keptFlat'>;
  readonly hash: (text: string) => string;
}

export interface Localised {
  readonly desired: Desired;
  readonly built: Built | undefined;
  readonly target: Target;
  readonly allow: readonly Allowance[] | undefined;
  readonly lastApplied: LastApplied | undefined;
  readonly released: readonly string[] | undefined;
  /** What this gateway can't express. */
  readonly refusals: readonly Verdict[];
  readonly notes: readonly Problem[];
}

export function localiseDesired(input: LocaliseInput): Localised {
  const { desired, dialect, target, allow, lastApplied, released } = input;
  const { catalog } = dialect;
  const { layout, hasGroups } = factsOf(catalog.layout);
  const spoken = spokenBy(desired);
  const policy = policyIn(layout, target, spoken);
  const allowed = allow?.flatMap((allowance) => allowanceIn(layout, allowance, spoken));
  if (isInLayoutAlready(input))
    return {
      desired,
      built: undefined,
      target: policy,
      allow: allowed,
      lastApplied,
      released,
      refusals: [],
      notes: [],
    };
  const { translation, localised } = translated(desired, catalog);
  const state = stateIn(layout, lastApplied, released);
  return {
    desired: localised,
    built: hasGroups ? builtFamilies(localised, { ...input, target: policy, ...state }) : undefined,
    target: hasGroups ? withoutFamilyOwnership(policy) : policy,
    allow: allowed,
    ...state,
    refusals: refusalsOf(
      translation.refusals.filter(({ path }) => scopeOf(input.only, layout, spoken).touches(path.map(key))),
      input,
    ),
    notes: translation.remarks.flatMap((remark) => noteOf(remark, desired, layout)),
  };
}

interface Translated {
  readonly translation: Translation;
  readonly localised: Desired;
}

/** Once: a desired state is planned several times in a transaction, and by every check of a daemon. */
const translated = memoBy((desired: Desired, catalog: Catalog): Translated => {
  const translation = sayable(translate(desired.tree.open(), desired.layout, catalog.layout), catalog);
  return { translation, localised: translatedDesired(desired, translation) };
});

/** Files and gateway have the same catalog, and the files have no groups to build. */
function isInLayoutAlready({ dialect: { catalog }, desired, lastApplied }: LocaliseInput): boolean {
  const { layout, hasGroups } = factsOf(catalog.layout);
  const isOfState = sameLayout(layout, fromRemembered(lastApplied?.layout));
  return !hasGroups && isOfState && catalog === loadCatalog(desired.layout);
}

/** Without what this gateway would ignore: flat names that only v8 gateways know (design-v8 rule 20). */
function sayable(translation: Translation, catalog: Catalog): Translation {
  if (!isFlat(translation.layout)) return translation;
  const { rows, families } = layoutTable();
  let { tree } = translation;
  const refusals = [...translation.refusals];
  for (const { legacy, v8 } of [...rows, ...families]) {
    const names = legacy?.split('.') ?? [];
    if (legacy === undefined || catalog.at(names) || !isThere(tree, names)) continue;
    tree = without(tree, names);
    const pointer = originOf(translation, `/${names.join('/')}`);
    refusals.push({ why: v8 === undefined ? 'gone' : 'unknown', path: (v8 ?? legacy).split('.'), pointer });
  }
  return { ...translation, tree, refusals };
}

const isThere = (tree: Tree, names: readonly string[]): boolean => valueAt(tree, names) !== undefined;

/** Removes sections that become empty. */
function without(tree: Tree, [name = '', ...rest]: readonly string[]): Tree {
  const { [name]: value, ...others } = tree;
  if (rest.length === 0 || !isTree(value)) return others;
  const below = without(value, rest);
  return Object.keys(below).length === 0 ? others : { ...others, [name]: below };
}

// ── families ─────────────────────────────────────────────────────────────────────────────────────────────────────

function builtFamilies(desired: Desired, input: LocaliseInput): Built {
  const tree = desired.tree.open();
  const families = tree['api-keys'];
  if (!isTree(families)) return { tree: desired.tree, originOf: (pointer) => pointer };
  const made = Object.entries(families).map(([provider, groups]) => {
    const family = isList(groups) ? builtFamily(provider, groups, input) : undefined;
    return { provider, groups: family?.groups ?? groups, origins: family?.origins };
  });
  const origins = new Map(made.map((one) => [one.provider, one.origins]));
  const built = Object.fromEntries(made.map(({ provider, groups }) => [provider, groups]));
  return { tree: seal({ ...tree, 'api-keys': built }), originOf: originsIn(origins) };
}

function builtFamily(
  provider: string,
  declared: readonly Value[],
  input: LocaliseInput,
): MergedGroups | undefined {
  const { content, target } = input;
  const { catalog } = input.dialect;
  const place = `api-keys.${provider}`;
  const family = familyAt(place);
  const field = catalog.at(['api-keys', provider]);
  if (!family || family.form !== 'groups' || !field) return undefined;
  const families = content['api-keys'];
  const now = isTree(families) ? families[provider] : undefined;
  const live = listOf(now);
  const placed = new Set(input.lastApplied?.placed);
  return mergeGroups({
    family,
    field,
    live,
    declared,
    ownership: ownershipOf(target, place),
    placed: (group, at) =>
      placedPaths(input, provider, live, group, keysIn(live[group]), at).some((path) => placed.has(path)),
    wasIn: (group, one) =>
      input.lastApplied?.hashes[placedPaths(input, provider, live, group, [one], 0)[1] ?? ''] !== undefined,
    ...ignoring(target, provider),
  });
}

/** Only if something is ignored, because a fingerprint of each key takes time. */
function ignoring(target: Target, provider: string): Pick<MergeGroupsInput, 'ignored'> {
  const family = [key('api-keys'), key(provider)];
  const depth = family.length + 3;
  const patterns = target.policy.ignore.filter((pattern) => pattern.length === depth);
  if (patterns.length === 0) return {};
  const fingerprints = fingerprintsOf(target);
  return {
    ignored: (effective) => {
      const secret = memberText(effective, 'api-key');
      return [`#${fingerprints.of(secret)}`, fingerprints.nameOf(secret)].some((name) => {
        const path = name !== undefined && [...family, entry('*'), key('keys'), entry(name)];
        return path && patterns.some((pattern) => coversPath(pattern, path));
      });
    },
  };
}

/** Below a key or a member of a group by its origin; a group itself only as a whole. */
function originsIn(families: ReadonlyMap<string, MergedGroups['origins'] | undefined>): Built['originOf'] {
  const known = new Map<string, ReadonlyMap<string, string>>();
  const pointersOf = (provider: string, origins: MergedGroups['origins']): ReadonlyMap<string, string> => {
    const made =
      known.get(provider) ??
      new Map(origins.map(([proposed, declared]) => [pointerTo(proposed), pointerTo(declared)]));
    known.set(provider, made);
    return made;
  };
  return (pointer) => {
    const [, root, provider = '', ...below] = pointer.split('/');
    const origins = root === 'api-keys' && below.length > 0 ? families.get(provider) : undefined;
    if (!origins) return pointer;
    const pointers = pointersOf(provider, origins);
    const base = `/${root}/${provider}`;
    for (let depth = below.length; depth > 0; depth -= 1) {
      const origin = pointers.get(`/${below.slice(0, depth).join('/')}`);
      if (origin === undefined || (depth === 1 && below.length > 1)) continue;
      return [base + origin, ...below.slice(depth)].join('/');
    }
    return undefined;
  };
}

function ownershipOf({ policy }: Target, place: string): Ownership {
  const path = parsePath(place);
  const own = policy.ownership.findLast(
    (one) => one.path.length === path.length && coversPath(one.path, path),
  );
  return own?.ownership ?? 'whole';
}

const keysIn = (group: Value | undefined): readonly Value[] =>
  listOf(isTree(group) ? group['keys'] : undefined);

/** Where the state records the group, and one of these keys in it. */
function placedPaths(
  { dialect: { catalog }, hash }: LocaliseInput,
  provider: string,
  live: readonly Value[],
  group: number,
  keys: readonly Value[],
  at: number,
): readonly string[] {
  const list = catalog.at(['api-keys', provider]);
  const value = live[group];
  const keysField = list?.item?.fields?.get('keys');
  const one = keys[at];
  if (!list || !keysField || value === undefined || one === undefined) return [];
  const up: Location = { up: { up: undefined, key: 'api-keys' }, key: provider };
  const groupTrail: Location = { up, list, value, index: group, among: [live] };
  const keyTrail: Location = {
    up: { up: groupTrail, key: 'keys' },
    list: keysField,
    value: one,
    index: at,
    among: [keys],
  };
  return [groupTrail, keyTrail].map((location) => formatPath(statePathOf(location, hash)));
}

// ── policy and state ─────────────────────────────────────────────────────────────────────────────────────────────

function policyIn(layout: Layout, target: Target, spoken: Layout): Target {
  const { policy } = target;
  return {
    ...target,
    policy: {
      ...policy,
      ignore: policy.ignore.flatMap((path) => pathsIn(layout, path, spoken)),
      ownership: policy.ownership.flatMap(({ path, ownership }) =>
        pathsIn(layout, path, spoken).map((one) => ({ path: one, ownership })),
      ),
      allow: policy.allow.flatMap((allowance) => allowanceIn(layout, allowance, spoken)),
    },
  };
}

function allowanceIn(layout: Layout, allowance: Allowance, spoken: Layout): readonly Allowance[] {
  if (!allowance.path) return [allowance];
  return pathsIn(layout, allowance.path, spoken).map((path) => ({ ...allowance, path }));
}

/** Entries of a family were distinguished when its groups were built; the resulting groups are owned as a whole. */
function withoutFamilyOwnership(target: Target): Target {
  const families = layoutTable().families.filter(({ form }) => form === 'groups');
  const paths = families.map(({ v8 }) => parsePath(v8));
  const ownership = target.policy.ownership.filter(
    ({ path }) => !paths.some((family) => coversPath(family, path)),
  );
  return { ...target, policy: { ...target.policy, ownership } };
}

type Remembered = Pick<Localised, 'lastApplied' | 'released'>;

/**
 * What an apply through the other layout recorded about single settings. Its records about families don't carry
 * over.
 */
function stateIn(
  layout: Layout,
  lastApplied: LastApplied | undefined,
  released: readonly string[] | undefined,
): Remembered {
  if (sameLayout(fromRemembered(lastApplied?.layout), layout)) return { lastApplied, released };
  const rename = (text: string): string => {
    const [other, ...more] = translatedPaths(layout, parsePath(text));
    return other && more.length === 0 ? formatPath(other) : text;
  };
  const kept = released?.map(rename);
  if (!lastApplied) return { lastApplied, released: kept };
  const names = new Map<string, string>();
  const renamed = (text: string): string => {
    const bracket = text.indexOf('[');
    const root = bracket < 0 ? text : text.slice(0, bracket);
    const known = names.get(root) ?? rename(root);
    names.set(root, known);
    return `${known}${bracket < 0 ? '' : text.slice(bracket)}`;
  };
  const hashes = Object.fromEntries(
    Object.entries(lastApplied.hashes).map(([path, hash]) => [renamed(path), hash]),
  );
  return { lastApplied: { ...lastApplied, hashes, placed: lastApplied.placed.map(renamed) }, released: kept };
}

// ── what cannot be said ──────────────────────────────────────────────────────────────────────────────────────────

const REASONS: Readonly<Record<Translation['refusals'][number]['why'], string>> = {
  unknown: "isn't part of this gateway's layout",
  gone: 'no longer exists in this generation of the gateway',
  both: 'is declared twice, in two spellings',
  empty: "is an empty section, which this gateway's layout can't express",
  shape: "doesn't have the form that this gateway's layout requires",
};

type Refusal = Translation['refusals'][number];

/** In a flat file that nobody allowed to convert, what only the v8 layout can express requires the conversion. */
function refusalsOf(refusals: readonly Refusal[], { desired, dialect, live }: LocaliseInput): Verdict[] {
  const { layout } = dialect.catalog;
  const converting = live.keptFlat === 'not-allowed' ? refusals.filter(({ why }) => why === 'unknown') : [];
  const others = refusals.filter((refusal) => !converting.includes(refusal));
  const raw = live.file?.text.open();
  return [
    ...others.map((refusal) => refusalText(refusal, desired, layout)),
    ...(converting.length > 0 && raw !== undefined
      ? [
          neededMigration(
            raw,
            converting.map((refusal) => placeText(refusal, desired)),
          ),
        ]
      : []),
  ];
}

function placeText({ path, pointer }: Refusal, desired: Desired): string {
  const at = positionAt(desired, pointer);
  return `\`${path.join('.')}\`${at ? ` (${at.file}:${at.line}:${at.column})` : ''}`;
}

function refusalText(refusal: Refusal, desired: Desired, layout: Layout): Verdict {
  const { why, other } = refusal;
  const needs = isFlat(layout) && why === 'unknown' ? '; it requires a v8 gateway' : '';
  const detail = other === undefined ? '' : `: ${other}`;
  return {
    guard: 'unsupported',
    message: `${placeText(refusal, desired)} ${REASONS[why]}${detail}${needs}`,
    remedy: 'Remove the key for this target (`$remove: true` under it in an overlay), or update the gateway.',
    allowed: false,
    changes: [],
  };
}

function noteOf(
  { what, path, pointer }: Translation['remarks'][number],
  desired: Desired,
  layout: Layout,
): readonly Problem[] {
  if (what === 'spelling' || !isFlat(layout)) return [];
  const reason =
    what === 'name' ? 'the label of a group is dropped' : 'a group without keys has no effect and is dropped';
  const position = positionAt(desired, pointer);
  return [
    problem('HF4005', `${path.join('.')}: ${reason}`, {
      severity: 'warning',
      ...(position && { position }),
    }),
  ];
}
