// Runs of list entries that differ by the key alone become one entry with `${lines:FILE}`, and their keys a file of
// lines. Works on pulled text, in which every secret is `${env:NAME}`.
import type { Catalog, Field } from '../gateway/catalog/field.ts';
import type { Dialect } from '../gateway/dialect.ts';
import { formatPath } from '../domain/path.ts';
import { seal, type Sealed } from '../domain/secret.ts';
import type { FileNode } from '../domain/yaml-node.ts';
import { factsOf } from '../gateway/layout/layouts.ts';
import { layoutTable } from '../gateway/layout/table.ts';
import { canonicalJson } from '../lib/stable-json.ts';
import { isList, isTree, listOf, treeOf, type Tree, type Value } from '../lib/value.ts';
import { displayPath } from '../desired/read/locations.ts';
import type { Environment } from '../input/environment.ts';
import { variablesIn } from '../input/reference-text.ts';
import { isOrdered } from '../plan/diff/order.ts';
import type { ItemStep, KeyStep, Patch } from '../yaml/splice/patch.ts';
import { splice } from '../yaml/splice/splice.ts';
import type { Adopted } from './adopt.ts';
import { parsed } from './prepare.ts';
import type { Variable } from './variables.ts';

export interface LinesFile {
  /** `client-keys`. */
  readonly name: string;
  /** One key on each line, in the order of the gateway, with the comments of its entry above. */
  readonly text: Sealed<string>;
  readonly keys: number;
  /** The path of the list. */
  readonly usedAt: string;
}

export interface Folded {
  readonly adopted: Adopted;
  readonly files: readonly LinesFile[];
}

export interface FoldRequest {
  /** The smallest number of entries that become one. */
  readonly from: number;
  /** What references say for a file with this name. */
  readonly path: (name: string) => string;
  /** A key whose variable already has its value here keeps the variable. */
  readonly env: Environment;
}

/**
 * Where the order of a list matters, only entries next to each other become one. Comments of these entries move to the
 * file of lines. What can't be edited in place stays as it is.
 */
export function foldLines(adopted: Adopted, dialect: Dialect, request: FoldRequest): Folded {
  const document = parsed(adopted.text);
  const content = dialect.content(document);
  const walk = new Walk(content, dialect.catalog, adopted.variables, request);
  const patch = document.root && walk.patch(document.root, content, [], dialect.catalog.root);
  const spliced = patch && splice(document, patch as Patch);
  if (!spliced?.ok) return { adopted, files: [] };
  const { text } = spliced.value;
  const usedAt = placesOfVariables(dialect.content(parsed(text)));
  const variables = adopted.variables.flatMap((one): Variable[] => {
    const places = usedAt.get(one.name);
    return places ? [{ ...one, usedAt: places }] : [];
  });
  return { adopted: { ...adopted, text, variables }, files: walk.files };
}

/** Where text refers to each variable, as paths; entries that became one have another position. */
function placesOfVariables(content: Tree): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  const visit = (value: Value, steps: readonly string[]): void => {
    if (isList(value)) return value.forEach((item, i) => visit(item, [...steps, String(i)]));
    if (isTree(value))
      return Object.entries(value).forEach(([name, member]) => visit(member, [...steps, name]));
    if (typeof value !== 'string' || !value.includes('${')) return;
    const path = formatPath(displayPath(content, steps));
    for (const name of new Set(variablesIn(value))) found.set(name, [...(found.get(name) ?? []), path]);
  };
  visit(content, []);
  return found;
}

type Place = readonly (string | number)[];
type Steps = Exclude<Patch, { kind: 'replace' }>;

/** An entry as far as the keys of a run may differ. */
interface Entry {
  /** In its list. */
  readonly at: number;
  /** Equal for the entries of a run. */
  readonly shape: string;
  /** Entries with the same one are told apart by their order alone. */
  readonly identity: string;
  readonly variable: string;
  readonly secret: string;
}

class Walk {
  readonly files: LinesFile[] = [];
  readonly #content: Tree;
  readonly #catalog: Catalog;
  readonly #secrets: ReadonlyMap<string, string>;
  readonly #request: FoldRequest;

  constructor(content: Tree, catalog: Catalog, variables: readonly Variable[], request: FoldRequest) {
    this.#content = content;
    this.#catalog = catalog;
    this.#secrets = new Map(variables.map(({ name, secret }) => [name, secret.open()]));
    this.#request = request;
  }

  /** Undefined: nothing to fold below. */
  patch(node: FileNode, value: Value, place: Place, field: Field | undefined): Steps | undefined {
    if (node.kind === 'list' && isList(value) && node.items.length === value.length)
      return this.#list(node.items, value, place, field);
    if (node.kind !== 'map' || !isTree(value)) return undefined;
    const keys = new Map<string, KeyStep>();
    for (const { key, value: inner } of node.pairs) {
      const below = field && this.#catalog.child(field, key.text);
      const step = this.patch(inner, value[key.text] ?? null, [...place, key.text], below);
      if (step) keys.set(key.text, step);
    }
    return keys.size > 0 ? { kind: 'map', keys } : undefined;
  }

