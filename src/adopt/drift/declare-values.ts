// Values that somebody wants to declare, as the smallest edit of the files. Pure, as the adoption of drift is.
import type { Field } from '../../gateway/catalog/field.ts';
import { noKeyText } from '../../gateway/catalog/nearby.ts';
import { mapSecrets } from '../../gateway/catalog/secrets.ts';
import { formatPath, type Path, type Segment } from '../../domain/path.ts';
import { type Problem, problem } from '../../domain/problem/problem.ts';
import { isList, isTree, listOf, type Tree, treeOf, type Value, valueAt } from '../../lib/value.ts';
import { valueOf } from '../../yaml/located.ts';
import type { Declared } from './adopt-drift.ts';
import { distribute } from './distribute.ts';
import { type EditedText, editedText } from './file-edits.ts';
import { overrideIn } from './override.ts';
import { PatchDraft } from './patch-draft.ts';
import { treeOfFile } from './source-tree.ts';
import type { Environment } from '../../input/environment.ts';
import { isReference } from '../../input/reference-text.ts';
import { referTo, type Variable } from '../variables.ts';

/** No value: the key or the entry goes. */
export interface Declaration {
  readonly path: Path;
  /** As the person wrote the path. */
  readonly text: string;
  readonly value?: Value;
}

export interface DeclaredValues {
  readonly files: readonly EditedText[];
  /** Nothing is to be written where there is one. */
  readonly problems: readonly Problem[];
}

/** Declarations with references in place of the secrets in their values, and the variables that these need. */
export function storeSecrets(
  { root, catalog }: Declared,
  declarations: readonly Declaration[],
  env: Environment,
): { readonly declarations: readonly Declaration[]; readonly variables: readonly Variable[] } {
  const tree = valueOf(root) as Tree; // all layers are mappings
  const needed = new Map<string, Variable>();
  const stored = declarations.map((one): Declaration => {
    const found = placeOf(one.path, tree, catalog.root);
    if (typeof found === 'string' || one.value === undefined) return one;
    const known = Object.fromEntries([...needed.values()].map(({ name, secret }) => [name, secret.open()]));
    const named = referTo(treeOf(replacedAt(tree, found.place, one.value)), catalog, { ...env, ...known });
    const bySecret = new Map(named.variables.map((each) => [each.secret.open(), each]));
    const stand = (secret: string): string => {
      const variable = bySecret.get(secret);
      if (!variable || isReference(secret)) return secret;
      if (env[variable.name] !== secret) needed.set(variable.name, variable);
      return `\${env:${variable.name}}`;
    };
    return { ...one, value: mapSecrets(found.field, one.value, { whole: stand, part: stand }) };
  });
  return { declarations: stored, variables: [...needed.values()] };
}

/** `shared`: paths of files that other targets read too; the target's own last layer says otherwise above them. */
export function declareValues(
  { root, catalog, files }: Declared,
  declarations: readonly Declaration[],
  shared: ReadonlySet<string>,
): DeclaredValues {
  const tree = valueOf(root) as Tree; // all layers are mappings
  const draft = new Draft(tree, catalog);
  const problems = declarations.flatMap((one) => declare(one, tree, catalog.root, draft));
  const patch = problems.length === 0 ? draft.patch() : undefined;
  if (!patch) return { files: [], problems };
  const trees = files.flatMap(treeOfFile);
  const override = overrideIn(files, trees, shared, catalog);
  const spread = distribute({ patch, plain: patch, root, files: trees, override, catalog });
  const made = spread.edits.map(editedText);
  if (spread.problems.length === 0 && made.every((one) => one === undefined))
    return { files: [], problems: [problem('HF2100', 'no file can be edited for it')] };
  return {
    files: made.filter((one): one is EditedText => one !== undefined && 'file' in one),
    problems: [
      ...spread.problems,
      ...made.filter((one): one is Problem => one !== undefined && 'code' in one),
    ],
  };
}

/** Edits that know each other: two values of a section that isn't there yet become one section. */
class Draft extends PatchDraft {
  readonly #declared: Tree;
  #proposed: Tree;

  constructor(declared: Tree, catalog: Declared['catalog']) {
    super(declared, catalog);
    this.#declared = declared;
    this.#proposed = declared;
  }

