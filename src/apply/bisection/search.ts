// Which changes of a failed revision make it fail: delta debugging in which every set that passes stays applied. Pure: the
// next try and what follows from its result. What is applied isn't recorded here, because it no longer differs.
import type { Bisection, Culprit } from '../../domain/state/state.ts';

/** Changes that are applied together or not at all. */
export interface Unit {
  readonly path: string;
  /** The list or section that has it: sections are divided before their entries. */
  readonly section: string;
}

/**
 * `narrow`: a part of the set that fails. `rest`: everything that wasn't tried without the changes that fail. `confirm`:
 * a culprit once more, with the rest in place.
 */
export interface Try {
  readonly kind: 'narrow' | 'rest' | 'confirm';
  readonly paths: readonly string[];
}

export type Next =
  | Try
  | { readonly kind: 'done' }
  /** Nothing passes: it is the gateway that fails, not a change. */
  | { readonly kind: 'hopeless' };

/** `undecided`: a guard refused it, and nothing was written. */
export type Result =
  | { readonly kind: 'passed' }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'undecided'; readonly reason: string };

/** All units failed together. */
export function startOf(units: readonly Unit[], total: number, reason: string): Bisection {
  const failing = units.map(({ path }) => path);
  return settled(
    { tries: 0, total, failing, reason, culprits: [], undecided: [], passed: false },
    units,
    units.length === 1,
  );
}

/** `pending`: what differs now. The bound is never exceeded: `begun` counts a try before it is made. */
export function nextOf(search: Bisection, pending: readonly Unit[], atMost: number): Next {
  const known = present(search, pending);
  const { failing, culprits, tries } = known;
  const left = atMost - tries;
  if (isHopeless(known)) return { kind: 'hopeless' };
  if (left <= 0) return { kind: 'done' };
  const rest = untried(known, pending);
  // The last try is worth most for what could be applied as a whole.
  if (rest.length > 0 && (failing.length === 0 || left === 1)) return { kind: 'rest', paths: rest };
  const part = nextPart(known, pending);
  if (part) return { kind: 'narrow', paths: part };
  const doubtful = culprits.find(({ confirmed }) => !confirmed);
  return doubtful ? { kind: 'confirm', paths: doubtful.paths } : { kind: 'done' };
}

export const begun = (search: Bisection): Bisection => ({ ...search, tries: search.tries + 1 });

/** `pending`: what differed before the try. */
export function afterTry(search: Bisection, pending: readonly Unit[], tried: Try, result: Result): Bisection {
  const known = present(search, pending);
  if (result.kind === 'passed') return afterPass(known, pending, tried);
  if (tried.kind === 'confirm') return { ...known, culprits: known.culprits.map(confirming(tried, result)) };
  if (tried.kind === 'narrow' && result.kind === 'undecided')
    return settled({ ...known, undecided: [...known.undecided, tried.paths] }, pending, false);
  const left = tried.kind === 'rest' ? convicted(known) : known;
  const failing = { failing: tried.paths, reason: result.reason, undecided: [] };
  return settled({ ...left, ...failing }, pending, true);
}

/** What waits once the search has ended: what fails, and what wasn't tried without it. */
export function waitingAfter(
  search: Bisection,
  pending: readonly Unit[],
): readonly { readonly path: string; readonly reason?: string }[] {
  const { failing, reason, culprits } = present(search, pending);
  const why = new Map([
    ...culprits.flatMap((one) => one.paths.map((path) => [path, one.reason] as const)),
    ...failing.map((path) => [path, reason] as const),
  ]);
  return pending.map(({ path }) => {
    const known = why.get(path);
    return { path, ...(known !== undefined && { reason: known }) };
  });
}

/** What no try has been about: neither the set that fails nor the culprits have it. */
function untried({ failing, culprits }: Bisection, pending: readonly Unit[]): string[] {
  const known = new Set([...failing, ...culprits.flatMap(({ paths }) => paths)]);
  return pending.map(({ path }) => path).filter((path) => !known.has(path));
}

