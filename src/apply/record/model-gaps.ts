// Paths where memory shows something that the model can't explain, also after a write that changed the bytes of the
// file. This is an error of the model, not of the gateway. It is recorded per build and ignored from then on
// (design-v8 rule 4).
import { buildKey } from '../../gateway/client/build.ts';
import type { Build } from '../../domain/live.ts';
import { coversPath, parsePath, type Path } from '../../domain/path.ts';
import type { TargetState } from '../../state/store.ts';
import type { DeepLive } from '../run/read.ts';
import type { Run } from '../run/run.ts';

type Gaps = Pick<TargetState, 'modelGaps'>;

/** Those of `paths` that no known gap of this build covers. */
export function besidesGaps({ state }: Run, build: Build, paths: readonly Path[]): readonly Path[] {
  const known = (state.modelGaps?.build === buildKey(build) ? state.modelGaps.paths : []).map(parsePath);
  return paths.filter((path) => !known.some((gap) => coversPath(gap, path) || coversPath(path, gap)));
}

/** What a verified reading after a write adds to the state. */
export function gapsWith({ state }: Run, { agreement, build }: DeepLive): Gaps {
  if (agreement.kind !== 'differ') return {};
  const name = buildKey(build);
  const known = state.modelGaps?.build === name ? state.modelGaps.paths : [];
  return { modelGaps: { build: name, paths: [...new Set([...known, ...agreement.paths])] } };
}
