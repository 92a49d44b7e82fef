// The origin of the texts of a desired state: a reference, which makes them secrets everywhere, or the files
// themselves. Current texts are compared directly, those of earlier runs by keyed hashes. Pure.
import type { Catalog, Field } from '../../gateway/catalog/field.ts';
import { isOpenField } from '../../gateway/catalog/secrets.ts';
import type { Desired } from '../../domain/desired.ts';
import { escapeToken, stepsOfPointer } from '../../domain/path.ts';
import type { KnownTexts } from '../../domain/secret.ts';
import type { Origins } from '../../domain/state/state.ts';
import { memo, memoBy } from '../../lib/memo.ts';
import { isList, isTree, type Value, valueAt } from '../../lib/value.ts';
import { secretsOf, SHORTEST } from './secret-locations.ts';

type Hash = (text: string) => string;
type Declared = Pick<Desired, 'tree' | 'references' | 'publicReferences' | 'secrets'>;

/** Texts in the form in which they are compared, because the gateway may have changed their spelling. */
export interface Texts {
  readonly secrets: ReadonlySet<string>;
  readonly plain: ReadonlySet<string>;
  /** The reference of a secret, by its trimmed text: the names of variables and files. */
  readonly names: ReadonlyMap<string, string>;
}

/**
 * The gateway's normalisation of texts (blanks, a slash at the end, lower case) doesn't create a different secret.
 */
const folded = (text: string): string => text.trim().replace(/\/+$/, '').toLowerCase();

/** A short text is compared only at its own path: a reference with the value `5` doesn't hide every other 5. */
function secretKey(text: string, place?: () => string | undefined): string {
  return text.length < SHORTEST ? `${place?.() ?? ''}\n${folded(text)}` : folded(text);
}

/** Cached per desired state: the plan, the record and the report of one apply need it. */
export const declaredTexts: (desired: Declared, catalog: Catalog) => Texts = memoBy(collectTexts);

function collectTexts(desired: Declared, catalog: Catalog): Texts {
  const secrets = new Set([...desired.secrets.open()].map((text) => secretKey(text)));
  const names = new Map<string, string>();
  for (const [pointer, reference] of desired.references) {
    if (desired.publicReferences.has(reference)) continue;
    const steps = stepsOfPointer(pointer);
    const value = valueAt(desired.tree.open(), steps);
    if (typeof value !== 'string' && typeof value !== 'number') continue;
    secrets.add(secretKey(String(value), () => catalog.at(steps)?.pattern));
    const text = String(value).trim();
    if (!names.has(text)) names.set(text, namesIn(reference));
  }
  return { secrets, plain: plainTexts(desired, catalog), names };
}

/** `LAPTOP_KEY` of `${env:LAPTOP_KEY}`; all of a text with several references. */
const namesIn = (reference: string): string =>
  [...reference.matchAll(/\$\{\w+:([^}]+)\}/g)].map(([, name]) => name).join(', ');

/** What the files contain literally at free-form paths, unless a name there makes it a secret. */
function plainTexts(desired: Declared, catalog: Catalog): ReadonlySet<string> {
  const tree = desired.tree.open();
  const secret = new Set(secretsOf(tree, catalog).map(({ pointer }) => pointer));
  const plain = new Set<string>();
  const walk = (value: Value, field: Field | undefined, pointer: string): void => {
    if (field && !leadsToOpen(field)) return;
    const below = (name: string, member: Value): void =>
      walk(member, field && catalog.child(field, name), `${pointer}/${escapeToken(name)}`);
    if (isList(value)) return value.forEach((item, i) => below(String(i), item));
    if (isTree(value)) return Object.keys(value).forEach((name) => below(name, value[name] as Value));
    const reference = desired.references.get(pointer);
    const isOwn = reference === undefined || desired.publicReferences.has(reference);
    if (value === null || typeof value === 'boolean' || !isOwn || secret.has(pointer)) return;
    if (isOpenField(field)) plain.add(folded(String(value)));
  };
  walk(tree, catalog.root, '');
  return plain;
}

/** Whether a value of this field can be at, or contain, a free-form path. */
const leadsToOpen: (field: Field) => boolean = memo(
  (field) =>
    isOpenField(field) ||
    [field.value, field.item, field.json?.inside, ...(field.fields?.values() ?? [])].some(
      (inner) => inner !== undefined && leadsToOpen(inner),
    ),
);

const hashed = (key: string, hash: Hash): string => hash(`origin\n${key}`).slice(0, DIGITS);

/** Hex digits: enough that no ordinary word counts as a secret. */
const DIGITS = 16;

/** `now` is computed on first use. */
export function knownTexts(
  now: (() => Texts) | undefined,
  earlier: Origins | undefined,
  hash: Hash,
): KnownTexts {
  let texts: Texts | undefined;
  const current = (): Texts | undefined => (texts ??= now?.());
  const secrets = new Set(earlier?.secrets);
  const plain = new Set(earlier?.plain);
  return {
    isSecret(text, place) {
      const key = secretKey(text, () => place);
      return current()?.secrets.has(key) === true || (secrets.size > 0 && secrets.has(hashed(key, hash)));
    },
    isPlain(text) {
      const key = folded(text);
      return current()?.plain.has(key) === true || (plain.size > 0 && plain.has(hashed(key, hash)));
    },
    nameOf: (text) => current()?.names.get(text.trim()),
  };
}

/** For redaction by value: the hashes of secrets of earlier runs, and how a token is hashed to compare it with them. */
export function hashedSecrets({ secrets }: Origins, hash: Hash): HashedSecrets {
  return { hashes: secrets, hashOf: (token) => hashed(secretKey(token), hash) };
}

export interface HashedSecrets {
  readonly hashes: readonly string[];
  readonly hashOf: (token: string) => string;
}

/** How many texts of earlier runs are kept in addition to those of the last one. */
const EARLIER = 2000;

/** What to record: the current texts, and the newest of the earlier ones. */
export function originsWith(earlier: Origins | undefined, now: Texts, hash: Hash): Origins {
  const secrets = [...now.secrets].map((key) => hashed(key, hash));
  const known = new Set(secrets);
  const others = (earlier?.secrets ?? []).filter((one) => !known.has(one)).slice(0, EARLIER);
  return { secrets: [...secrets, ...others], plain: [...now.plain].map((key) => hashed(key, hash)) };
}
