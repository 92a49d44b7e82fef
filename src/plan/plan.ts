// Assembles the plan of one target: live image, wanted image, differences, routes, guards, digest. Pure: time, state,
// keys and the results of probes come in as arguments; the same input gives the same bytes.
import { literalSecrets } from '../desired/literal-secrets.ts';
import { knownTexts, declaredTexts } from '../desired/origins.ts';
import type { Change } from '../nouns/change.ts';
import type { ByPointer } from '../nouns/desired.ts';
import type { Verdict } from '../nouns/guard.ts';
import { formatPath, type Path, pointerTo } from '../nouns/path.ts';
import { PLAN_FORMAT, type PatchOperation, type Plan } from '../nouns/plan.ts';
import { fingerprintsBy, seal, type Fingerprints } from '../nouns/secret.ts';
import type { Allowance, Mode } from '../nouns/target.ts';
import type { Tree } from '../nouns/value.ts';
import { askedIn } from './asked-in.ts';
import { releasedPaths } from './applied.ts';
import { imagesFor, type Base } from './base.ts';
import { changeOf, differenceOf, judgeAll, type Judged } from './changes.ts';
import { type LostComment, lostComments } from './comments.ts';
import { consequencesOf } from './consequences.ts';
import { diff } from './diff.ts';
import type { Difference } from './difference.ts';
import { digestOf } from './digest.ts';
import type { Case } from './guards/guard.ts';
import { allowancesOf, judge, winningSide } from './guards/judge.ts';
import { type ManagementSecret, withSecret } from './management-secret.ts';
import { notesOf } from './notes.ts';
import type { Built, PlanInput, Prepared } from './input.ts';
import { makeDifferences, type Operation, type Patched } from './patch.ts';
import { routesFor, type Routes } from './routes-for.ts';
import { shownAlong } from './shown-along.ts';
import { wantedImage, type Wanted } from './wanted.ts';

/** Everything that is worked out on the way. */
interface Draft {
  readonly input: PlanInput;
  readonly mode: Mode;
  readonly allowances: readonly Allowance[];
  readonly fingerprints: Fingerprints;
  readonly base: Base;
  readonly declared: Tree;
  readonly released: readonly Path[];
  readonly wanted: Wanted;
  readonly judged: readonly Judged[];
  readonly patched: Patched;
  readonly differences: readonly Difference[];
}

export function makePlan(input: PlanInput): Prepared {
  const draft = draftOf(input);
  const changes = changesOf(draft);
  const routes = routesFor({
    live: input.live,
    catalog: input.catalog,
    differences: draft.differences,
    before: draft.base.before,
    wanted: draft.patched.image,
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
      wanted: seal(draft.wanted.image),
      stateKeys: new Map(draft.judged.map(({ id, stateKey }) => [id, stateKey])),
    },
  };
}

/** Comments that are missing from a text after the writes, and that no route was known to lose. */
function unexpectedlyLost(
  { target, live, catalog }: PlanInput,
  differences: readonly Difference[],
  routes: Routes,
  text: string,
): readonly LostComment[] {
  const isPrintedAnew = routes.verdicts.some(({ guard }) => guard === 'unsafe-edit');
  if (target.policy.comments === 'let-go' || isPrintedAnew || !live.file) return [];
  const known = new Set(routes.lostComments.map(({ line }) => line));
  const lost = lostComments(catalog, { text: live.file.text.open() }, { text }, differences);
  return lost.filter(({ line }) => !known.has(line));
}

/** What the gateway would refuse, with the lines that ask for it. */
function placedIn(verdict: Verdict, changes: readonly Change[]): Verdict {
  if (verdict.guard !== 'unsupported') return verdict;
  const judged = changes.filter(({ id }) => verdict.changes.includes(id));
  return { ...verdict, message: `${verdict.message}${askedIn(verdict.message, judged)}` };
}

