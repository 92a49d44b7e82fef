// Makes the plan of one target: live image, proposed image, differences, routes, guards, digest. Pure: time,
// state, keys and the results of probes are arguments, and the same input gives the same bytes.
import { literalSecrets } from '../desired/check/literal-secrets.ts';
import type { Change } from '../domain/plan/change.ts';
import type { Verdict } from '../domain/plan/guard.ts';
import { formatPath } from '../domain/path.ts';
import { seal } from '../domain/secret.ts';
import { assemble } from './assemble.ts';
import { changeOf } from './diff/changes.ts';
import { consequencesOf } from './diff/consequences.ts';
import { type Comparison, compareSides, throughBuilt } from './compare-sides.ts';
import type { Case } from './guards/guard.ts';
import { judge } from './guards/judge.ts';
import { locateChange } from './localise/locate-change.ts';
import { lostComments } from './prediction/comments.ts';
import { routePlan, type Routes } from './route/index.ts';
import type { Difference } from './types/difference.ts';
import type { PlanInput, Prepared } from './types/input.ts';
import type { LostComment } from './types/lost-comment.ts';

export function makePlan(input: PlanInput): Prepared {
  const comparison = compareSides(input);
  const changes = changesOf(comparison);
  const routes = routePlan({
    live: input.live,
    dialect: input.dialect,
    differences: comparison.differences,
    before: comparison.base.before,
    proposed: comparison.patched.image,
    fingerprints: comparison.fingerprints,
    repair: comparison.base.repair && comparison.mode !== 'observe',
    comments: input.target.policy.comments,
  });
  const found = [...(input.refusals ?? []), ...routes.verdicts.map((one) => placedIn(one, changes))];
  const verdicts = judge(caseOf(comparison, routes), found, comparison.allowances);
  return {
    plan: assemble(comparison, changes, routes, verdicts),
    writes: routes.writes,
    differences: comparison.differences,
    prediction: routes.prediction,
    lostComments: (now) => unexpectedlyLost(input, comparison.differences, routes, now),
    basis: {
      proposed: seal(comparison.proposed.image),
      stateKeys: new Map(comparison.judged.map(({ id, stateKey }) => [id, stateKey])),
      unapplied: comparison.judged
        .filter(({ disposition }) => disposition !== 'apply')
        .flatMap(({ recordKeys }) => recordKeys),
      leftOut: [
        ...comparison.leftOut.flatMap(({ recordKeys }) => recordKeys),
        ...comparison.releasedElsewhere.map(formatPath),
      ],
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

function changesOf(comparison: Comparison): Change[] {
  const { base, judged, patched, fingerprints, input } = comparison;
  const images = { before: base.before, after: patched.image, placeOf: patched.placeOf };
  const consequences = consequencesOf(judged, images, fingerprints);
  const positions = throughBuilt(input.desired.positions, input.built);
  return judged.map((one, i) => ({
    ...changeOf(one, { root: input.dialect.catalog.root, fingerprints, desired: { positions } }),
    consequences: consequences[i] ?? [],
  }));
}

function caseOf(comparison: Comparison, routes: Routes): Case {
  const { input, base, patched, differences, mode, fingerprints } = comparison;
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
    newlyReleased: pruned ? [] : comparison.released.filter((path) => !earlier.has(formatPath(path))),
    literalSecrets: literalSecrets(input.desired, catalog)
      .filter(({ path }) => comparison.scope.touches(path))
      .map(({ path, position }) => ({
        path,
        place: position ? ` (${position.file}:${position.line}:${position.column})` : '',
      })),
    managementSecret,
    rollbackProbe,
    fingerprints,
  };
}