/** Three sets without a common change fail, and nothing has passed. */
const isHopeless = ({ passed, failing, culprits }: Bisection): boolean =>
  !passed && culprits.length + (failing.length > 0 ? 1 : 0) > 2;

function afterPass(search: Bisection, pending: readonly Unit[], { kind, paths }: Try): Bisection {
  const applied = new Set(paths);
  const left = pending.filter(({ path }) => !applied.has(path));
  const culprits =
    kind === 'confirm' ? search.culprits.filter((one) => !isSame(one, paths)) : search.culprits;
  const more = {
    // What failed before may have needed what is applied now.
    culprits: culprits.map((one) => ({ ...one, confirmed: false })),
    failing: search.failing.filter((path) => !applied.has(path)),
    undecided: [],
    passed: true,
  };
  return settled({ ...search, ...more }, left, false);
}

const confirming =
  ({ paths }: Try, { reason }: Exclude<Result, { kind: 'passed' }>) =>
  (culprit: Culprit): Culprit =>
    isSame(culprit, paths) ? { ...culprit, reason, confirmed: true } : culprit;

/** Without what no longer differs. */
function present(search: Bisection, pending: readonly Unit[]): Bisection {
  const paths = new Set(pending.map(({ path }) => path));
  if ([...search.failing, ...search.culprits.flatMap((one) => one.paths)].every((path) => paths.has(path)))
    return search;
  const still = (some: readonly string[]): string[] => some.filter((path) => paths.has(path));
  const culprits = search.culprits
    .map((one) => ({ ...one, paths: still(one.paths) }))
    .filter((one) => one.paths.length > 0);
  return settled({ ...search, failing: still(search.failing), culprits }, pending, false);
}

/** A set that can't be divided is a culprit. `alone`: it was just tried as it is. */
function settled(search: Bisection, pending: readonly Unit[], alone: boolean): Bisection {
  const { failing } = search;
  if (failing.length === 0 || nextPart(search, pending)) return search;
  return convicted(search, alone);
}

function convicted(search: Bisection, confirmed = false): Bisection {
  const { failing: paths, reason, culprits } = search;
  if (paths.length === 0) return search;
  return { ...search, culprits: [...culprits, { paths, reason, confirmed }], failing: [], undecided: [] };
}

/** The next part of the failing set that no guard refused: whole sections first, halves before quarters. */
function nextPart({ failing, undecided }: Bisection, pending: readonly Unit[]): string[] | undefined {
  if (failing.length < 2) return undefined;
  const refused = new Set(undecided.map(nameOf));
  const section = new Map(pending.map((unit) => [unit.path, unit.section]));
  const sections = [...Map.groupBy(failing, (path) => section.get(path)).values()];
  const units = failing.map((path) => [path]);
  for (const atoms of sections.length > 1 ? [sections, units] : [units])
    for (const part of partsOf(atoms)) if (!refused.has(nameOf(part))) return part;
  return undefined;
}

const isSame = (culprit: Culprit, paths: readonly string[]): boolean =>
  nameOf(culprit.paths) === nameOf(paths);

const nameOf = (paths: readonly string[]): string => JSON.stringify(paths.toSorted());

/** As in ddmin: chunks and their complements, in ever more chunks. */
function* partsOf(atoms: readonly (readonly string[])[]): Generator<string[]> {
  for (let count = 2; ; count = Math.min(count * 2, atoms.length)) {
    const chunks = chunksOf(atoms, count);
    for (const chunk of chunks) yield chunk.flat();
    if (count > 2) for (const chunk of chunks) yield atoms.filter((atom) => !chunk.includes(atom)).flat();
    if (count >= atoms.length) return;
  }
}

function chunksOf<T>(list: readonly T[], count: number): T[][] {
  const start = (i: number): number => Math.ceil((i * list.length) / count);
  return Array.from({ length: count }, (_, i) => list.slice(start(i), start(i + 1)));
}
