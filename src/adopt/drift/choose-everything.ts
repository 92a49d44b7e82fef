// What `holdfast pull` takes into files that are there: whatever the gateway has, declared or not. What only the files
// changed stays, and what the gateway no longer has is removed only on request.
import { pathsIn } from '../../gateway/layout/locate.ts';
import { coversPath, type Path } from '../../domain/path.ts';
import { isList, type Tree, valueAt } from '../../lib/value.ts';
import type { Judged } from '../../plan/diff/changes.ts';
import { isManagementSecret } from '../../plan/diff/origin.ts';
import { type Chosen, type Circumstances, conflict } from './chosen.ts';

export interface Everything {
  /** What becomes of a value that both sides changed. Undefined: it is refused. */
  readonly keep?: 'theirs' | 'ours' | undefined;
  /** Whether what the gateway no longer has is removed from the files. */
  readonly prune: boolean;
  /** Of either layout: paths to declare although files usually don't. */
  readonly include: readonly Path[];
  /** Of either layout: paths that stay as they are. */
  readonly exclude: readonly Path[];
}

interface Sides extends Circumstances {
  /** Both in the layout of the gateway. */
  readonly live: Tree;
  readonly declared: Tree;
}

export function chooseEverything(judged: readonly Judged[], choice: Everything, sides: Sides): Chosen {
  const { layout, spoken, target } = sides;
  const excluded = choice.exclude.flatMap((path) => pathsIn(layout, path, spoken));
  const isExcluded = (path: Path): boolean => excluded.some((pattern) => coversPath(pattern, path));
  const asked = judged.filter(
    (one) => !isExcluded(one.path) && !isManagementSecret(one.raw.field) && !sides.isExpired(one),
  );
  const moved = asked.filter((one) => isGateways(one, sides));
  const unclear = moved.filter(({ origin }) => origin === 'both' && !sides.sameRevision);
  const agreed = moved.filter((one) => choice.keep !== 'ours' || !unclear.includes(one));
  const gone = choice.prune ? [] : agreed.filter(({ raw }) => raw.kind === 'add');
  const taken = agreed.filter((one) => !gone.includes(one));
  return {
    taken,
    left: judged.filter((one) => !taken.includes(one)),
    declares: declarable(choice, sides).filter((path) => !isExcluded(path)),
    gone,
    problems: choice.keep === undefined ? unclear.map((one) => conflict(one, target)) : [],
  };
}

/** Without the record of an apply, nobody knows which side moved, and a pull asks for what the gateway has. */
function isGateways({ origin }: Judged, { known, sameRevision }: Sides): boolean {
  return sameRevision || origin === 'drift' || origin === 'both' || (origin === 'first' && !known);
}

/** Entries that the files leave to others (`policy.ownership`) stay theirs. */
function declarable(
  { include }: Everything,
  { layout, spoken, live, declared, undeclared }: Sides,
): readonly Path[] {
  const namesOf = (path: Path): string[] => path.map(({ name }) => String(name));
  const found = undeclared().filter((path) => !isList(valueAt(declared, namesOf(path)) ?? null));
  const asked = include
    .flatMap((path) => pathsIn(layout, path, spoken))
    .filter((path) => valueAt(live, namesOf(path)) !== undefined)
    .filter((path) => valueAt(declared, namesOf(path)) === undefined)
    .filter((path) => !found.some((one) => coversPath(one, path)));
  return [...found, ...asked];
}
