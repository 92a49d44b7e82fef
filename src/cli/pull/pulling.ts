// One pull of one target: what was asked for, and where the files go.
import { type Selection, selectionProblems } from '../../adopt/ownership.ts';
import type { PlanFlags } from '../../compose/flags.ts';
import type { Io } from '../../compose/io.ts';
import { type Session, theTarget } from '../../compose/session.ts';
import { HoldfastError, type Problem } from '../../domain/problem/problem.ts';
import type { Target } from '../../domain/target.ts';
import { loadCatalog } from '../../gateway/catalog/catalog.ts';
import { pathFrom } from '../io/options.ts';
import { type Destination, destinationOf } from './files.ts';
import type { StoreFlags } from './secrets.ts';
import { ownPlaces } from './proof.ts';

export interface PullFlags extends PlanFlags, StoreFlags {
  readonly outputDir?: string;
  readonly file?: string;
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly force?: boolean;
  readonly print?: boolean;
  readonly linesFrom?: string;
  readonly diff?: boolean;
  readonly into?: string;
  readonly keep?: 'theirs' | 'ours';
  readonly prune?: boolean;
  readonly split?: boolean;
  /** Names, separated by commas. */
  readonly targets?: string;
}

export interface Pulling {
  readonly session: Session;
  readonly target: Target;
  readonly destination: Destination;
  readonly selection: Selection;
  readonly flags: PullFlags;
  readonly io: Io;
}

export function pullingOf(session: Session, flags: PullFlags, io: Io): Pulling {
  const target = theTarget(session, 'pull');
  const destination = destinationOf(flags, io.cwd, ownPlaces(session, target));
  return { session, target, destination, selection: selectionOf(flags), flags, io };
}

export function selectionOf({ include = [], exclude = [] }: PullFlags): Selection {
  const selection = { include: include.map(pathFrom), exclude: exclude.map(pathFrom) };
  refuseAny(selectionProblems(loadCatalog('legacy'), selection));
  return selection;
}

export function refuseAny(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new HoldfastError(problems);
}

/** Whether nothing is to be written. */
export const isShownOnly = ({ print, diff }: PullFlags): boolean => print === true || diff === true;
