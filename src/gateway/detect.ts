// Which API generation a gateway speaks, found once per build. Asks only with a key that was just accepted, so that the
// question cannot count as a failure.
import type { ApiGeneration, Build } from '../nouns/live.ts';
import type { DetectionMemory } from '../nouns/memory.ts';
import { fail, type HoldfastError } from '../nouns/problem.ts';
import type { Target } from '../nouns/target.ts';
import { buildKey } from './build.ts';
import type { Client } from './client.ts';

export interface DetectOptions {
  readonly setting: Target['api'];
  readonly build: Build;
  readonly memory?: DetectionMemory;
}

/** The generation to be used. Rejects with HF3022 where it is v8 and the target does not say `api: v0`. */
export async function detect(client: Client, options: DetectOptions): Promise<ApiGeneration> {
  if (options.setting === 'v0') return 'v0';
  if (options.setting === 'v8' || (await generationOf(client, options)) === 'v8') throw tooNew(client.target);
  return 'v0';
}

function tooNew(target: string): HoldfastError {
  return fail('HF3022', `${target} is to be managed through the v8 API, which this release does not speak`, {
    target,
  });
}

/** What the gateway is, whatever the target says: one request where the build is not remembered. */
export async function generationOf(
  client: Client,
  { build, memory }: Pick<DetectOptions, 'build' | 'memory'>,
): Promise<ApiGeneration> {
  const name = buildKey(build);
  const known = await memory?.recall(name);
  if (known !== undefined) return known;
  const api = await ask(client);
  await memory?.remember(name, api);
  return api;
}

/** C v8 §1.4. A v7 gateway answers this path with an empty 404, without a look at the key: it counts as nothing. */
async function ask(client: Client): Promise<ApiGeneration> {
  const { status } = await client.send({
    method: 'GET',
    path: '/v8/management/config/config-version',
    purpose: 'detect',
    credential: 'management',
  });
  if (status === 200) return 'v8';
  if (status === 404) return 'v0';
  throw fail('HF3026', `${client.target} answered ${status} to the question for its API generation`, {
    target: client.target,
  });
}
