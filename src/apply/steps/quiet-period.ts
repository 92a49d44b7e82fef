// The last read before the first request, and the proof that nobody else is writing: two reads of the raw file, at
// least one settle window apart, must be equal, so that no foreign write is still in its reload window (C v0 §6.5).
// The first of them can be of an earlier run. Then there is nothing to wait for.
import { fail } from '../../domain/problem/problem.ts';
import { type DeepLive, type RawFile, readRaw } from '../run/read.ts';
import { pause, type Run, step, windowOf } from '../run/run.ts';

/** Resolves with the current file. Rejects with HF5005 if it isn't the file that the plan was computed from. */
export async function quietPeriod(run: Run, live: DeepLive): Promise<RawFile> {
  const { clock, signal, target } = run.context;
  const window = await windowOf(run);
  const wait = (run.pace.steadyFile?.from ?? live.readAt) + window - clock.now();
  step(run, 'quiet', `${Math.max(0, wait)} ms`);
  if (wait > 0)
    await pause(run, wait, 'the gateway to be quiet', signal).catch(() => stopBySignal(target.name));
  const raw = await readRaw(run, 'quiet');
  if (raw.hash === live.file.hash) return raw;
  throw fail('HF5005', 'the config.yaml of the gateway changed between the plan and the first write', {
    target: target.name,
  });
}

function stopBySignal(target: string): never {
  throw fail('HF5007', 'stopped by a signal before anything was written', { target });
}
