// Where references of a desired state stand for themselves, because nobody could resolve them.
import type { Desired } from '../../domain/desired.ts';
import { formatPath, pointerTo } from '../../domain/path.ts';
import type { Position } from '../../domain/problem/problem.ts';
import { seal } from '../../domain/secret.ts';
import type { Tree } from '../../lib/value.ts';
import { type Located, type LocatedMap, type LocatedScalar, valueOf } from '../../yaml/located.ts';
import { displayPath } from './locations.ts';

export interface UnresolvedValue {
  /** As it is written, `${env:NAME}`, or `sops`. */
  readonly reference: string;
  /** In the path grammar. */
  readonly path: string;
  readonly position: Position;
}

export function* unresolvedIn(
  root: LocatedMap,
  { tree, references }: Pick<Desired, 'tree' | 'references'>,
): Generator<UnresolvedValue> {
  for (const [steps, node] of scalarsBelow(root, [])) {
    if (!node.unresolved) continue;
    const path = formatPath(displayPath(tree.open(), steps, references));
    const isEncrypted = node.reference?.startsWith('ENC[');
    yield { reference: isEncrypted ? 'sops' : (node.reference ?? ''), path, position: node.position };
  }
}

/** The same for a tree that is no desired state, because it isn't valid, or of settings. */
export function unresolvedBelow(root: LocatedMap): readonly UnresolvedValue[] {
  const references = new Map(
    [...scalarsBelow(root, [])]
      .filter(([, { unresolved }]) => unresolved)
      .map(([steps, { reference = '' }]) => [pointerTo(steps), reference]),
  );
  const tree = seal(valueOf(root) as Tree); // a mapping
  return [...unresolvedIn(root, { tree, references })];
}

function* scalarsBelow(
  node: Located,
  steps: readonly string[],
): Generator<readonly [steps: readonly string[], node: LocatedScalar]> {
  if (node.kind === 'scalar') yield [steps, node];
  else if (node.kind === 'list')
    for (const [i, item] of node.items.entries()) yield* scalarsBelow(item, [...steps, String(i)]);
  else for (const [name, member] of node.members) yield* scalarsBelow(member.node, [...steps, name]);
}
