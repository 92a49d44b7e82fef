// The files of desired state as they are written: where a node of the merged tree stands in them, with everything that
// several nodes share (anchors, repeated entries, layers) told apart by position.
import type { LayerFile } from '../../desired/layers.ts';
import { isEncrypted } from '../../input/sops.ts';
import type { Layout } from '../../domain/desired.ts';
import type { Position } from '../../domain/problem/problem.ts';
import { isFlat } from '../../gateway/layout/layouts.ts';
import { type Subject, subjectOf } from '../subjects.ts';
import type { FileDocument, FileNode } from '../../domain/yaml-node.ts';
import { type Located, type LocatedList, type LocatedMap, type Member, valueOf } from '../../yaml/located.ts';
import { parseDocument } from '../../yaml/document.ts';
import { isFailure } from '../../yaml/failure.ts';
import { readYaml } from '../../yaml/strict.ts';
import { repeatingReference } from '../../input/reference-text.ts';

export type Step = string | number;

export interface SourceTree {
  readonly path: string;
  readonly shown: string;
  readonly text: string;
  /** References unresolved. */
  readonly root: LocatedMap;
  readonly document: FileDocument;
  readonly encrypted: boolean;
}

/** A node of one file. */
export interface Spot {
  readonly file: SourceTree;
  readonly steps: readonly Step[];
  readonly node: Located;
}

export const positionText = ({ file, line, column }: Position): string => `${file}:${line}:${column}`;

/** The member of a mapping, in each file that has it. */
export function memberSpots(spots: readonly Spot[], name: string): readonly Spot[] {
  return spots.flatMap(({ file, steps, node }) => {
    const member = node.kind === 'map' ? node.members.get(name) : undefined;
    return member ? [{ file, steps: [...steps, name], node: member.node }] : [];
  });
}

/** One list of one file. */
export interface ListSpot extends Spot {
  readonly node: LocatedList;
  /** For each of its items those of the merged list that it makes, or contributes to. */
  readonly makes: readonly (readonly number[])[];
}

/** `identity`: the members that tell its entries apart. */
export function listSpots(
  spots: readonly Spot[],
  merged: LocatedList,
  identity: readonly string[],
): readonly ListSpot[] {
  const lists = spots.flatMap((spot) => {
    const { node } = spot;
    return node.kind === 'list' ? [{ ...spot, node, makes: makesOf(node, merged) }] : [];
  });
  const named = new Map(
    lists.flatMap(({ node, makes }) =>
      node.items.map((item, i) => [nameOf(item, identity), makes[i] ?? []] as const),
    ),
  );
  // Of an entry that a higher layer took over member by member, only its name is left.
  return lists.map((list) => ({
    ...list,
    makes: list.makes.map((all, i) =>
      all.length > 0 ? all : (named.get(nameOf(list.node.items[i] as Located, identity)) ?? []),
    ),
  }));
}

/** As it is written, with references: layers call an entry by the same. */
function nameOf(item: Located, identity: readonly string[]): string {
  if (item.kind !== 'map') return JSON.stringify(valueOf(item));
  return JSON.stringify(
    identity.map((name) => (item.members.has(name) ? valueOf((item.members.get(name) as Member).node) : '')),
  );
}

/** By the position of the item; where a higher layer took the entry over, by what is left of the lower one in it. */
function makesOf(list: LocatedList, merged: LocatedList): readonly (readonly number[])[] {
  const own = new Map<string, number[]>();
  const inside = new Map<string, number[]>();
  merged.items.forEach((item, i) => {
    add(own, positionText(item.position), i);
    for (const position of positionsIn(item))
      if (!position.startsWith(`${item.position.file}:`)) add(inside, position, i);
  });
  return list.items.map((item) => {
    const exact = own.get(positionText(item.position));
    if (exact) return exact;
    const found = [...positionsIn(item)].flatMap((position) => inside.get(position) ?? []);
    return [...new Set(found)];
  });
}

function add(map: Map<string, number[]>, name: string, index: number): void {
  const known = map.get(name);
  if (known) known.push(index);
  else map.set(name, [index]);
}

function positionsIn(node: Located, into: Set<string> = new Set()): Set<string> {
  into.add(positionText(node.position));
  if (node.kind === 'list') for (const item of node.items) positionsIn(item, into);
  else if (node.kind === 'map') for (const member of node.members.values()) positionsIn(member.node, into);
  return into;
}

export interface Repeating {
  readonly kind: 'lines' | 'list';
  readonly argument: string;
  /** From the item to the reference; empty where the item is it. */
  readonly steps: readonly string[];
}

/** What makes an item several entries. */
export function repeatingIn(item: Located, steps: readonly string[] = []): Repeating | undefined {
  if (item.kind === 'list') return undefined;
  if (item.kind === 'scalar') {
    const found =
      typeof item.value === 'string' && item.value.includes('${') && repeatingReference(item.value);
    return found ? { ...found, steps } : undefined;
  }
  for (const [name, { node }] of item.members) {
    const found = repeatingIn(node, [...steps, name]);
    if (found) return found;
  }
  return undefined;
}