  override set(place: Place, value: Value): void {
    const missing = place.findIndex((_, i) => valueAt(this.#declared, place.slice(0, i + 1)) === undefined);
    if (missing < 0 || missing === place.length - 1) return super.set(place, value);
    this.#proposed = replacedAt(this.#proposed, place, value) as Tree; // a mapping stays one
    const section = place.slice(0, missing + 1);
    super.set(section, valueAt(this.#proposed, section) ?? value);
  }
}

function replacedAt(there: Value | undefined, [step, ...rest]: Place, value: Value): Value {
  if (step === undefined) return value;
  if (typeof step === 'number') {
    const list = listOf(there);
    return list.toSpliced(step, 1, replacedAt(list[step], rest, value));
  }
  const tree = treeOf(there);
  return { ...tree, [step]: replacedAt(tree[step], rest, value) };
}

function declare({ path, text, value }: Declaration, tree: Tree, root: Field, draft: Draft): Problem[] {
  const found = placeOf(path, tree, root);
  if (typeof found === 'string') return [problem('HF2100', found, { path: text })];
  const { place, field, isNew } = found;
  if (value === undefined) return remove(place, isNew, text, tree, draft);
  const literals = literalSecrets(field, value);
  if (literals > 0)
    return [problem('HF2101', `\`${text}\` would put ${literals} secrets into the files`, { path: text })];
  if (isNew && typeof place.at(-1) === 'number') append(place, value, tree, draft);
  else draft.set(place, value);
  return [];
}

function remove(place: Place, isNew: boolean, text: string, tree: Tree, draft: Draft): Problem[] {
  if (isNew) return [problem('HF2100', `\`${text}\` isn't declared, so it can't be removed`, { path: text })];
  const last = place.at(-1);
  if (typeof last !== 'number') draft.remove(place);
  else {
    const list = place.slice(0, -1);
    const kept = listOf(valueAt(tree, list)).flatMap((_, from) => (from === last ? [] : [{ from }]));
    draft.arrange(list, kept);
  }
  return [];
}

function append(place: Place, value: Value, tree: Tree, draft: Draft): void {
  const list = place.slice(0, -1);
  const there = valueAt(tree, list);
  if (isList(there)) draft.arrange(list, [...there.map((_, from) => ({ from })), { value }]);
  else draft.set(list, [value]);
}

type Place = readonly (string | number)[];

interface Found {
  readonly place: Place;
  readonly field: Field | undefined;
  /** Nothing is declared there yet. */
  readonly isNew: boolean;
}

/** A sentence where the path leads nowhere. */
function placeOf(path: Path, tree: Tree, root: Field): Found | string {
  let here: { readonly field: Field | undefined; readonly value: Value | undefined } = {
    field: root,
    value: tree,
  };
  const place: (string | number)[] = [];
  for (const [i, segment] of path.entries()) {
    if (segment.name === null) return `\`${formatPath(path)}\` names no single place`;
    const step = stepTo(segment, here.value, here.field);
    if (!step) return noKeyText(formatPath(path.slice(0, i + 1)));
    if (typeof step.at === 'number' && step.value === undefined && i < path.length - 1)
      return `\`${formatPath(path.slice(0, i))}\` has no entry \`${segment.name}\``;
    place.push(step.at);
    here = step;
  }
  return { place, field: here.field, isNew: here.value === undefined };
}

interface Step {
  readonly at: string | number;
  readonly field: Field | undefined;
  readonly value: Value | undefined;
}

/** Undefined: the gateway has no such key. */
function stepTo({ name }: Segment, value: Value | undefined, field: Field | undefined): Step | undefined {
  const text = name ?? '';
  if (field?.kind === 'list' || isList(value)) return entryNamed(text, listOf(value), field);
  const inner = field?.fields?.get(text) ?? field?.value ?? (field?.kind === 'any' ? field : undefined);
  if (field && !inner) return undefined;
  return { at: text, field: inner, value: isTree(value) ? value[text] : undefined };
}

/** By its position, or by a member of its identity; one that isn't there yet comes last. */
function entryNamed(name: string, list: readonly Value[], field: Field | undefined): Step {
  const byIndex = /^\d+$/.test(name) ? Number(name) : -1;
  const names = field?.identity ?? [];
  const isNamed = (item: Value): boolean =>
    isTree(item) ? [...names, 'alias'].some((member) => item[member] === name) : item === name;
  const at = list.findIndex(isNamed);
  const found = at >= 0 ? at : byIndex >= 0 && byIndex < list.length ? byIndex : list.length;
  return { at: found, field: field?.item, value: list[found] };
}

const REFERENCE = /^\$\{[a-z]+:[^}]+\}$/;

/** Secrets that aren't references. */
function literalSecrets(field: Field | undefined, value: Value): number {
  let count = 0;
  const look = (secret: string): string => {
    if (!REFERENCE.test(secret.trim())) count += 1;
    return secret;
  };
  mapSecrets(field, value, { whole: look, part: look });
  return count;
}
