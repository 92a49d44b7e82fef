// The first half of a plan: both sides, what differs and which side moved. With the real values, so it stays inside
// the pure rooms. Routes, guards and the plan that people see are made from it.
import { declaredTexts, knownTexts, type Texts } from '../desired/read/origins.ts';
import { type ByPointer, spokenBy } from '../domain/desired.ts';
import { type Path, parsePath } from '../domain/path.ts';
import { fingerprintsOf, pathsByName } from '../domain/named-key.ts';
import { type Fingerprints } from '../domain/secret.ts';
import type { Allowance, Mode } from '../domain/target.ts';
import type { Tree } from '../lib/value.ts';
import { differenceOf, judgeAll, type Judged } from './diff/changes.ts';
import { diff } from './diff/diff.ts';
import { expiredAt } from './diff/expired.ts';
import { makeDifferences, type Patched } from './diff/patch.ts';
import { proposedImage, type Proposed } from './diff/proposed.ts';
import { type Scope, scopeOf } from './diff/scope.ts';
import { allowancesOf, winningSide } from './guards/judge.ts';
import { withSecret } from './guards/management-secret.ts';
import { releasedPaths } from './last-applied.ts';
import { baseImages, type BaseImage } from './localise/base-image.ts';
import type { Difference } from './types/difference.ts';
import type { Built, PlanInput } from './types/input.ts';
import type { ManagementSecret } from './types/management-secret.ts';

/** Everything that a plan knows before its requests are chosen. */
export interface Comparison {
  readonly input: PlanInput;
  readonly mode: Mode;
  readonly allowances: readonly Allowance[];
  readonly fingerprints: Fingerprints;
  readonly base: BaseImage;
  readonly declared: Tree;
  /** Within `--only`. */
  readonly released: readonly Path[];
  readonly releasedElsewhere: readonly Path[];
  readonly scope: Scope;
  readonly proposed: Proposed;
  readonly judged: readonly Judged[];
  /** Outside of `--only`. */
  readonly leftOut: readonly Judged[];
  readonly patched: Patched;
  readonly differences: readonly Difference[];
}

/** What differs and which side moved, before routes and guards: `makePlan` starts from the same. */
export function compareSides(input: PlanInput): Comparison {
  const { target, dialect, desired } = input;
  const { catalog } = dialect;
  const mode = input.mode ?? target.mode;
  const byName = pathsByName(target);
  const allowances = allowancesOf(target.policy.allow, input.allow ?? [], mode).map((one) =>
    one.path ? { ...one, path: byName(one.path) } : one,
  );
  const known = knownTexts(() => textsOf(input), input.state.origins, input.hash);
  const fingerprints = fingerprintsOf(target, known);
  const declared = withStoredSecret((input.built ?? desired).tree.open(), input.managementSecret);
  const base = baseImages(input.live, dialect, winningSide(allowances));
  const scope = scopeOf(input.only?.map(byName), catalog.layout, spokenBy(desired));
  const undeclared = releasedPaths(input.state, catalog, declared, base.under);
  const released = undeclared.filter(scope.covers);
  const releasedElsewhere = undeclared.filter((path) => !scope.covers(path));
  const proposed = wantedOf(input, { declared, base, released, fingerprints });
  const found = diff({ catalog, live: base.before, proposed: proposed.image, traces: proposed.traces });
  const all = judgeAll(found, {
    lastApplied: input.state.lastApplied,
    hash: input.hash,
    sameRevision: input.state.lastApplied?.revision.digest === desired.revision.digest,
    mode,
    held: new Set(input.state.held?.map(({ path }) => path)),
    isQuarantined: quarantineIn(input),
    earlier: input.state.earlier,
    isOldFile: () => isOldFile(input),
    fingerprints,
    isExpired: expiredAt(target, catalog, input.now),
  });
  const judged = all.filter(({ path }) => scope.covers(path));
  const leftOut = all.filter(({ path }) => !scope.covers(path));
  const applied = judged.filter(({ disposition }) => disposition === 'apply').map(({ raw }) => raw);
  const patched = makeDifferences(base.before, applied);
  const differences = judged.map((one) => differenceOf(one, patched.placeOf.get(one.raw)));
  return {
    input,
    mode,
    allowances,
    fingerprints,
    base,
    declared,
    released,
    releasedElsewhere,
    scope,
    proposed,
    judged,
    leftOut,
    patched,
    differences,
  };
}

function isOldFile({ live: { file }, state: { earlier } }: PlanInput): boolean {
  return file !== undefined && earlier?.isOldFile(file.text.open()) === true;
}

/** Whether the changes at a path wait, because they failed. */
function quarantineIn({ quarantined = [], dialect, desired }: PlanInput): (path: Path) => boolean {
  if (quarantined.length === 0) return () => false;
  return scopeOf(quarantined.map(parsePath), dialect.catalog.layout, spokenBy(desired)).covers;
}

/** Those of now, and of the desired state before where somebody has it. */
function textsOf({ desired, dialect, state }: PlanInput): Texts {
  const [now, before] = [declaredTexts(desired, dialect.catalog), state.appliedTexts?.()];
  if (!before) return now;
  return {
    secrets: new Set([...now.secrets, ...before.secrets]),
    plain: new Set([...now.plain, ...before.plain]),
    names: new Map([...before.names, ...now.names]),
  };
}

/** What is known of the declared tree, by pointers into the tree that was built from it. */
export function throughBuilt<T>(known: ByPointer<T>, built: Built | undefined): ByPointer<T> {
  if (!built) return known;
  const at = (pointer: string): T | undefined => {
    const origin = built.originOf(pointer);
    return origin === undefined ? undefined : known.get(origin);
  };
  return { get: at, has: (pointer) => at(pointer) !== undefined };
}

/** The gateway stores hashes. A plaintext in the files stands for the hash under which it is, or would be, stored. */
function withStoredSecret(declared: Tree, secret: ManagementSecret | undefined): Tree {
  return withSecret(declared, () => {
    if (!secret) throw new TypeError('a declared secret-key needs judgeManagementSecret');
    return secret.stored.open();
  });
}

function wantedOf(
  input: PlanInput,
  parts: Pick<Comparison, 'declared' | 'base' | 'released' | 'fingerprints'>,
): Proposed {
  const { target, dialect, state, hash } = input;
  const placed = new Set(state.lastApplied?.placed);
  return proposedImage({
    catalog: dialect.catalog,
    live: parts.base.under,
    declared: parts.declared,
    policy: target.policy,
    prune: (input.prune ?? target.policy.prune) ? parts.released : [],
    placed: (key) => placed.has(key),
    fingerprints: parts.fingerprints,
    hash,
  });
}
