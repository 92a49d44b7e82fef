// Which paths of a file a transaction changed, as the journal stores them: keyed hashes, never paths that contain
// keys, and never values. After a crash they distinguish our changes from those of others.
import type { Catalog } from '../../gateway/catalog/field.ts';
import type { Journal } from '../../domain/state/state.ts';
import { coversPath, formatPath, parsePath, type Path } from '../../domain/path.ts';
import type { Tree, Value } from '../../lib/value.ts';
import { canonicalJson } from '../../lib/stable-json.ts';
import { type Foreign, threeWay, type ThreeWay } from '../../plan/route/rollback/three-way.ts';
import type { LiveRun, Run } from '../run/run.ts';

type Places = NonNullable<Journal['ours']>;

export function placesBetween(run: LiveRun, before: Tree, after: Tree): Places {
  const changed = leavesBetween(run.dialect.catalog, before, after);
  return Object.fromEntries(changed.map(({ path, now }) => [placeHash(run, path), valueHash(run, now)]));
}

/** What a transaction left in a file, as far as its journal tells. */
export interface Left extends ThreeWay {
  /** Whether every planned change is in the file. */
  readonly complete: boolean;
}

/** Undefined for a journal that doesn't record single paths. */
export function leftIn(
  run: LiveRun,
  { ours, footprint }: Journal,
  before: Tree,
  now: Tree,
): Left | undefined {
  if (!ours) return undefined;
  const secrets = footprint.filter((path) => path.endsWith('.secret-key')).map(parsePath);
  const found = new Set<string>();
  const isOurs = (path: Path, value: Value | undefined): boolean => {
    const place = placeHash(run, path);
    const is = ours[place] === valueHash(run, value) || secrets.some((secret) => coversPath(secret, path));
    if (is) found.add(place);
    return is;
  };
  const left = threeWay(run.dialect.catalog, { before, ours: before, now }, isOurs);
  return { ...left, complete: Object.keys(ours).every((place) => found.has(place)) };
}

const leavesBetween = (catalog: Catalog, before: Tree, now: Tree): readonly Foreign[] =>
  threeWay(catalog, { before, ours: before, now }, () => false).foreign;

const valueHash = (run: Run, value: Value | undefined): string =>
  run.context.store.hash(value === undefined ? '' : canonicalJson(value));

const placeHash = (run: Run, path: Path): string => run.context.store.hash(formatPath(path));
