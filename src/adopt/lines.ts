// Runs of list entries that differ by the key alone become one entry with `${lines:FILE}`, and their keys a file of
// lines. Works on pulled text, in which every secret is `${env:NAME}`.
import type { Catalog } from '../gateway/catalog/field.ts';
import type { Dialect } from '../gateway/dialect.ts';
import { formatPath } from '../domain/path.ts';
import { seal, type Sealed } from '../domain/secret.ts';
import type { FileNode } from '../domain/yaml-node.ts';
import { canonicalJson } from '../lib/stable-json.ts';
import { isList, isTree, type Tree, type Value } from '../lib/value.ts';
import { displayPath } from '../desired/read/locations.ts';
import type { Environment } from '../input/environment.ts';
import { variablesIn } from '../input/reference-text.ts';
import { isOrdered } from '../plan/diff/order.ts';
import type { ItemStep, Patch } from '../yaml/splice/patch.ts';
import { splice } from '../yaml/splice/splice.ts';
import type { Adopted } from './adopt.ts';
import { parsed } from './prepare.ts';
import {
  commentsIn,
  type Entry,
  identityOf,
  isOneLine,
  type Keyed,
  type ListAt,
  patchOfLists,
  type Place,
  runsAmong,
  type Shape,
  shapeAt,
} from './runs.ts';
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
  const walk = new Walk(content, dialect.catalog, adopted, request);
  const patch = document.root && patchOfLists(document.root, content, dialect.catalog, (at) => walk.list(at));
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

/** Whether every key that was left out is in a file of lines, and nowhere in the text. */
export function hasEveryKey({
  adopted,
  files,
}: {
  readonly adopted: Adopted;
  readonly files: readonly Pick<LinesFile, 'keys'>[];
}): boolean {
  const { rest, text, variables } = adopted;
  if (rest.size === 0) return true;
  const keys = files.reduce((sum, file) => sum + file.keys, 0);
  const left = [...rest].reduce((sum, [, others]) => sum + 1 + others.length, 0);
  const isStill = variables.some(({ secret }) => rest.has(secret.open()));
  return keys >= left && !isStill && !holdsAny(text, [...rest.values()].flat());
}

/** Shorter keys can be in a text by chance. */
const SURELY_THE_SAME = 12;

function holdsAny(text: string, keys: readonly Keyed[]): boolean {
  const long = keys.filter(({ secret }) => secret.length >= SURELY_THE_SAME);
  const starts = Map.groupBy(long, ({ secret }) => secret.slice(0, SURELY_THE_SAME));
  for (let at = 0; at + SURELY_THE_SAME <= text.length; at += 1) {
    const found = starts.get(text.slice(at, at + SURELY_THE_SAME));
    if (found?.some(({ secret }) => text.startsWith(secret, at))) return true;
  }
  return false;
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

/** An entry whose key is a reference to a variable. */
interface Referring extends Entry {
  readonly variable: string;
  readonly secret: string;
}

class Walk {
  readonly files: LinesFile[] = [];
  readonly #content: Tree;
  readonly #catalog: Catalog;
  readonly #secrets: ReadonlyMap<string, string>;
  readonly #rest: Adopted['rest'];
  readonly #request: FoldRequest;

  constructor(content: Tree, catalog: Catalog, { variables, rest }: Adopted, request: FoldRequest) {
    this.#content = content;
    this.#catalog = catalog;
    this.#rest = rest;
    this.#secrets = new Map(variables.map(({ name, secret }) => [name, secret.open()]));
    this.#request = request;
  }

  /** Undefined: nothing to fold in this list, or below. */
  list({ nodes, list, place, field, inside }: ListAt): Patch | undefined {
    const shape = shapeAt(place, this.#catalog);
    const entries = list.flatMap((value, at) => this.#entry(value, shape, at) ?? []);
    const runs = runsAmong(entries, { from: this.#request.from, inOrder: !field || isOrdered(field) });
    const runAt = new Map(runs.flatMap((run) => run.map(({ at }) => [at, run] as const)));
    const steps = list.flatMap((value, from): ItemStep[] => {
      const run = runAt.get(from);
      if (run)
        return run[0]?.at === from ? [{ value: shape.withKey(value, this.#folded(run, nodes, place)) }] : [];
      const patch = inside(from);
      return [patch ? { from, patch } : { from }];
    });
    const isSame = steps.length === list.length && steps.every((step) => 'from' in step && !step.patch);
    return isSame ? undefined : { kind: 'list', items: steps };
  }

  #entry(item: Value, { keyOf, withKey }: Shape, at: number): Referring | undefined {
    const key = keyOf(item);
    const variable = typeof key === 'string' ? /^\$\{env:([^}]+)\}$/.exec(key)?.[1] : undefined;
    const secret = variable === undefined ? undefined : this.#secrets.get(variable);
    if (variable === undefined || secret === undefined || !isOneLine(secret)) return undefined;
    if (this.#request.env[variable] === secret) return undefined;
    const keys = 1 + (this.#rest.get(secret)?.length ?? 0);
    const identity = identityOf(variable, item);
    return { at, keys, shape: canonicalJson(withKey(item, '')), identity, variable, secret };
  }

  /** The reference to the file. */
  #folded(run: readonly Referring[], nodes: readonly FileNode[], place: Place): string {
    const name = this.#nameFor(run[0]?.variable ?? '');
    const usedAt = formatPath(displayPath(this.#content, place.map(String)));
    const keyed = run.flatMap(({ at, secret }): readonly Keyed[] => [
      { secret, comments: commentsIn(nodes[at] as FileNode) },
      ...(this.#rest.get(secret) ?? []),
    ]);
    const lines = keyed.flatMap(({ secret, comments }) => [...comments, secret]);
    const text = `# The keys of ${usedAt}, one on each line. Lines that begin with # are ignored.\n\n${lines.join('\n')}\n`;
    this.files.push({ name, text: seal(text), keys: keyed.length, usedAt });
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
