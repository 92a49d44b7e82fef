// Which differences are adopted: those of the gateway below the paths that were asked for. What both sides changed needs
// a decision; what only the files changed is not the gateway's.
import { pathsIn } from '../../gateway/layout/locate.ts';
import type { Layout } from '../../domain/desired.ts';
import { coversPath, formatPath, type Path } from '../../domain/path.ts';
import { type Problem, problem } from '../../domain/problem/problem.ts';
import type { Judged } from '../../plan/diff/changes.ts';
import { isManagementSecret } from '../../plan/diff/origin.ts';

export interface Choice {
  /** Of either layout, as a plan shows them. Empty: everything that the gateway changed. */
  readonly paths: readonly Path[];
  /** What becomes of a value that both sides changed. Undefined: it is refused. */
  readonly keep?: 'theirs' | 'ours' | undefined;
}

export interface Chosen {
  /** The files get what the gateway has. */
  readonly taken: readonly Judged[];
  readonly left: readonly Judged[];
  /** What no file declares and a path names: declared from now on. */
  readonly declares: readonly Path[];
  /** Of what is left, what the files declare and the gateway no longer has. */
  readonly gone: readonly Judged[];
  readonly problems: readonly Problem[];
}

export interface Circumstances {
  /** Of the gateway. */
  readonly layout: Layout;
  /** That of the files. */
  readonly spoken: Layout;
  readonly target: string;
  /** Whether an apply of this target is remembered: without one nobody knows which side moved. */
  readonly known: boolean;
  /** The files are those of the last apply: whatever differs, the gateway changed it. */
  readonly sameRevision: boolean;
  /** A client key of the gateway that has expired: no file can declare it. */
  readonly isExpired: (one: Judged) => boolean;
  /** Paths that the gateway has and no file declares. */
  readonly undeclared: () => readonly Path[];
}

export function choose(judged: readonly Judged[], choice: Choice, circumstances: Circumstances): Chosen {
  const { layout, spoken, target, isExpired } = circumstances;
  const patterns = choice.paths.map((path) => pathsIn(layout, path, spoken));
  const isAsked = ({ path }: Judged): boolean =>
    patterns.length === 0 || patterns.some((spellings) => spellings.some((one) => coversPath(one, path)));
  const asked = judged.filter((one) => isAsked(one) && !isExpired(one));
  const moved = asked.filter((one) => isGateways(one, choice, circumstances));
  const isClear = ({ origin }: Judged): boolean => origin === 'drift' || circumstances.sameRevision;
  const unclear = moved.filter((one) => !isClear(one));
  const taken = moved.filter((one) => isClear(one) || choice.keep === 'theirs');
  const named = choice.paths.map((path, i) => ({ path, spellings: patterns[i] ?? [] }));
  const idle = named.filter((one) => !moved.some(isBelow(one)));
  const undeclared = idle.length === 0 ? [] : circumstances.undeclared();
  const declares = undeclaredAt(idle, undeclared);
  const problems = [
    ...idle
      .filter((one) => !declares.some((path) => isBelow(one)({ path })))
      .map((one) => nothingAt(one, { judged, undeclared, circumstances })),
    ...(choice.keep === undefined ? unclear.map((one) => conflict(one, target)) : []),
    ...taken.filter(({ raw }) => isManagementSecret(raw.field)).map((one) => onlyHash(one, target)),
  ];
  return { taken, left: judged.filter((one) => !taken.includes(one)), declares, gone: [], problems };
}

/** What was never applied counts as the gateway's only if there is no record of an apply, or its path is named. */
function isGateways({ origin }: Judged, { paths }: Choice, { known, sameRevision }: Circumstances): boolean {
  if (sameRevision) return true;
  return origin === 'drift' || origin === 'both' || (origin === 'first' && (!known || paths.length > 0));
}

interface Named {
  readonly path: Path;
  /** In either layout. */
  readonly spellings: readonly Path[];
}

const isBelow =
  ({ spellings }: Named) =>
  ({ path }: { readonly path: Path }): boolean =>
    spellings.some((spelling) => coversPath(spelling, path));

const undeclaredAt = (named: readonly Named[], undeclared: readonly Path[]): readonly Path[] =>
  undeclared.filter((path) => named.some((one) => isBelow(one)({ path })));

interface Around {
  readonly judged: readonly Judged[];
  readonly undeclared: readonly Path[];
  readonly circumstances: Circumstances;
}

function nothingAt(named: Named, { judged, undeclared, circumstances }: Around): Problem {
  const { target, isExpired } = circumstances;
  const shown = formatPath(named.path);
  const told = (message: string, remedy?: string): Problem =>
    problem('HF2090', message, { path: shown, target, ...(remedy !== undefined && { remedy }) });
  const below = judged.filter(isBelow(named));
  if (below.some(isExpired))
    return told(
      `\`${shown}\` has expired, so the files can't declare it`,
      'Run `holdfast apply --mode enforce` to remove it from the gateway, or change `expires` in the settings.',
    );
  if (below.length > 0)
    return told(`only the files changed \`${shown}\`: the gateway still has what was applied last`);
  const section = undeclared.find((path) => named.spellings.some((one) => coversPath(path, one)));
  return section
    ? told(
        `no file declares \`${shown}\`, and only the whole of \`${formatPath(section)}\` can be adopted`,
        `Run \`holdfast adopt ${formatPath(section)}\`: it declares all that \`holdfast plan --undeclared\` lists there.`,
      )
    : told(`the gateway has no change at \`${shown}\``);
}

export function conflict({ path, origin }: Judged, target: string): Problem {
  const shown = formatPath(path);
  const message =
    origin === 'both'
      ? `\`${shown}\` changed on the gateway and in the files since the last apply`
      : `\`${shown}\` differs, and Holdfast hasn't applied it yet, so it doesn't know which side changed`;
  return problem('HF2091', message, { path: shown, target });
}

function onlyHash({ path }: Judged, target: string): Problem {
  const shown = formatPath(path);
  const message = `the gateway stores only a hash of \`${shown}\`, so its value can't be adopted`;
  return problem('HF2092', message, { path: shown, target });
}