function draftOf(input: PlanInput): Draft {
  const { target, catalog, desired } = input;
  const mode = input.mode ?? target.mode;
  const allowances = allowancesOf(target.policy.allow, input.allow ?? [], mode);
  const known = knownTexts(() => declaredTexts(desired, catalog), input.state.origins, input.hash);
  const fingerprints = fingerprintsBy(target.digestKey.open(), known);
  const declared = withStoredSecret((input.built ?? desired).tree.open(), input.managementSecret);
  const base = imagesFor(input.live, catalog, winningSide(allowances));
  const released = releasedPaths(input.state, catalog, declared, base.under);
  const wanted = wantedOf(input, { declared, base, released, fingerprints });
  const found = diff({ catalog, live: base.before, wanted: wanted.image, traces: wanted.traces });
  const judged = judgeAll(found, {
    lastApplied: input.state.lastApplied,
    hash: input.hash,
    sameRevision: input.state.lastApplied?.revision.digest === desired.revision.digest,
    mode,
    held: new Set(input.state.held?.map(({ path }) => path)),
    fingerprints,
  });
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
    wanted,
    judged,
    patched,
    differences,
  };
}

/** What is known of the declared tree, by pointers into the tree that was built of it. */
function throughBuilt<T>(known: ByPointer<T>, built: Built | undefined): ByPointer<T> {
  if (!built) return known;
  const at = (pointer: string): T | undefined => {
    const origin = built.originOf(pointer);
    return origin === undefined ? undefined : known.get(origin);
  };
  return { get: at, has: (pointer) => at(pointer) !== undefined };
}

/** The gateway stores hashes; a plaintext in the files stands for the hash that it is, or would be, stored as. */
function withStoredSecret(declared: Tree, secret: ManagementSecret | undefined): Tree {
  return withSecret(declared, () => {
    if (!secret) throw new TypeError('a declared secret-key needs judgeManagementSecret');
    return secret.stored.open();
  });
}

function wantedOf(
  input: PlanInput,
  parts: Pick<Draft, 'declared' | 'base' | 'released' | 'fingerprints'>,
): Wanted {
  const { target, catalog, state, hash } = input;
  const placed = new Set(state.lastApplied?.placed);
  return wantedImage({
    catalog,
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
    ...changeOf(one, { root: input.catalog.root, fingerprints, desired: { positions } }),
    consequences: consequences[i] ?? [],
  }));
}

function caseOf(draft: Draft, routes: Routes): Case {
  const { input, base, patched, differences, mode, fingerprints } = draft;
  const { target, catalog, live, state, now, managementSecret, wayBack } = input;
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
    literalSecrets: literalSecrets(input.desired, catalog).map(({ path, position }) => ({
      path,
      place: position ? ` (${position.file}:${position.line}:${position.column})` : '',
    })),
    managementSecret,
    wayBack,
    fingerprints,
  };
}

function assemble(
  draft: Draft,
  changes: readonly Change[],
  routes: Routes,
  verdicts: Plan['verdicts'],
): Plan {
  const { input, mode, base, wanted } = draft;
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
    agreement: live.agreement,
    changes,
    writes: routes.writes.map(({ write }) => write),
    verdicts,
    released: pruned ? [] : draft.released.map(formatPath),
    ignored: wanted.ignored,
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
        catalog: input.catalog,
        declared: draft.declared,
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
      layout: live.layout,
      live: base.before,
      declared: draft.declared,
    }),
  };
}

function shownOperation(
  { op, path, from, value, difference }: Operation,
  { input, fingerprints }: Draft,
): PatchOperation {
  const up = difference?.trail;
  const trail = difference?.kind === 'rename' ? { up, key: String(path.at(-1)) } : up;
  return {
    op,
    path: pointerTo(path),
    ...(from && { from: pointerTo(from) }),
    ...(value !== undefined && { value: shownAlong(input.catalog.root, trail, value, fingerprints) }),
  };
}
