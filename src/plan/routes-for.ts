// The requests of a plan: by route.ts for what differs, the byte-changing repair where memory is stale and nothing
// differs, none where there is nothing to write.
import type { Catalog } from '../gateway/catalog/field.ts';
import { shownAt } from '../gateway/catalog/secrets.ts';
import type { Verdict } from '../nouns/guard.ts';
import type { Live } from '../nouns/live.ts';
import type { Fingerprints } from '../nouns/secret.ts';
import type { Tree } from '../nouns/value.ts';
import type { Policy } from '../nouns/target.ts';
import type { Prediction, PreparedWrite } from '../nouns/write.ts';
import type { LostComment } from './comments.ts';
import type { Difference } from './difference.ts';
import { repairWrite } from './route-back.ts';
import { routeTree } from './route-tree.ts';
import { route } from './route.ts';
import type { RouteInput } from './route-parts.ts';

export interface RoutesInput {
  readonly live: Live;
  readonly catalog: Catalog;
  readonly differences: readonly Difference[];
  readonly before: Tree;
  readonly wanted: Tree;
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

/** A live read without the file (a shallow check) has no routes: what would be spliced is not known. */
export function routesFor(input: RoutesInput): Routes {
  const { live, differences, fingerprints } = input;
  if (!live.file) return NONE;
  if (!differences.some(({ disposition }) => disposition === 'apply'))
    return input.repair ? repair(input) : NONE;
  const show: RouteInput['show'] = (field, value) => shownAt(field, value, fingerprints);
  const routed = (input.catalog.layout === 'v8' ? routeTree : route)({ ...input, show });
  return { ...routed, prediction: routed.writes.length > 0 ? routed.prediction : undefined };
}

function repair({ live, catalog, wanted }: RoutesInput): Routes {
  if (!live.file) return NONE;
  const made = repairWrite(live.file, catalog);
  if (!made.ok) return { ...NONE, verdicts: made.verdicts };
  return {
    writes: [made.write],
    verdicts: [],
    states: [wanted],
    prediction: made.write.prediction,
    lostComments: [],
  };
}
