// Client keys that have expired and are still on the gateway: whatever the files say, they don't declare them. Pure.
import { isOverAt } from '../../desired/read/expired.ts';
import { coversPath, parsePath, type Path } from '../../domain/path.ts';
import type { Target } from '../../domain/target.ts';
import type { Catalog } from '../../gateway/catalog/field.ts';
import { factsOf } from '../../gateway/layout/layouts.ts';
import type { RawDifference } from './diff.ts';

interface Found {
  readonly path: Path;
  readonly raw: Pick<RawDifference, 'kind' | 'before'>;
}

export function expiredAt(
  target: Pick<Target, 'digestKey' | 'named'>,
  { layout }: Catalog,
  now: number,
): (one: Found) => boolean {
  const isOver = isOverAt(target, now);
  const keys = parsePath(factsOf(layout).clientKeys);
  return ({ path, raw: { kind, before } }) =>
    kind === 'remove' && coversPath(keys, path) && typeof before === 'string' && isOver(before);
}
