// Makes a gateway load what its file already contains, after a write that was stored during a reload and never
// loaded (C v0 §6.5). The only way is a write that changes the bytes of the file (design-v8 rule 6).
import type { Catalog, Field } from '../../gateway/catalog/field.ts';
import { parsePath, type Path } from '../../domain/path.ts';
import type { Prediction } from '../../domain/plan/write.ts';
import { problem } from '../../domain/problem/problem.ts';
import { valueAt } from '../../lib/value.ts';
import { repairWrite } from '../../plan/route/rollback/rollback-writes.ts';
import { sameMeaning, type ThreeWay } from '../../plan/route/rollback/three-way.ts';
import { differences, shownPaths } from '../run/compare.ts';
import { noteSending } from '../record/journal.ts';
import { besidesGaps } from '../record/model-gaps.ts';
import { type DeepLive, readRaw } from '../run/read.ts';
import { notice, type LiveRun } from '../run/run.ts';
import { settle } from './settle.ts';
import type { Settled } from '../types/settled.ts';
import type { Transaction } from '../types/transaction.ts';
import { sendWrite } from './write.ts';

/** The reading after the repair. `memory` is what the file loads to where absent. Undefined: the file can't be repaired. */
export async function loadAgain(
  run: LiveRun,
  transaction: Transaction,
  stale: Settled,
  memory?: Prediction['memory'],
): Promise<Settled | undefined> {
  const repair = repairWrite(stale.live.file, run.dialect);
  if (!repair.ok) return undefined;
  const expected = { ...repair.write.prediction, ...(memory && { memory }) };
  const { memoryCatalog } = run.dialect;
  const paths = differences(stale.live.memory.open(), expected.memory.open(), memoryCatalog);
  transaction.journal = await noteSending(run, transaction.journal);
  transaction.wroteFile = true;
  // Others may have written since the reading; the repair changes only a comment in the file as it is now.
  const { text } = await readRaw(run, 'settle');
  await sendWrite(run, repair.write, text);
  const settled = await settle(run, expected);
  if (settled.standing === 'as-predicted' && paths.length > 0) noticeRepair(run, paths);
  return settled;
}

function noticeRepair(run: LiveRun, paths: readonly Path[]): void {
  const message = `the gateway had stored ${shownPaths(paths)} without loading it, so Holdfast touched the file to make the gateway load it`;
  const { name } = run.context.target;
  notice(run, problem('HF5015', message, { target: name, severity: 'warning' }));
}

/**
 * Whether the gateway may have stored a change by others without loading it: the file contains everything of ours, and
 * memory is behind, or doesn't show what they changed.
 */
export function missesForeign(
  run: LiveRun,
  transaction: Transaction,
  { live }: Settled,
  { missing, foreign }: ThreeWay,
): boolean {
  if (missing.length > 0) return false;
  return isBehind(run, transaction, live) || foreign.some(({ path }) => isHidden(run.dialect.catalog, path));
}

/** Where memory differs from the file, it is as it was before, or as our write left it. */
function isBehind(run: LiveRun, { current, oursInMemory }: Transaction, live: DeepLive): boolean {
  if (live.agreement.kind !== 'differ') return false;
  const apart = besidesGaps(run, live.build, live.agreement.paths.map(parsePath));
  const { memoryCatalog } = run.dialect;
  const known = [current.live.memory.open(), oursInMemory.open()];
  const isOld = (path: Path): boolean => {
    const names = path.map(({ name }) => String(name));
    const held = valueAt(live.memory.open(), names);
    const field = memoryCatalog.at(names);
    return known.some((tree) => sameMeaning(field, valueAt(tree, names), held, memoryCatalog));
  };
  return apart.length > 0 && apart.every(isOld);
}

/** A known key that `GET /config` doesn't show. The gateway loads and saves it all the same. */
function isHidden(catalog: Catalog, path: Path): boolean {
  let field: Field | undefined = catalog.root;
  for (const { kind, name } of path)
    field = field && (kind === 'entry' ? field.item : catalog.child(field, name ?? ''));
  return field !== undefined && field.visible !== 'json';
}
