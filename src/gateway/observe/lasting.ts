// A disagreement of memory and file that lasts. The two are read one after the other: an edit between the two requests, or
// one that the gateway has not loaded yet, looks the same in one reading and is over in the next.
import type { Live } from '../../domain/live.ts';
import type { KnownValues } from '../../domain/state/memory.ts';
import { sameValue } from '../../lib/value.ts';
import { buildKey } from '../client/build.ts';

interface Looking {
  readonly sleep: (ms: number) => Promise<void>;
  readonly known?: KnownValues | undefined;
  /** ms until the gateway has loaded an edit; doubled with every look. */
  readonly window: () => Promise<number>;
}

/** So often it is read again while it changes. */
const LOOKS = 3;

/** The reading, or a later one where memory and file disagree: the first that agrees, or that shows the same again. */
export async function lasting<L extends Live>(
  first: L,
  again: () => Promise<L>,
  { sleep, known, window }: Looking,
): Promise<L> {
  let live = first;
  for (let look = 0; look < LOOKS && isInDoubt(live, known); look += 1) {
    await sleep((await window()) * 2 ** look);
    const next = await again();
    const later = { ...next, requests: live.requests + next.requests };
    if (isSame(live, later)) return later;
    live = later;
  }
  return live;
}

/** What is known to last is not looked at again: texts that grow with every save, gaps of the model. */
function isInDoubt({ agreement, build }: Live, known: KnownValues | undefined): boolean {
  if (agreement.kind !== 'differ' || agreement.because === 'folded-text') return false;
  const gaps = known?.modelGaps(buildKey(build)) ?? [];
  return agreement.paths.some((path) => !gaps.includes(path));
}

const isSame = (a: Live, b: Live): boolean =>
  a.file?.hash === b.file?.hash && sameValue(a.memory.open(), b.memory.open());
