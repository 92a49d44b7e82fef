// Where references of a desired state stand for themselves, because nobody could resolve them.
import type { Desired } from '../../domain/desired.ts';
import { formatPath } from '../../domain/path.ts';
import type { Position } from '../../domain/problem/problem.ts';
import type { Located, LocatedMap, LocatedScalar } from '../../yaml/located.ts';
import { displayPath } from './locations.ts';

export interface UnresolvedValue {
  /** As it is written, `${env:NAME}`, or `sops`. */
  readonly reference: string;
  /** In the path grammar. */
  readonly path: string;
  readonly position: Position;
}

export function* unresolvedIn(root: LocatedMap, desired: Desired): Generator<UnresolvedValue> {
  for (const [steps, node] of scalarsBelow(root, [])) {
    if (!node.unresolved) continue;
    const path = formatPath(displayPath(desired.tree.open(), steps, desired.references));
    const isEncrypted = node.reference?.startsWith('ENC[');
    yield { reference: isEncrypted ? 'sops' : (node.reference ?? ''), path, position: node.position };
  }
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
