// Waits for the gateway's reload after a write, then reads memory and file. It reads only at the end of the window:
// each read costs the gateway a bcrypt, and a correct response before that proves nothing (C v0 §10.3).
import type { Purpose } from '../../gateway/client/client.ts';
import { HoldfastError } from '../../domain/problem/problem.ts';
import type { Tree } from '../../lib/value.ts';
import type { Prediction } from '../../domain/plan/write.ts';
import { contentIn, differences, sameImage } from '../run/compare.ts';
import { besidesGaps } from '../record/model-gaps.ts';
import { type DeepLive, readAnything } from '../run/read.ts';
import { noteReload } from '../run/pace.ts';
import { awaitReload, type LiveRun, reached, step, windowOf } from '../run/run.ts';
import { doubled, LONGEST_WINDOW } from '../run/settle-window.ts';
import { type Settled } from '../types/settled.ts';
import { type Standing } from '../types/settled.ts';

/**
 * Reads until the gateway is as predicted, or differs twice in the same way. Each disagreement doubles the window.
 */
export async function settle(
  run: LiveRun,
  expected: Prediction,
  purpose: Purpose = 'settle',
): Promise<Settled> {
  let window = await windowOf(run);
  let previous: Settled | undefined;
  let look: 'first' | 'later' = 'first';
  for (;;) {
    step(run, 'settle', `${window} ms`);
    await awaitReload(run, window);
    const now = await read(run, expected, purpose, window);
    if (now?.standing === 'as-predicted') noteReload(run, look);
    if (now && (now.standing === 'as-predicted' || sameReading(run, previous, now))) {
      reached(run, 'settled');
      return now;
    }
    if (window >= LONGEST_WINDOW && now) return now;
    if (now) look = 'later';
    previous = now;
    window = doubled(window);
  }
}

async function read(
  run: LiveRun,
  expected: Prediction,
  purpose: Purpose,
  window: number,
): Promise<Settled | undefined> {
  const live = await unlessRestarting(window, () => readAnything(run, purpose));
  return live && { live, ...standingOf(run, live, expected) };
}

/** Undefined: the gateway couldn't be read after this window; it may be restarting, and a longer window can help. */
export async function unlessRestarting<T>(window: number, read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    const broken = error instanceof HoldfastError && PASSING.test(error.problems[0]?.code ?? '');
    if (!broken || window >= LONGEST_WINDOW / 4) throw error;
    return undefined;
  }
}

/** Read failures that may be temporary: nothing listens, a broken connection, an empty or truncated response. */
const PASSING = /^HF(3001|3003|3014|3017|3018|3019|3024|3026)$/;

export function standingOf(
  run: LiveRun,
  live: DeepLive,
  expected: Prediction,
): { readonly content: Tree; readonly standing: Standing } {
  const { dialect } = run;
  const { catalog } = dialect;
  const content = contentIn(live.file, dialect);
  const file = sameImage(catalog, content, expected.file.open());
  const apart = differences(live.memory.open(), expected.memory.open(), dialect.memoryCatalog);
  const memory = besidesGaps(run, live.build, apart).length === 0;
  const standing = file ? (memory ? 'as-predicted' : 'file-only') : memory ? 'memory-only' : 'neither';
  return { content, standing };
}

function sameReading(run: LiveRun, previous: Settled | undefined, now: Settled): boolean {
  if (!previous) return false;
  const { dialect } = run;
  return (
    previous.live.file.hash === now.live.file.hash &&
    sameImage(dialect.memoryCatalog, previous.live.memory.open(), now.live.memory.open())
  );
}
