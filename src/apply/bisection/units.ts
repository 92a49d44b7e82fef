// The changes of a plan as the units of a bisection: an entry of a list, a list whose order matters, or a single setting.
// A part of an entry is never applied without the rest of it.
import type { Catalog, Field } from '../../gateway/catalog/field.ts';
import { formatPath, type Path, parsePath } from '../../domain/path.ts';
import { type Plan, pending } from '../../domain/plan/plan.ts';
import type { Position } from '../../domain/problem/problem.ts';
import type { QuarantinedPart } from '../../domain/outcome/quarantine.ts';
import { isOrdered } from '../../plan/diff/order.ts';
import { unknownField } from '../../plan/diff/unknown-key.ts';
import type { Unit } from './search.ts';

/** How many changes a unit has, and where the files declare it. */
export interface PlannedUnit extends Unit, Pick<QuarantinedPart, 'changes' | 'position'> {}

/** In the order of the plan. */
export function unitsOf(plan: Pick<Plan, 'changes'>, catalog: Catalog): PlannedUnit[] {
  const groups = Map.groupBy(pending(plan), ({ path }) => unitPath(catalog, path));
  return [...groups].map(([path, changes]) => {
    const position = changes.find((change) => change.position)?.position;
    return { path, section: sectionOf(path), changes: changes.length, ...placed(position) };
  });
}

const placed = (position: Position | undefined): Pick<PlannedUnit, 'position'> =>
  position ? { position } : {};

function unitPath(catalog: Catalog, text: string): string {
  const path = parsePath(text);
  let field: Field = catalog.root;
  for (const [depth, { kind, name }] of path.entries()) {
    if (kind === 'entry' && field.kind === 'list')
      return formatPath(path.slice(0, isOrdered(field) ? depth : depth + 1));
    field = catalog.child(field, name ?? '') ?? unknownField(field, name ?? '');
  }
  return text;
}

/** The path of the list, or the name of the section. */
function sectionOf(text: string): string {
  const path: Path = parsePath(text);
  const list = path.findIndex(({ kind }) => kind === 'entry');
  return formatPath(path.slice(0, Math.max(1, list)));
}
