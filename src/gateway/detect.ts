// Which API generation a gateway speaks, found once per build. Asks only with a key that was just accepted, so that the
// question cannot count as a failure.
import type { ApiGeneration, Build } from '../nouns/live.ts';
import type { DetectionMemory } from '../nouns/memory.ts';
import type { Target } from '../nouns/target.ts';
import type { Client } from './client.ts';

export interface DetectOptions {
  readonly setting: Target['api'];
  readonly build: Build;
  readonly memory?: DetectionMemory;
}

/** The generation to be used. Rejects with HF3022 where it is v8 and the target does not say `api: v0`. */
export async function detect(_client: Client, _options: DetectOptions): Promise<ApiGeneration> {
  throw new Error('not built yet');
}
