// Files of one layer into one tree, layers over each other. Pure; knows lists only by what the catalog says of them.
import type { Catalog, Field } from '../../gateway/catalog/field.ts';
import { formatPath } from '../../domain/path.ts';
import { type Problem, problem } from '../../domain/problem/problem.ts';
import {
  type Located,
  type LocatedList,
  type LocatedMap,
  type Member,
  pathTo,
  valueOf,
} from '../../yaml/located.ts';

export const REMOVE = '$remove';

export interface Merged {
  readonly root: LocatedMap;
  readonly problems: readonly Problem[];
}

const EMPTY: LocatedMap = { kind: 'map', members: new Map(), position: { file: '', line: 1, column: 1 } };

/** Files of one layer merge by key; what two of them declare is a conflict. The order of the files is irrelevant. */
export function mergeFiles(files: readonly LocatedMap[]): Merged {
  const problems: Problem[] = [];
  const root = files.reduce((into, file) => unite(into, file, [], problems), EMPTY);
  return { root, problems };
}

function unite(
  one: LocatedMap,
  other: LocatedMap,
  steps: readonly string[],
  problems: Problem[],
): LocatedMap {
  const members = new Map(one.members);
  for (const [name, member] of other.members) {
    const known = members.get(name);
    if (!known) members.set(name, member);
    else if (isFilled(known.node) && isFilled(member.node))
      members.set(name, { ...known, node: unite(known.node, member.node, [...steps, name], problems) });
    else problems.push(conflict([...steps, name], known, member));
  }
  return { ...one, position: one.members.size > 0 ? one.position : other.position, members };
}

/** A mapping with members; `{}` means "must be empty" and can't be combined with anything else. */
function isFilled(node: Located): node is LocatedMap {
  return node.kind === 'map' && node.members.size > 0;
}

function conflict(steps: readonly string[], one: Member, other: Member): Problem {
  const path = formatPath(pathTo(EMPTY, steps));
  const { file, line, column } = one.position;
  return problem('HF2040', `\`${path}\` is declared here and in ${file}:${line}:${column}`, {
    position: other.position,
    path,
  });
}

/** Merges layers, the first at the bottom. */
export function mergeLayers(layers: readonly LocatedMap[], catalog: Catalog): Merged {
  const overlay = new Overlay(catalog);
  const root = layers.reduce((base, layer) => overlay.map(base, layer, catalog.root, []), EMPTY);
  return { root, problems: overlay.problems };
}

class Overlay {
  readonly problems: Problem[] = [];
  readonly #catalog: Catalog;

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  /** An explicit `{}` replaces: it means "must be empty". */
  map(base: LocatedMap, over: LocatedMap, field: Field | undefined, steps: readonly string[]): LocatedMap {
    if (over.members.size === 0) return over;
    const members = new Map(base.members);
    for (const [name, member] of over.members) {
      const known = members.get(name);
      if (isRemoval(member.node)) this.#remove(members, name, member, [...steps, name]);
      else {
        const below = field && this.#catalog.child(field, name);
        const node = this.#value(known?.node, member.node, below, [...steps, name]);
        members.set(name, { position: member.position, node });
      }
    }
    return { ...over, members };
  }

  #remove(members: Map<string, Member>, name: string, { position }: Member, steps: readonly string[]): void {
    if (members.delete(name)) return;
    this.problems.push(this.#nothing(formatPath(pathTo(EMPTY, steps)), position));
  }

  #value(
    base: Located | undefined,
    over: Located,
    field: Field | undefined,
    steps: readonly string[],
  ): Located {
    if (over.kind === 'map') return this.map(base?.kind === 'map' ? base : EMPTY, over, field, steps);
    if (over.kind === 'list' && field && field.identity.length > 0 && over.items.length > 0)
      return this.#keyed(base?.kind === 'list' ? base.items : [], over, field, steps);
    return over;
  }

  #keyed(base: readonly Located[], over: LocatedList, field: Field, steps: readonly string[]): LocatedList {
    const entries: (Located | undefined)[] = [...base];
    const index = new EntryIndex(base, field.identity);
    const added: Located[] = [];
    for (const item of over.items) {
      const matches = index.matching(item);
      const [at] = matches;
      if (matches.length > 1) this.#ambiguous(item, matches.length, steps);
      else if (at !== undefined) entries[at] = this.#entry(entries[at], item, field, steps);
      else if (isRemoval(item))
        this.problems.push(this.#nothing(formatPath(pathTo(EMPTY, steps)), item.position));
      else added.push(this.#value(undefined, item, field.item, steps));
    }
    return { ...over, items: [...entries.filter((entry) => entry !== undefined), ...added] };
  }

  #entry(
    base: Located | undefined,
    over: Located,
    field: Field,
    steps: readonly string[],
  ): Located | undefined {
    return isRemoval(over) ? undefined : this.#value(base, over, field.item, steps);
  }

  #nothing(path: string, position: Problem['position']): Problem {
    return problem('HF2041', `No lower layer declares what \`$remove\` should drop at \`${path}\``, {
      position,
      path,
    });
  }

  #ambiguous(item: Located, count: number, steps: readonly string[]): void {
    const path = formatPath(pathTo(EMPTY, steps));
    const message = `This entry of \`${path}\` matches ${count} entries of lower layers`;
    this.problems.push(problem('HF2042', message, { position: item.position, path }));
  }
}

/** A mapping with `$remove: true`. */
export function isRemoval(node: Located): boolean {
  const mark = node.kind === 'map' ? node.members.get(REMOVE)?.node : undefined;
  return mark?.kind === 'scalar' && mark.value === true;
}

/** Entries of a lower layer by the members that identify them. Built once for each requested set of members. */
class EntryIndex {
  readonly #entries: readonly Located[];
  readonly #identity: readonly string[];
  readonly #byMembers = new Map<string, Map<string, number[]>>();

  constructor(entries: readonly Located[], identity: readonly string[]) {
    this.#entries = entries;
    this.#identity = identity;
  }

  /**
   * Positions of the matching entries: those with exactly its identity, an absent member counting as blank;
   * otherwise those that have the identity members it gives.
   */
  matching(item: Located): readonly number[] {
    const exact = this.#find(item, this.#identity);
    if (exact.length > 0 || item.kind !== 'map') return exact;
    const given = this.#identity.filter((name) => item.members.has(name));
    return given.length > 0 && given.length < this.#identity.length ? this.#find(item, given) : exact;
  }

  #find(item: Located, members: readonly string[]): readonly number[] {
    const key = JSON.stringify(members);
    const index = this.#byMembers.get(key) ?? this.#build(members);
    this.#byMembers.set(key, index);
    return index.get(identityOf(item, members)) ?? [];
  }

  #build(members: readonly string[]): Map<string, number[]> {
    const index = new Map<string, number[]>();
    this.#entries.forEach((entry, at) => {
      const name = identityOf(entry, members);
      const known = index.get(name);
      if (known) known.push(at);
      else index.set(name, [at]);
    });
    return index;
  }
}

function identityOf(entry: Located, members: readonly string[]): string {
  if (entry.kind !== 'map') return JSON.stringify(valueOf(entry));
  const parts = members.map((name) => {
    const node = entry.members.get(name)?.node;
    return node ? valueOf(node) : '';
  });
  return JSON.stringify(parts);
}
