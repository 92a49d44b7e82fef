// The cheap check: one request, or two if the memory view doesn't show something that is declared.
import type { Catalog, Field } from '../../gateway/catalog/field.ts';
import { V7 } from '../../gateway/dialect.ts';
import type { Desired } from '../../domain/desired.ts';
import { isList, isTree, type Value } from '../../lib/value.ts';
import type { ReconcileRequest } from '../run/context.ts';
import { readShallow } from '../run/read.ts';
import { type Run, step } from '../run/run.ts';
import { keepsFlat, plan } from './refresh-and-plan.ts';

/** Whether a shallow check finds nothing to do or report. */
export async function shallowIsEnough(
  run: Run,
  desired: Desired,
  request: ReconcileRequest,
): Promise<boolean> {
  step(run, 'observe', 'shallow');
  const keepFlat = keepsFlat(run, request);
  const opened = await readShallow(run, { keepFlat, blind: declaresBlind(desired) });
  const { prepared } = await plan(opened.run, desired, opened.live, request);
  const { changes, verdicts } = prepared.plan;
  return changes.length === 0 && verdicts.every(({ allowed }) => allowed);
}

/** Whether something declared is visible only in the file, while memory is read first. */
export function declaresBlind(desired: Desired): boolean {
  const { memoryCatalog } = V7;
  return isBlind(desired.tree.open(), memoryCatalog.root, memoryCatalog);
}

function isBlind(value: Value, field: Field | undefined, catalog: Catalog): boolean {
  if (!field || field.visible !== 'json') return true;
  if (isList(value)) return value.some((item) => isBlind(item, field.item ?? field, catalog));
  if (!isTree(value)) return false;
  return Object.entries(value).some(([name, member]) => isBlind(member, catalog.child(field, name), catalog));
}
