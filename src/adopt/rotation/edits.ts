// The steps of a rotation as the smallest edits of the files: a second entry beside the first, and the first one gone. Pure,
// as the adoption of drift is.
import { escaped, repeatingReference } from '../../input/reference-text.ts';
import type { Problem } from '../../domain/problem/problem.ts';
import { isTree, listOf, type Tree, treeOf, type Value, valueAt, withValue } from '../../lib/value.ts';
import { type Located, nodeAt, valueOf } from '../../yaml/located.ts';
import type { Declared } from '../drift/adopt-drift.ts';
import { distribute } from '../drift/distribute.ts';
import { type EditedText, editedText, type LinesEdit } from '../drift/file-edits.ts';
import { PatchDraft } from '../drift/patch-draft.ts';
import { treeOfFile } from '../drift/source-tree.ts';
import type { Steps } from './subject.ts';

export interface RotationEdits {
  readonly files: readonly EditedText[];
  readonly lines: readonly LinesEdit[];
  /** Nothing is to be written where there is one. */
  readonly problems: readonly Problem[];
}

/** A value, and what the files say for it. */
export interface NewValue {
  readonly value: string;
  readonly reference: string;
}

interface Entry {
  /** The list. */
  readonly steps: Steps;
  readonly index: number;
  readonly member: readonly string[];
}

/** A copy of the entry with another key, behind it. `rank`: the priority that the entry gets, so that the copy is preferred. */
export function addedBeside(
  declared: Declared,
  { steps, index, member }: Entry,
  { value, reference }: NewValue,
  rank: number | undefined,
): RotationEdits {
  const item = itemAt(declared, [...steps, index]);
  const make = (draft: PatchDraft, copy: Value, key: string): void => {
    const items = itemsOf(declared, steps).map((from): Item => ({ from }));
    draft.arrange(steps, items.toSpliced(index + 1, 0, { value: withMember(copy, member, key) }));
    if (rank !== undefined) draft.set([...steps, index, 'priority'], rank);
  };
  return editsOf(
    declared,
    (draft) => make(draft, writtenOf(item), reference),
    (draft) => make(draft, valueOf(item), value),
  );
}

/**
 * One entry again, in the place of the first one and with everything that it has, comments included: only its key is
 * another one. `priority`: what it had before it was ranked lower.
 */
export function merged(
  declared: Declared,
  { steps, index, member }: Entry,
  copy: number,
  { value, reference }: NewValue,
  rank: Rank | undefined,
): RotationEdits {
  const make = (draft: PatchDraft, key: string): void => {
    const items = itemsOf(declared, steps).filter((from) => from !== copy);
    draft.arrange(
      steps,
      items.map((from) => ({ from })),
    );
    draft.set([...steps, index, ...member], key);
    if (rank) ranked(draft, [...steps, index], rank);
  };
  return editsOf(
    declared,
    (draft) => make(draft, reference),
    (draft) => make(draft, value),
  );
}

/** The priority of an entry as the files have it; undefined: none. */
export interface Rank {
  readonly priority: Value | undefined;
}

function ranked(draft: PatchDraft, entry: Steps, { priority }: Rank): void {
  const place = [...entry, 'priority'];
  if (priority === undefined) draft.remove(place);
  else draft.set(place, priority);
}

/** The list without the entry. `other`: an entry that has its priority again. */
export function removed(
  declared: Declared,
  { steps, index }: Pick<Entry, 'steps' | 'index'>,
  other?: Rank & { readonly index: number },
): RotationEdits {
  const make = (draft: PatchDraft): void => {
    draft.arrange(
      steps,
      itemsOf(declared, steps).flatMap((from) => (from === index ? [] : [{ from }])),
    );
    if (other) ranked(draft, [...steps, other.index], other);
  };
  return editsOf(declared, make, make);
}

/** The value that stands alone, replaced. */
export const replaced = (declared: Declared, steps: Steps, { value, reference }: NewValue): RotationEdits =>
  editsOf(
    declared,
    (draft) => draft.set(steps, reference),
    (draft) => draft.set(steps, value),
  );

/** The file whose lines the entry is one of; undefined: it is written by itself. */
export function linesFileOf(declared: Declared, { steps, index, member }: Entry): string | undefined {
  const node = nodeAt(declared.root, [...steps, index, ...member].map(String));
  const reference = node?.kind === 'scalar' ? node.reference : undefined;
  const repeating = reference === undefined ? undefined : repeatingReference(reference);
  return repeating?.kind === 'lines' ? repeating.argument : undefined;
}

/**
 * One less than the priority that the entry has now, its own or that of what it is in. Undefined: entries of this list
 * have none, or the entry can't be told from others that the same line of the file makes.
 */
export function lowerRank(declared: Declared, { steps, index, member }: Entry): number | undefined {
  const { catalog, root } = declared;
  const place = [...steps, index];
  if (
    !catalog.at([...place, 'priority'].map(String)) ||
    linesFileOf(declared, { steps, index, member }) !== undefined
  )
    return undefined;
  const tree = valueOf(root) as Tree; // all layers are mappings
  const own = [place, steps.slice(0, -1)].map((at) => treeOf(valueAt(tree, at))['priority']);
  const now = own.find((rank) => typeof rank === 'number') ?? 0;
  return typeof now === 'number' ? now - 1 : undefined;
}

type Item = { readonly from: number } | { readonly value: Value };

const itemAt = ({ root }: Declared, steps: Steps): Located => nodeAt(root, steps.map(String)) as Located; // it was found there

const itemsOf = ({ root }: Declared, steps: Steps): readonly number[] =>
  listOf(valueAt(valueOf(root), steps)).map((_, i) => i);

const withMember = (item: Value, member: readonly string[], key: string): Value =>
  member.length === 0 || !isTree(item) ? key : withValue(item, member, key);

/** As a file says it: with references. */
function writtenOf(node: Located): Value {
  if (node.kind === 'list') return node.items.map(writtenOf);
  if (node.kind === 'map')
    return Object.fromEntries([...node.members].map(([name, member]) => [name, writtenOf(member.node)]));
  return node.reference ?? (typeof node.value === 'string' ? escaped(node.value) : node.value);
}

type Drafting = (draft: PatchDraft) => void;

function editsOf({ root, catalog, files }: Declared, written: Drafting, plain: Drafting): RotationEdits {
  const tree = valueOf(root) as Tree; // all layers are mappings
  const [patch, meant] = [written, plain].map((make) => {
    const draft = new PatchDraft(tree, catalog);
    make(draft);
    return draft.patch();
  });
  if (!patch || !meant) return { files: [], lines: [], problems: [] };
  const { edits, lines, problems } = distribute({
    patch,
    plain: meant,
    root,
    files: files.flatMap(treeOfFile),
    catalog,
  });
  const made = edits.map(editedText);
  return {
    files: made.filter((one): one is EditedText => one !== undefined && 'file' in one),
    lines,
    problems: [...problems, ...made.filter((one): one is Problem => one !== undefined && 'code' in one)],
  };
}
