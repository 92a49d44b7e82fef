// What a path names for a rotation: an entry of a list, beside which another key can stand, or the management secret. Pure.
import type { Catalog, Field } from '../../gateway/catalog/field.ts';
import { factsOf } from '../../gateway/layout/layouts.ts';
import { pathsIn } from '../../gateway/layout/locate.ts';
import { entry, formatPath, key, type Path, type Segment } from '../../domain/path.ts';
import type { Fingerprints } from '../../domain/secret.ts';
import type { RotationKind } from '../../domain/state/rotation.ts';
import { isTree, listOf, type Tree, type Value } from '../../lib/value.ts';
import { identityOf } from '../../plan/diff/identity.ts';
import { labelOf, namesInPatterns } from '../../plan/diff/location.ts';

export type Steps = readonly (string | number)[];

export interface Subject {
  readonly kind: RotationKind;
  /** The list, or the value itself; into the declared tree. */
  readonly steps: Steps;
  /** The same as a path, in the layout of the files. */
  readonly place: string;
  /** Where in its list. */
  readonly index: number | undefined;
  /** From the entry to its key: empty where the entry is the key. */
  readonly member: readonly string[];
  readonly value: string;
  /** What tells the entry from the others of its list, with another key in place of its own. */
  readonly identityWith: (key: string) => string;
}

/** What is declared, and how output calls its secrets. */
export interface Naming {
  readonly tree: Tree;
  readonly catalog: Catalog;
  readonly fingerprints: Fingerprints;
}

/** A sentence where the path leads to nothing that can be rotated. */
export function subjectAt(path: Path, naming: Naming): Subject | string {
  const { layout } = naming.catalog;
  const found = pathsIn(layout, path, layout).map((one) => {
    const here = walk(one, naming);
    return typeof here === 'string' ? here : subjectOf(here, layout);
  });
  return found.find((one) => typeof one !== 'string') ?? found.at(-1) ?? "it isn't declared";
}

/** The entry of the list at `place` that has this identity; undefined: it isn't declared. */
export function entryAt(
  place: Path,
  naming: Naming,
  isIt: (identity: string) => boolean,
): { readonly steps: Steps; readonly index: number; readonly list: Field } | undefined {
  const here = walk(place, naming);
  if (typeof here === 'string' || here.field?.kind !== 'list') return undefined;
  const list = here.field;
  const index = listOf(here.value).findIndex((item) => isIt(identityOf(list, item)));
  return index < 0 ? undefined : { steps: here.steps, index, list };
}

interface Here {
  readonly up: Here | undefined;
  readonly field: Field | undefined;
  readonly value: Value | undefined;
  readonly steps: Steps;
  readonly path: Path;
}

function walk(path: Path, { tree, catalog, fingerprints }: Naming): Here | string {
  let here: Here = { up: undefined, field: catalog.root, value: tree, steps: [], path: [] };
  for (const { name } of path) {
    if (name === null) return '`*` names no single key';
    const next = here.field?.kind === 'list' ? entryNamed(name, here, fingerprints) : memberNamed(name, here);
    if (typeof next === 'string') return next;
    here = next;
  }
  return here;
}

const below = (
  up: Here,
  step: string | number,
  segment: Segment,
  inner: Pick<Here, 'field' | 'value'>,
): Here => ({ up, ...inner, steps: [...up.steps, step], path: [...up.path, segment] });

function memberNamed(name: string, here: Here): Here | string {
  const { field, value, path } = here;
  const member = isTree(value) ? value[name] : undefined;
  if (member === undefined) return `the files don't declare \`${formatPath([...path, key(name)])}\``;
  return below(here, name, key(name), { field: field?.fields?.get(name) ?? field?.value, value: member });
}

function entryNamed(name: string, here: Here, fingerprints: Fingerprints): Here | string {
  const { field: list, value, path } = here;
  if (!list) return "the gateway doesn't know it";
  const items = listOf(value);
  const labels = items.map((item, index) =>
    labelOf({ up: undefined, list, value: item, index, among: [items] }, fingerprints),
  );
  const exact = labels.indexOf(name);
  const also = items.flatMap((item, i) =>
    namesInPatterns(list, item, fingerprints).includes(name) ? [i] : [],
  );
  const byPosition = /^\d+$/.test(name) && Number(name) < items.length ? [Number(name)] : [];
  const [at] = exact >= 0 ? [exact] : [...also, ...byPosition];
  if (at === undefined)
    return `the files declare no entry \`${name}\` of \`${formatPath(path)}\`, but ${listing(labels)}`;
  if (exact < 0 && also.length > 1)
    return `\`${name}\` names several entries: ${listing(also.map((i) => labels[i] ?? ''))}`;
  return below(here, at, entry(labels[at] ?? name), { field: list.item, value: items[at] });
}

const MOST = 8;

function listing(labels: readonly string[]): string {
  if (labels.length === 0) return 'none';
  const rest = labels.length > MOST ? ` and ${labels.length - MOST} more` : '';
  return `${labels
    .slice(0, MOST)
    .map((label) => `\`${label}\``)
    .join(', ')}${rest}`;
}

function subjectOf(here: Here, layout: Catalog['layout']): Subject | string {
  const { field, value, steps, path, up } = here;
  if (typeof steps.at(-1) === 'number') return entrySubject(here, undefined, layout);
  if (!field?.secret) return "it isn't a secret";
  if (up && typeof up.steps.at(-1) === 'number') return entrySubject(up, String(steps.at(-1)), layout);
  const place = formatPath(path);
  if (place !== `${factsOf(layout).management}.secret-key`)
    return 'the gateway has one value there at a time, so no other can stand beside it';
  const common = { steps, place, index: undefined, member: [] };
  return { ...common, kind: 'management-secret', value: String(value), identityWith: (text) => text };
}

/** `named`: the member that the path ends with. Otherwise the key is the entry, or the secret that identifies it. */
function entrySubject(here: Here, named: string | undefined, layout: Catalog['layout']): Subject | string {
  const { field, value, steps, path, up } = here;
  const list = up?.field;
  if (!list || value === undefined) return "the gateway doesn't know it";
  const place = formatPath(path.slice(0, -1));
  const common = { steps: steps.slice(0, -1), place, index: Number(steps.at(-1)) };
  if (!isTree(value)) {
    if (!field?.secret) return "it isn't a secret";
    const kind = place === factsOf(layout).clientKeys ? 'client-key' : 'provider-key';
    return {
      ...common,
      kind,
      member: [],
      value: String(value),
      identityWith: (text) => identityOf(list, text),
    };
  }
  const name = named ?? list.identity.find((each) => field?.fields?.get(each)?.secret);
  if (name === undefined || !list.identity.includes(name)) return whyNot(value, path, named);
  const secret = value[name];
  if (typeof secret !== 'string') return `it has no \`${name}\``;
  const identityWith = (text: string): string => identityOf(list, { ...value, [name]: text });
  return { ...common, kind: 'provider-key', member: [name], value: secret, identityWith };
}

const LISTS_OF_KEYS = ['api-key-entries', 'keys'];

function whyNot(value: Tree, path: Path, named: string | undefined): string {
  if (named !== undefined) return "it isn't the key of its entry, so no other can stand beside it";
  const list = LISTS_OF_KEYS.find((name) => listOf(value[name]).length > 0);
  if (list === undefined) return "it isn't a key";
  return `it has several keys. Name one of them: \`${formatPath([...path, key(list)])}[…]\``;
}
