// Assembles the plan of one target: live image, proposed image, differences, routes, guards, digest. Pure: time,
// state, keys and the results of probes are arguments, and the same input gives the same bytes.
import { literalSecrets } from '../desired/check/literal-secrets.ts';
import { declaredTexts, knownTexts, type Texts } from '../desired/read/origins.ts';
import type { Change } from '../domain/plan/change.ts';
import type { ByPointer } from '../domain/desired.ts';
import type { Verdict } from '../domain/plan/guard.ts';
import { formatPath, type Path, pointerTo } from '../domain/path.ts';
import { PLAN_FORMAT, type PatchOperation, type Plan } from '../domain/plan/plan.ts';
import { fingerprintsBy, seal, type Fingerprints } from '../domain/secret.ts';
import type { Allowance, Mode } from '../domain/target.ts';
import type { Tree } from '../lib/value.ts';
import { locateChange } from './localise/locate-change.ts';
import { releasedPaths } from './last-applied.ts';
import { baseImages, type BaseImage } from './localise/base-image.ts';
import { changeOf, differenceOf, judgeAll, type Judged } from './diff/changes.ts';
import { lostComments } from './prediction/comments.ts';
import { consequencesOf } from './diff/consequences.ts';
import { diff } from './diff/diff.ts';
import type { Difference } from './types/difference.ts';
import { digestOf } from './digest.ts';
import type { Case } from './guards/guard.ts';
import { allowancesOf, judge, winningSide } from './guards/judge.ts';
import { withSecret } from './guards/management-secret.ts';
import { notesOf } from './notes.ts';
import type { Built, PlanInput, Prepared } from './types/input.ts';
import { makeDifferences, type Operation, type Patched } from './diff/patch.ts';
import { routePlan, type Routes } from './route/index.ts';
import { redactAt } from './diff/redact-at.ts';
import { type Scope, scopeOf } from './diff/scope.ts';
import { proposedImage, type Proposed } from './diff/proposed.ts';
import type { LostComment } from './types/lost-comment.ts';
import { undeclaredIn } from './undeclared.ts';
import type { ManagementSecret } from './types/management-secret.ts';

