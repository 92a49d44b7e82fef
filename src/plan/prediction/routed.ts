// What every router does around the choice of its requests: load the file as it is, take the differences that are
// applied, and let no write through that the gateway wouldn't survive.
import type { FileDocument } from '../../domain/yaml-node.ts';
import type { LiveFile } from '../../domain/live.ts';
import type { Verdict } from '../../domain/plan/guard.ts';
import type { PreparedWrite } from '../../domain/plan/write.ts';
import { seal } from '../../domain/secret.ts';
import type { Tree } from '../../lib/value.ts';
import type { Area } from '../types/area.ts';
import type { Difference } from '../types/difference.ts';
import type { LostComment } from '../types/lost-comment.ts';
import type { Routed, RouteInput } from '../types/route.ts';
import { areaOf, outermost } from './edits.ts';
import { isState, predictionOf, settled, type State } from './predict.ts';
import { brickVerdicts, unsupported } from './verdicts.ts';

/** What to write, and the starting point. */
export interface Work {
  readonly input: RouteInput;
  readonly file: LiveFile;
  readonly start: State;
  /** Those that are applied. */
  readonly differences: readonly Difference[];
  readonly areas: readonly Area[];
}

export interface Chosen {
  readonly writes: readonly PreparedWrite[];
  /** After each write. */
  readonly states: readonly State[];
  /** Comments that are missing afterwards. */
  readonly lost: readonly LostComment[];
  /** What the user must allow first. */
  readonly verdicts: readonly Verdict[];
}

/** No route does it. */
export type Forbidden = Pick<Chosen, 'verdicts'>;

/** `documentOf` is the file in the form that the gateway loads; `choose` chooses the writes, of which there is one. */
export function routed(
  input: RouteInput,
  documentOf: (file: LiveFile) => FileDocument,
  choose: (work: Work) => Chosen | Forbidden,
): Routed {
  const { live, dialect } = input;
  const { file } = live;
  if (!file) throw new TypeError('routing needs the raw file');
  const start = settled(documentOf(file), dialect);
  const differences = input.differences.filter(({ disposition }) => disposition === 'apply');
  if (!isState(start))
    return nothing(input, [unsupported(`the file can't be loaded: ${start.message}`, differences)]);
  if (differences.length === 0) return nothing(input, [], start);
  const areas = outermost(differences.map((difference) => areaOf(dialect.catalog, difference)));
  const chosen = choose({ input, file, start, differences, areas });
  if (!('writes' in chosen)) return nothing(input, chosen.verdicts, start);
  const last = chosen.states.at(-1) ?? start;
  const bricks = brickVerdicts(start, last, differences);
  const verdicts = [...chosen.verdicts, ...bricks];
  if (bricks.some(({ guard }) => guard === 'brick')) return nothing(input, verdicts, start);
  return {
    writes: chosen.writes,
    verdicts,
    states: chosen.states.map(({ image }) => image),
    lostComments: chosen.lost,
    prediction: predictionOf(last),
  };
}

function nothing({ live }: RouteInput, verdicts: readonly Verdict[], start?: State): Routed {
  const file = seal<Tree>(start?.content ?? {});
  return { writes: [], verdicts, states: [], lostComments: [], prediction: { memory: live.memory, file } };
}
