// The requests of a plan: by the route of the dialect for the differences, the byte-changing repair if memory is
// stale and nothing differs, none if there is nothing to write.
import { shownAt } from '../../gateway/catalog/secrets.ts';
import type { Dialect } from '../../gateway/dialect.ts';
import type { Verdict } from '../../domain/plan/guard.ts';
import type { Live } from '../../domain/live.ts';
import type { Fingerprints } from '../../domain/secret.ts';
import type { Tree } from '../../lib/value.ts';
import type { Policy } from '../../domain/target.ts';
import type { Prediction, PreparedWrite } from '../../domain/plan/write.ts';
import type { Difference } from '../types/difference.ts';
import { repairWrite } from './rollback/rollback-writes.ts';
import { routeTree } from './v8/route-v8.ts';
import { routeFields, routeFile } from './v0/route-v0.ts';
import type { Routed, RouteInput } from '../types/route.ts';
import type { LostComment } from '../types/lost-comment.ts';

export interface RoutesInput {
  readonly live: Live;
  readonly dialect: Dialect;
  readonly differences: readonly Difference[];
  readonly before: Tree;
  readonly proposed: Tree;
  readonly fingerprints: Fingerprints;
  readonly repair: boolean;
  readonly comments: Policy['comments'];
}

export interface Routes {
  readonly writes: readonly PreparedWrite[];
  readonly verdicts: readonly Verdict[];
  readonly states: readonly Tree[];
  readonly prediction: Prediction | undefined;
  readonly lostComments: readonly LostComment[];
}

const NONE: Routes = { writes: [], verdicts: [], states: [], prediction: undefined, lostComments: [] };

const ROUTERS: Readonly<Record<Dialect['route'], (input: RouteInput) => Routed>> = {
  fields: routeFields,
  file: routeFile,
  tree: routeTree,
};

/** A live reading without the file (a shallow check) has no routes: the text to splice isn't known. */
export function routePlan(input: RoutesInput): Routes {
  const { live, differences, fingerprints } = input;
  if (!live.file) return NONE;
  if (!differences.some(({ disposition }) => disposition === 'apply'))
    return input.repair ? repair(input) : NONE;
  const show: RouteInput['show'] = (field, value) => shownAt(field, value, fingerprints);
  const routed = ROUTERS[input.dialect.route]({ ...input, show });
  return { ...routed, prediction: routed.writes.length > 0 ? routed.prediction : undefined };
}

function repair({ live, dialect, proposed }: RoutesInput): Routes {
  if (!live.file) return NONE;
  const made = repairWrite(live.file, dialect);
  if (!made.ok) return { ...NONE, verdicts: made.verdicts };
  return {
    writes: [made.write],
    verdicts: [],
    states: [proposed],
    prediction: made.write.prediction,
    lostComments: [],
  };
}
