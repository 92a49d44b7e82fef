// Names for secrets, and references in their place: `OPENROUTER_API_KEY`, `CLAUDE_API_KEY_1`, `CLIENT_KEY_1`. The
// same secret has the same name everywhere.
import { isFlat } from '../gateway/layout/layouts.ts';
import type { Catalog } from '../gateway/catalog/field.ts';
import { mapSecrets, type SecretPlace } from '../gateway/catalog/secrets.ts';
import { translatedPaths } from '../gateway/layout/locate.ts';
import { entry, formatPath, key, type Path } from '../domain/path.ts';
import { seal, type Sealed } from '../domain/secret.ts';
import { isList, isTree, type Tree, type Value, valueAt } from '../lib/value.ts';
import { displayPath } from '../desired/read/locations.ts';
import type { Environment } from '../input/environment.ts';
import { isReservedVariable } from '../input/reference-rules.ts';

export interface Variable {
  readonly name: string;
  readonly secret: Sealed<string>;
  /** Paths without secrets, in the order of the file. */
  readonly usedAt: readonly string[];
}

export interface Referred {
  /** The tree with `${env:NAME}` in place of secrets, other `${` escaped. */
  readonly tree: Tree;
  readonly variables: readonly Variable[];
}

interface Found {
  readonly secret: string;
  readonly place: SecretPlace;
  readonly whole: boolean;
}

/** Paths of secrets that no variable can contain: numbers, texts that aren't valid in an environment. */
export function unspeakable(tree: Tree, catalog: Catalog): readonly SecretPlace[] {
  return secretsIn(tree, catalog)
    .filter(
      ({ secret, place, whole }) =>
        // A reference drops the newline at the end.
        secret.endsWith('\n') ||
        secret.includes('\0') ||
        !secret.isWellFormed() ||
        (whole && typeof valueAt(tree, place) !== 'string'),
    )
    .map(({ place }) => place);
}

/** `env`: a name with another value there isn't used; a name with the value of a secret is used for it. */
export function referTo(tree: Tree, catalog: Catalog, env: Environment): Referred {
  const found = secretsIn(tree, catalog);
  const names = namesFor(found, tree, catalog, env);
  const used = new Map<string, string[]>();
  const stand = (secret: string, place: SecretPlace): string => {
    if (isBlank(secret)) return secret;
    const name = names.get(secret) ?? '';
    const path = formatPath(displayPath(tree, place.map(String)));
    const paths = used.get(secret) ?? [];
    used.set(secret, paths);
    if (!paths.includes(path)) paths.push(path);
    return `${OPEN}${name}${CLOSE}`;
  };
  const marked = mapSecrets<string>(catalog.root, tree, { whole: stand, part: stand }) as Tree;
  const elsewhere = replacer(names, stand);
  return {
    tree: written(marked, [], elsewhere) as Tree,
    variables: [...names].map(([secret, name]) => ({
      name,
      secret: seal(secret),
      usedAt: used.get(secret) ?? [],
    })),
  };
}

/** Mark a name until everything else is escaped; no configuration contains them. */
const OPEN = '\u{E001}';
const CLOSE = '\u{E002}';

function secretsIn(tree: Tree, catalog: Catalog): Found[] {
  const found: Found[] = [];
  mapSecrets(catalog.root, tree, {
    whole: (secret, place) => (found.push({ secret, place, whole: true }), secret),
    part: (secret, place) => (found.push({ secret, place, whole: false }), secret),
  });
  return found.filter(({ secret }) => !isBlank(secret));
}

/** Nothing to hide, and an empty variable would look like a mistake. */
const isBlank = (secret: string): boolean => secret.trim() === '';

// ── texts ────────────────────────────────────────────────────────────────────────────────────────────────────────

type Replacer = (text: string, place: SecretPlace) => string;

function written(value: Value, place: SecretPlace, elsewhere: Replacer): Value {
  if (typeof value === 'string')
    return elsewhere(value, place)
      .replaceAll('${', () => '$${')
      .replaceAll(OPEN, () => '${env:')
      .replaceAll(CLOSE, '}');
  if (isList(value)) return value.map((item, i) => written(item, [...place, i], elsewhere));
  if (!isTree(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, written(member, [...place, name], elsewhere)]),
  );
}

/** Shorter secrets could occur in another text by chance. */
const SURELY_THE_SAME = 12;