/** The scalar at a position, in a file of another layout too. */
export function scalarAt(file: SourceTree, position: Position): Spot | undefined {
  const asked = positionText(position);
  const search = (node: Located, steps: readonly Step[]): Spot | undefined => {
    if (node.kind === 'scalar')
      return positionText(node.position) === asked ? { file, steps, node } : undefined;
    const children: (readonly [Step, Located])[] =
      node.kind === 'list'
        ? node.items.map((item, i) => [i, item] as const)
        : [...node.members].map(([name, member]) => [name, member.node] as const);
    for (const [step, child] of children) {
      const found = search(child, [...steps, step]);
      if (found) return found;
    }
    return undefined;
  };
  return search(file.root, []);
}

/**
 * The steps to where a place stands in the text: through an alias to its anchor. The last step stays as it is: an alias
 * there can be replaced.
 */
export function writtenAt({ root }: FileDocument, steps: readonly Step[]): readonly Step[] {
  const anchors = root ? anchorsIn(root) : new Map<string, readonly Step[]>();
  let at: readonly Step[] = [];
  let node: FileNode | undefined = root;
  steps.forEach((step, i) => {
    const next: { readonly at: readonly Step[]; readonly node: FileNode | undefined } = below(
      root,
      node,
      at,
      step,
      anchors,
    );
    const isLast = i === steps.length - 1;
    const isInherited = next.at.length > 0 && next.at.slice(0, -1).join('\0') !== at.join('\0');
    if (isLast && isInherited) at = [...at, step];
    else if (isLast || next.node?.kind !== 'alias') [at, node] = [next.at, next.node];
    else [at, node] = anchorOf(root, next.node.name, anchors);
  });
  return at;
}

type Anchors = ReadonlyMap<string, readonly Step[]>;

function below(
  root: FileNode | undefined,
  node: FileNode | undefined,
  at: readonly Step[],
  step: Step,
  anchors: Anchors,
): { readonly at: readonly Step[]; readonly node: FileNode | undefined } {
  if (node?.kind === 'list') return { at: [...at, step], node: node.items[Number(step)] };
  if (node?.kind !== 'map') return { at: [...at, step], node: undefined };
  const own = node.pairs.find(({ key }) => key.text === step);
  if (own) return { at: [...at, step], node: own.value };
  for (const { value } of node.pairs.filter(({ key }) => key.text === '<<'))
    for (const source of value.kind === 'list' ? value.items : [value]) {
      if (source.kind !== 'alias') continue;
      const [from, merged] = anchorOf(root, source.name, anchors);
      const found = below(root, merged, from, step, anchors);
      if (found.node) return found;
    }
  return { at: [...at, step], node: undefined };
}

function anchorOf(
  root: FileNode | undefined,
  name: string,
  anchors: Anchors,
): [readonly Step[], FileNode | undefined] {
  const at = anchors.get(name) ?? [];
  return [at, at.reduce<FileNode | undefined>(childOf, root)];
}

function childOf(node: FileNode | undefined, step: Step): FileNode | undefined {
  if (node?.kind === 'list') return node.items[Number(step)];
  return node?.kind === 'map' ? node.pairs.find(({ key }) => key.text === step)?.value : undefined;
}

function anchorsIn(
  node: FileNode,
  at: readonly Step[] = [],
  into: Map<string, readonly Step[]> = new Map(),
): Map<string, readonly Step[]> {
  if (node.kind !== 'alias' && node.anchor !== undefined) into.set(node.anchor, at);
  if (node.kind === 'list') node.items.forEach((item, i) => anchorsIn(item, [...at, i], into));
  else if (node.kind === 'map')
    for (const { key, value } of node.pairs) anchorsIn(value, [...at, key.text], into);
  return into;
}

/** The file that declares the most of the subject of a section; of equal ones that with the most sections. */
export function fileFor(
  section: string,
  files: readonly SourceTree[],
  layout: Layout,
): SourceTree | undefined {
  const subject = (name: string): Subject => subjectOf(name, isFlat(layout));
  const about = ({ root }: SourceTree): number =>
    [...root.members.keys()].filter((name) => subject(name) === subject(section)).length;
  const sorted = files.toSorted((a, b) => about(b) - about(a) || b.root.members.size - a.root.members.size);
  return sorted[0];
}

/** None for a file that a person has to mend first; the desired state was loaded, so there is none. */
export function treeOfFile({ path, shown, text }: LayerFile): SourceTree[] {
  const document = parseDocument(text);
  if (isFailure(document)) return [];
  const root: Located = readYaml(text, shown).root ?? {
    kind: 'map',
    members: new Map(),
    position: { file: shown, line: 1, column: 1 },
  };
  return root.kind === 'map' ? [{ path, shown, text, root, document, encrypted: isEncrypted(root) }] : [];
}