/** All intermediate results. */
interface Draft {
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

export function makePlan(input: PlanInput): Prepared {
  const draft = draftOf(input);
  const changes = changesOf(draft);
  const routes = routePlan({
    live: input.live,
    dialect: input.dialect,
    differences: draft.differences,
    before: draft.base.before,
    proposed: draft.patched.image,
    fingerprints: draft.fingerprints,
    repair: draft.base.repair && draft.mode !== 'observe',
    comments: input.target.policy.comments,
  });
  const found = [...(input.refusals ?? []), ...routes.verdicts.map((one) => placedIn(one, changes))];
  const verdicts = judge(caseOf(draft, routes), found, draft.allowances);
  return {
    plan: assemble(draft, changes, routes, verdicts),
    writes: routes.writes,
    differences: draft.differences,
    prediction: routes.prediction,
    lostComments: (now) => unexpectedlyLost(input, draft.differences, routes, now),
    basis: {
      proposed: seal(draft.proposed.image),
      stateKeys: new Map(draft.judged.map(({ id, stateKey }) => [id, stateKey])),
      leftOut: [...draft.leftOut.map(({ stateKey }) => stateKey), ...draft.releasedElsewhere.map(formatPath)],
    },
  };
}

/** Comments that are missing from a text after the writes, and that no route was known to lose. */
function unexpectedlyLost(
  { target, live, dialect }: PlanInput,
  differences: readonly Difference[],
  routes: Routes,
  text: string,
): readonly LostComment[] {
  const isPrintedAnew = routes.verdicts.some(({ guard }) => guard === 'unsafe-edit');
  if (target.policy.comments === 'let-go' || isPrintedAnew || !live.file) return [];
  const known = new Set(routes.lostComments.map(({ line }) => line));
  const lost = lostComments(dialect.catalog, { text: live.file.text.open() }, { text }, differences);
  return lost.filter(({ line }) => !known.has(line));
}

/** What the gateway would refuse, with the lines that declare it. */
function placedIn(verdict: Verdict, changes: readonly Change[]): Verdict {
  if (verdict.guard !== 'unsupported') return verdict;
  const judged = changes.filter(({ id }) => verdict.changes.includes(id));
  return { ...verdict, message: `${verdict.message}${locateChange(verdict.message, judged)}` };
}

/** What differs and which side moved, before routes and guards: the same input gives the same as `makePlan`. */
export function compareSides(input: PlanInput): Compared {
  return draftOf(input);
}

/** The sides of a comparison, with the real values. */
export type Compared = Pick<Draft, 'base' | 'proposed' | 'judged' | 'fingerprints' | 'declared'>;

function draftOf(input: PlanInput): Draft {
  const { target, dialect, desired } = input;
  const { catalog } = dialect;
  const mode = input.mode ?? target.mode;
  const allowances = allowancesOf(target.policy.allow, input.allow ?? [], mode);
  const known = knownTexts(() => textsOf(input), input.state.origins, input.hash);
  const fingerprints = fingerprintsBy(target.digestKey.open(), known);
  const declared = withStoredSecret((input.built ?? desired).tree.open(), input.managementSecret);
  const base = baseImages(input.live, dialect, winningSide(allowances));
  const scope = scopeOf(input.only, catalog.layout);
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
    fingerprints,
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
function throughBuilt<T>(known: ByPointer<T>, built: Built | undefined): ByPointer<T> {
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
  parts: Pick<Draft, 'declared' | 'base' | 'released' | 'fingerprints'>,
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

function changesOf(draft: Draft): Change[] {
  const { base, judged, patched, fingerprints, input } = draft;
  const images = { before: base.before, after: patched.image, placeOf: patched.placeOf };
  const consequences = consequencesOf(judged, images, fingerprints);
  const positions = throughBuilt(input.desired.positions, input.built);
  return judged.map((one, i) => ({
    ...changeOf(one, { root: input.dialect.catalog.root, fingerprints, desired: { positions } }),
    consequences: consequences[i] ?? [],
  }));
}

function caseOf(draft: Draft, routes: Routes): Case {
  const { input, base, patched, differences, mode, fingerprints } = draft;
  const { target, live, state, now, managementSecret, rollbackProbe } = input;
  const { catalog } = input.dialect;
  const earlier = new Set(state.released);
  const pruned = input.prune ?? target.policy.prune;
  return {
    target,
    mode,
    catalog,
    live,
    state,
    now,
    before: base.before,
    after: patched.image,
    between: routes.states.slice(0, -1),
    differences: differences.filter(({ disposition }) => disposition === 'apply'),
    writes: routes.writes.length > 0,
    newlyReleased: pruned ? [] : draft.released.filter((path) => !earlier.has(formatPath(path))),
    literalSecrets: literalSecrets(input.desired, catalog)
      .filter(({ path }) => draft.scope.touches(path))
      .map(({ path, position }) => ({
        path,
        place: position ? ` (${position.file}:${position.line}:${position.column})` : '',
      })),
    managementSecret,
    rollbackProbe,
    fingerprints,
  };
}

function assemble(
  draft: Draft,
  changes: readonly Change[],
  routes: Routes,
  verdicts: Plan['verdicts'],
): Plan {
  const { input, mode, base, proposed } = draft;
  const { target, desired, live, state } = input;
  const pruned = input.prune ?? target.policy.prune;
  return {
    format: PLAN_FORMAT,
    target: target.name,
    createdAt: new Date(input.now).toISOString(),
    mode,
    revision: desired.revision,
    gateway: { api: live.api, layout: live.layout, build: live.build },
    state: state.lastApplied ? 'known' : 'new',
    memory: state.memory ?? { source: state.lastApplied ? 'state' : 'none' },
    agreement: live.agreement,
    changes,
    writes: routes.writes.map(({ write }) => write),
    verdicts,
    released: pruned ? [] : draft.released.map(formatPath),
    ignored: proposed.ignored,
    ...(input.only && {
      only: input.only.map(formatPath),
      leftOut: [...draft.leftOut.map(({ path }) => path), ...(pruned ? draft.releasedElsewhere : [])].map(
        formatPath,
      ),
    }),
    ...(target.policy.undeclared === 'report' &&
      !input.only && {
        undeclared: undeclaredIn({
          catalog: input.dialect.catalog,
          live: base.before,
          declared: draft.declared,
          policy: target.policy,
          fingerprints: draft.fingerprints,
        }),
      }),
    notes: [
      ...notesOf({
        live,
        differences: draft.differences,
        held: input.state.held ?? [],
        base,
        writes: routes.writes.length,
        lostComments: routes.lostComments,
        freeze: target.policy.freeze,
        now: input.now,
        dialect: input.dialect,
        declared: draft.declared,
        unchangedReferences: unchangedReferences(draft),
      }),
      ...(input.notes ?? []),
    ],
    patch: draft.patched.operations.map((operation) => shownOperation(operation, draft)),
    digest: digestOf({
      key: target.digestKey,
      target: target.name,
      changes,
      after: draft.differences.map(({ after }) => after),
      allowances: draft.allowances,
      released: pruned ? [] : draft.released.map(formatPath),
      layout: live.layout,
      live: base.before,
      declared: draft.declared,
    }),
  };
}

/** Where a base is the memory: references whose values the gateway lacks though nothing changed in git. */
function unchangedReferences({ input, differences }: Draft): string[] {
  if (input.state.memory?.source !== 'base') return [];
  const references = throughBuilt(input.desired.references, input.built);
  const found = differences
    .filter(({ origin, disposition }) => origin === 'drift' && disposition === 'report')
    .flatMap(({ declaredPlace }) => {
      const pointer = declaredPlace && pointerTo(declaredPlace);
      return pointer === undefined ? [] : [pointer, `${pointer}/api-key`];
    })
    .flatMap((pointer) => references.get(pointer) ?? []);
  return [...new Set(found)].filter((reference) => !input.desired.publicReferences.has(reference));
}

function shownOperation(
  { op, path, from, value, difference }: Operation,
  { input, fingerprints }: Draft,
): PatchOperation {
  const up = difference?.location;
  const location = difference?.kind === 'rename' ? { up, key: String(path.at(-1)) } : up;
  return {
    op,
    path: pointerTo(path),
    ...(from && { from: pointerTo(from) }),
    ...(value !== undefined && {
      value: redactAt(input.dialect.catalog.root, location, value, fingerprints),
    }),
  };
}