/** A secret that also occurs at an unexpected path is a secret there too. */
function replacer(
  names: ReadonlyMap<string, string>,
  stand: (secret: string, place: SecretPlace) => string,
): Replacer {
  const long = [...names.keys()].filter((secret) => secret.length >= SURELY_THE_SAME);
  const starts = new Map<string, string[]>();
  for (const secret of long.toSorted((a, b) => b.length - a.length)) {
    const start = secret.slice(0, SURELY_THE_SAME);
    starts.set(start, [...(starts.get(start) ?? []), secret]);
  }
  return (text, place) => {
    let made = '';
    let from = 0;
    for (let at = 0; at + SURELY_THE_SAME <= text.length; at += 1) {
      const secret = starts
        .get(text.slice(at, at + SURELY_THE_SAME))
        ?.find((each) => text.startsWith(each, at));
      if (secret === undefined) continue;
      made += text.slice(from, at) + stand(secret, place);
      from = at + secret.length;
      at = from - 1;
    }
    return made + text.slice(from);
  };
}

// ── names ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Shorter values can be equal by chance. */
const SURELY_A_SECRET = 8;

/** The variable that already contains a secret: its name is used, because other files and people know it. */
function holders(env: Environment): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const [name, value = ''] of Object.entries(env))
    if (
      value.length >= SURELY_A_SECRET &&
      /^[A-Za-z_]\w*$/.test(name) &&
      !isReservedVariable(name) &&
      !names.has(value)
    )
      names.set(value, name);
  return names;
}

/** By secret, in the order of the file. */
function namesFor(
  found: readonly Found[],
  tree: Tree,
  catalog: Catalog,
  env: Environment,
): Map<string, string> {
  const stems = new Map<string, string>();
  for (const each of found) if (!stems.has(each.secret)) stems.set(each.secret, stemOf(each, tree, catalog));
  const sharing = new Map<string, number>();
  for (const stem of stems.values()) sharing.set(stem, (sharing.get(stem) ?? 0) + 1);
  const held = holders(env);
  const taken = new Set<string>();
  const next = new Map<string, number>();
  const names = new Map<string, string>();
  for (const [secret, stem] of stems) {
    const holder = env[stem] === secret ? stem : held.get(secret);
    let name = holder ?? stem;
    let count = next.get(stem) ?? 1;
    const isFree = (): boolean => !taken.has(name) && (env[name] === undefined || env[name] === secret);
    if (holder === undefined && (sharing.get(stem) !== 1 || !isFree())) {
      do name = `${stem}_${count++}`;
      while (!isFree());
    }
    next.set(stem, count);
    taken.add(name);
    names.set(secret, name);
  }
  return names;
}

function stemOf({ place, whole }: Found, tree: Tree, { layout }: Catalog): string {
  const path = flatPath(place, layout);
  const names = path.flatMap(({ kind, name }) => (kind === 'key' && name !== null ? [name] : []));
  if (names[0] === 'api-keys') return 'CLIENT_KEY';
  const last = names.at(-1) ?? '';
  const owner = path.length > 1 ? ownerOf(names, place, tree) : '';
  const what = whole ? last : `${last.replace(/-url$/, '')}-password`;
  return upper(owner === '' || what === owner ? what : `${owner}_${what}`);
}

/** In the spelling of the flat layout, so that a secret keeps its name if the file gets the other layout. */
function flatPath(place: SecretPlace, layout: Catalog['layout']): Path {
  const path = place.map((step) => (typeof step === 'string' ? key(step) : entry(String(step))));
  return (isFlat(layout) ? undefined : translatedPaths('legacy', path)[0]) ?? path;
}

/** The owner of the secret: a provider, an entry, a plugin. */
function ownerOf([top = '', second, third]: readonly string[], place: SecretPlace, tree: Tree): string {
  if (top === 'openai-compatibility') return nameAt(tree, entryAround(place)) ?? 'provider';
  if (top === 'plugins' && second === 'configs') return `plugin_${third}`;
  return top.replace(/-api-key$/, '');
}

/** The outermost entry of a list around the path. */
const entryAround = (place: SecretPlace): SecretPlace =>
  place.slice(0, place.findIndex((step) => typeof step === 'number') + 1);

function nameAt(tree: Tree, place: SecretPlace): string | undefined {
  const entry = valueAt(tree, place);
  const name = isTree(entry) ? entry['name'] : undefined;
  return typeof name === 'string' && /[a-z0-9]/i.test(name) ? name : undefined;
}

function upper(text: string): string {
  const name = text
    .normalize('NFKD')
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '')
    .toUpperCase();
  const own = /^[A-Z]/.test(name) ? name : `KEY_${name}`.replace(/_$/, '');
  return isReservedVariable(own) ? `GATEWAY_${own}` : own;
}