  #list(
    nodes: readonly FileNode[],
    list: readonly Value[],
    place: Place,
    field: Field | undefined,
  ): Steps | undefined {
    const shape = this.#isGroups(place) ? GROUPS : ENTRIES;
    const runs = this.#runs(list, shape, !field || isOrdered(field));
    const runAt = new Map(runs.flatMap((run) => run.map(({ at }) => [at, run] as const)));
    const item = field && this.#catalog.child(field, '[]');
    const steps = list.flatMap((value, from): ItemStep[] => {
      const run = runAt.get(from);
      if (run)
        return run[0]?.at === from ? [{ value: shape.withKey(value, this.#folded(run, nodes, place)) }] : [];
      const patch = this.patch(nodes[from] as FileNode, value, [...place, from], item);
      return [patch ? { from, patch } : { from }];
    });
    const isSame = steps.length === list.length && steps.every((step) => 'from' in step && !step.patch);
    return isSame ? undefined : { kind: 'list', items: steps };
  }

  /** Where the order matters, only entries next to each other. */
  /** The result is the same if the keys of several groups are in one. */
  #isGroups(place: Place): boolean {
    const path = place.join('.');
    const { families } = layoutTable();
    return (
      factsOf(this.#catalog.layout).hasGroups &&
      families.some(({ form, v8 }) => form === 'groups' && v8 === path)
    );
  }

  #runs(list: readonly Value[], shape: Shape, inOrder: boolean): (readonly Entry[])[] {
    const found = list.map((item, at) => this.#entry(item, shape, at));
    const entries = found.filter((entry) => entry !== undefined);
    const counts = countBy(entries.map(({ identity }) => identity));
    const single = entries.filter(({ identity }) => counts.get(identity) === 1);
    const runs = inOrder ? adjacent(entries) : [...Map.groupBy(single, ({ shape }) => shape).values()];
    return runs.filter(({ length }) => length >= this.#request.from);
  }

  #entry(item: Value, { keyOf, withKey }: Shape, at: number): Entry | undefined {
    const key = keyOf(item);
    const variable = typeof key === 'string' ? /^\$\{env:([^}]+)\}$/.exec(key)?.[1] : undefined;
    const secret = variable === undefined ? undefined : this.#secrets.get(variable);
    if (variable === undefined || secret === undefined || !isOneLine(secret)) return undefined;
    if (this.#request.env[variable] === secret) return undefined;
    const address = isTree(item) ? (item['base-url'] ?? null) : null;
    const identity = canonicalJson([variable, address]);
    return { at, shape: canonicalJson(withKey(item, '')), identity, variable, secret };
  }

  /** The reference to the file. */
  #folded(run: readonly Entry[], nodes: readonly FileNode[], place: Place): string {
    const name = this.#nameFor(run[0]?.variable ?? '');
    const usedAt = formatPath(displayPath(this.#content, place.map(String)));
    const lines = run.flatMap(({ at, secret }) => [...commentsIn(nodes[at] as FileNode), secret]);
    const text = `# The keys of ${usedAt}, one on each line. Lines that begin with # are ignored.\n\n${lines.join('\n')}\n`;
    this.files.push({ name, text: seal(text), keys: run.length, usedAt });
    return `\${lines:${this.#request.path(name)}}`;
  }

  /** `CLIENT_KEY_7`: `client-keys`; the next run of the same kind is `client-keys-2`. */
  #nameFor(variable: string): string {
    const stem = `${variable.replace(/_\d+$/, '').toLowerCase().replaceAll('_', '-')}s`;
    const isTaken = (name: string): boolean => this.files.some((file) => file.name === name);
    let name = stem;
    for (let count = 2; isTaken(name); count += 1) name = `${stem}-${count}`;
    return name;
  }
}

function adjacent(entries: readonly Entry[]): Entry[][] {
  const runs: Entry[][] = [];
  for (const entry of entries) {
    const run = runs.at(-1);
    const last = run?.at(-1);
    if (run && last?.at === entry.at - 1 && last.shape === entry.shape) run.push(entry);
    else runs.push([entry]);
  }
  return runs;
}

function countBy(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** The member by which entries of credentials differ. */
const KEY = 'api-key';

/** Where the items of a list have their key. */
interface Shape {
  readonly keyOf: (item: Value) => Value | undefined;
  readonly withKey: (item: Value, key: string) => Value;
}

const ENTRIES: Shape = {
  keyOf: (item) => (isTree(item) ? item[KEY] : item),
  withKey: (item, key) => (isTree(item) ? { ...item, [KEY]: key } : key),
};

/** Groups that have one key. */
const GROUPS: Shape = {
  keyOf: (item) => {
    const [only, ...others] = isTree(item) ? listOf(item['keys']) : [];
    return isTree(only) && others.length === 0 ? only[KEY] : undefined;
  },
  withKey: (item, key) => {
    const group = treeOf(item);
    return { ...group, keys: listOf(group['keys']).map((one) => ENTRIES.withKey(one, key)) };
  },
};

/** Lines are trimmed, and those that begin with `#` are ignored. */
const isOneLine = (secret: string): boolean =>
  secret.trim() === secret && !secret.startsWith('#') && !/[\r\n]/.test(secret);

function commentsIn(node: FileNode): string[] {
  const { head, line, foot } = node.comments;
  return [...head, ...(line === undefined ? [] : [line]), ...inner(node), ...foot];
}

function inner(node: FileNode): string[] {
  if (node.kind === 'list') return node.items.flatMap(commentsIn);
  return node.kind === 'map'
    ? node.pairs.flatMap(({ key, value }) => [...commentsIn(key), ...commentsIn(value)])
    : [];
}
