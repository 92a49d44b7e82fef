// Which places of a file a transaction changed, as the journal keeps them: keyed hashes, never paths with keys in them or
// values. After a crash they tell what is ours from what somebody else did.
import type { Catalog } from '../../gateway/catalog/field.ts';
import type { Journal } from '../../domain/state/state.ts';
import { coversPath, formatPath, parsePath, type Path } from '../../domain/path.ts';
import type { Tree, Value } from '../../lib/value.ts';
import { canonicalJson } from '../../lib/stable-json.ts';
import { type Foreign, threeWay } from '../../plan/route/rollback/three-way.ts';
import { unexplained } from '../run/compare.ts';
import type { Run } from '../run/run.ts';

type Places = NonNullable<Journal['ours']>;

export function placesBetween(run: Run, before: Tree, after: Tree): Places {
  const changed = leavesBetween(run.context.catalog, before, after);
  return Object.fromEntries(changed.map(({ path, now }) => [placeHash(run, path), valueHash(run, now)]));
}

/** Places that differ from `before` and are not as the transaction would have them. */
export function foreignSince(run: Run, journal: Journal, before: Tree, now: Tree): readonly Path[] {
  const { catalog } = run.context;
  const { ours, footprint } = journal;
  if (!ours) return unexplained({ before, predicted: before, actual: now }, footprint, catalog);
  const secrets = footprint.filter((path) => path.endsWith('.secret-key')).map(parsePath);
  return leavesBetween(catalog, before, now)
    .filter(({ path }) => !secrets.some((secret) => coversPath(secret, path)))
    .filter((leaf) => ours[placeHash(run, leaf.path)] !== valueHash(run, leaf.now))
    .map(({ path }) => path);
}

const leavesBetween = (catalog: Catalog, before: Tree, now: Tree): readonly Foreign[] =>
  threeWay(catalog, { before, ours: before, now }).foreign;

const valueHash = (run: Run, value: Value | undefined): string =>
  run.context.store.hash(value === undefined ? '' : canonicalJson(value));

const placeHash = (run: Run, path: Path): string => run.context.store.hash(formatPath(path));
