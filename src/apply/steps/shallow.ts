// The cheap check: one request, or two if the memory view doesn't show something that is declared.
import { createHash } from 'node:crypto';
import type { Catalog, Field } from '../../gateway/catalog/field.ts';
import { V7 } from '../../gateway/dialect.ts';
import type { Desired } from '../../domain/desired.ts';
import { isList, isTree, type Value } from '../../lib/value.ts';
import type { Target } from '../../domain/target.ts';
import type { TargetState } from '../../state/store.ts';
import type { ReconcileRequest } from '../run/context.ts';
import { readShallowUnless } from '../run/read.ts';
import { type Run, step } from '../run/run.ts';
import { keepsFlat, plan } from './refresh-and-plan.ts';

/**
 * The last shallow check of each target that found nothing: a hash of what it depends on, and of what the gateway sent.
 * If both are the same again, so is the result, and nothing is parsed or planned: the check of a gateway with thousands
 * of keys costs little more than its request. Of this process alone; hourly deep checks don't use it.
 */
const foundNothing = new WeakMap<Target, { readonly about: string; readonly seen: string }>();

/** Whether a shallow check finds nothing to do or report. */
export async function shallowIsEnough(
  run: Run,
  desired: Desired,
  request: ReconcileRequest,
): Promise<boolean> {
  step(run, 'observe', 'shallow');
  const { target } = run.context;
  const options = { keepFlat: keepsFlat(run, request), blind: declaresBlind(desired) };
  const about = options.blind ? undefined : dependenciesOf(run, desired, request);
  const known = foundNothing.get(target);
  const isKnown = (seen: string): boolean => known?.seen === seen && known.about === about;
  const { seen, opened } = await readShallowUnless(run, options, isKnown);
  if (!opened) return true;
  const { prepared } = await plan(opened.run, desired, opened.live, request);
  const { changes, verdicts } = prepared.plan;
  const isEnough = changes.length === 0 && verdicts.every(({ allowed }) => allowed);
  if (isEnough && about !== undefined) foundNothing.set(target, { about, seen });
  return isEnough;
}

/** Apart from the target itself and what the gateway sends. Undefined: unknown, as the files of an earlier commit. */
function dependenciesOf(
  { context, state, trying }: Run,
  { layout, revision }: Desired,
  request: ReconcileRequest,
): string | undefined {
  if (context.base || trying) return undefined;
  const decisive = Object.entries(state).filter(([name]) => !RECORDED_BY_CHECKS.has(name));
  return createHash('sha256')
    .update(JSON.stringify([layout, revision.digest, request, decisive]))
    .digest('hex');
}

/** What changes from check to check, and no plan depends on. */
const RECORDED_BY_CHECKS: ReadonlySet<string> = new Set<keyof TargetState>([
  'lastOutcome',
  'lastDeepCheck',
  'lastShallowCheck',
  'undeclared',
  'writeMs',
  'lateReload',
  'steadyFile',
  'historyHead',
]);

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
