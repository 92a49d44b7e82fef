// Nodes of a YAML document, including comments and styles, as the nodes of a translation between layouts.
import { isMap, isScalar, isSeq, type Node, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import type { NodeAdapter, Member } from '../../gateway/layout/node-adapter.ts';

/** A value, with the key that stands before it. */
export interface Leafage {
  readonly key?: Scalar;
  readonly value: Node;
  /** The comment above the section whose first key this was. */
  readonly before?: string;
  /** The comment at the end of the section whose last key this was. */
  readonly after?: string;
}

export const YAML_ADAPTER: NodeAdapter<Leafage> = {
  shape: ({ value }) => (isMap(value) ? 'map' : isSeq(value) ? 'list' : 'scalar'),
  isNull: ({ value }) => isScalar(value) && value.value === null,
  members: (node) => (isMap(node.value) ? membersOf(node, node.value) : []),
  items: ({ value }) => (isSeq(value) ? value.items.map((item) => ({ value: item as Node })) : []),
  map: (members, like) => ({ ...like, value: mapOf(members, isMap(like.value) ? like.value : undefined) }),
  list: (items, like) => {
    const list = new YAMLSeq<Node>();
    list.items = items.map(({ value }) => value);
    if (items.length === 0) list.flow = true;
    if (isSeq(like.value)) keepLooks(list, like.value);
    return { ...like, value: list };
  },
  section: (members) => ({ value: mapOf(members, undefined) }),
  inverted: (node) => {
    if (!isScalar(node.value) || typeof node.value.value !== 'boolean') return undefined;
    const value = node.value.clone() as Scalar;
    value.value = !node.value.value;
    delete value.source;
    return { ...node, value };
  },
  copy: ({ key, value }) => ({
    ...(key && { key: key.clone() as Scalar }),
    value: value.clone() as Node,
  }),
};

/** Comments above and at the end of a section move with its first and last key; entries of lists keep theirs. */
function membersOf({ key, before, after }: Leafage, map: YAMLMap): readonly Member<Leafage>[] {
  const above = key ? texts(before, key.commentBefore, map.commentBefore) : [];
  const below = key ? texts(map.comment, after) : [];
  return map.items.map((pair, i): Member<Leafage> => {
    const name = pair.key as Scalar; // strict reading accepts nothing else
    const value = (pair.value ?? new Scalar(null)) as Node;
    const first = i === 0 && above.length > 0 ? { before: above.join('\n') } : {};
    const last = i === map.items.length - 1 && below.length > 0 ? { after: below.join('\n') } : {};
    return [String(name.value), { key: name, value, ...first, ...last }];
  });
}

const texts = (...comments: readonly (string | null | undefined)[]): string[] =>
  comments.filter((text) => typeof text === 'string' && text !== '') as string[];

function mapOf(members: readonly Member<Leafage>[], like: YAMLMap | undefined): YAMLMap {
  const map = new YAMLMap();
  map.items = members.map(([name, member], i) => pairOf(name, member, members[i - 1]?.[1].after));
  const first = map.items[0]?.key;
  if (isScalar(first)) delete first.spaceBefore;
  if (like) keepLooks(map, like);
  const end = texts(map.comment, members.at(-1)?.[1].after);
  if (end.length > 0) map.comment = end.join('\n');
  return map;
}

/** `above`: the comment at the end of the section that the member before it was in. */
function pairOf(name: string, { key, value, before }: Leafage, above: string | undefined): Pair {
  const written = key ? (key.clone() as Scalar) : new Scalar(name);
  if (written.value !== name) {
    written.value = name;
    delete written.source;
  }
  const comments = texts(above, before, written.commentBefore);
  if (comments.length > 0) written.commentBefore = comments.join('\n');
  return new Pair(written, value);
}

function keepLooks(made: YAMLMap | YAMLSeq, like: YAMLMap | YAMLSeq): void {
  if (made.items.length > 0) made.flow = like.flow === true && isSmall(made);
  if (like.comment !== undefined) made.comment = like.comment;
  if (like.spaceBefore !== undefined) made.spaceBefore = like.spaceBefore;
  if (like.commentBefore !== undefined) made.commentBefore = like.commentBefore;
}

/** A group that was a one-line entry is easier to read in block style. */
function isSmall(made: YAMLMap | YAMLSeq): boolean {
  return (
    !isMap(made) || !made.items.some(({ value }) => isSeq(value) && value.items.some((item) => isMap(item)))
  );
}
