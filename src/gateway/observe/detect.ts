// Which API generation a gateway has, detected once per build. Sends only a key that was just accepted, so that the
// request can't count as a failure.
import type { ApiGeneration, Build } from '../../domain/live.ts';
import type { DetectionMemory } from '../../domain/state/memory.ts';
import { fail, HoldfastError } from '../../domain/problem/problem.ts';
import type { Target } from '../../domain/target.ts';
import { buildKey, buildOf } from '../client/build.ts';
import type { Answer, Client } from '../client/client.ts';
import { isBefore } from '../../lib/version.ts';

/** A build with an older version isn't probed if the settings require the v0 API. */
const FIRST_V8 = 'v8.0.0';

export interface DetectOptions {
  readonly setting: Target['api'];
  readonly build: Build;
  readonly memory?: DetectionMemory;
}

/**
 * The generation of the gateway, whichever API manages its file. Rejects with HF3036 if the target requires an API
 * that the gateway doesn't have.
 */
export async function detect(client: Client, options: DetectOptions): Promise<ApiGeneration> {
  if (options.setting === 'v0' && isBefore(options.build.version, FIRST_V8)) return 'v0';
  const found = await generationOf(client, options);
  if (found === 'v0' && options.setting === 'v8') throw tooOld(client.target, options.build);
  return found;
}

function tooOld(target: string, { version }: Build): HoldfastError {
  return fail('HF3036', `${target} (${version}) doesn't offer the v8 API that its settings require`, {
    target,
  });
}

/** The generation of the gateway, whatever the settings say: one request if the build isn't recorded. */
export async function generationOf(
  client: Client,
  { build, memory }: Pick<DetectOptions, 'build' | 'memory'>,
): Promise<ApiGeneration> {
  const name = buildKey(build);
  const known = await memory?.recall(name).catch(unremembered);
  if (known !== undefined) return known;
  const api = await ask(client);
  await memory?.remember(name, api).catch(unremembered);
  return api;
}

/** A record that can't be read or written costs one more request. Bugs are rethrown. */
function unremembered(error: unknown): undefined {
  if (!(error instanceof HoldfastError)) throw error;
  return undefined;
}

/** C v8 §1.4. The client reports a refused login, and it is never retried. */
async function ask(client: Client): Promise<ApiGeneration> {
  const answer = await client.send({
    method: 'GET',
    path: '/v8/management/config/config-version',
    purpose: 'detect',
    credential: 'management',
  });
  const generation = generationIn(answer);
  if (generation !== undefined) return generation;
  throw fail(
    'HF3026',
    `${client.target} responded with ${answer.status} to the request that detects its API generation`,
    {
      target: client.target,
    },
  );
}

/**
 * A v7 gateway doesn't know the path. It responds with an empty 404, without checking the key and without its build
 * headers. The key was accepted at `/v0/management` just before, so management is neither disabled nor in Home mode.
 * An error about the stored file, or about an absent field, is a response of a v8 gateway.
 */
function generationIn({ status, headers, body }: Answer): ApiGeneration | undefined {
  const text = body.open().trim();
  if (status === 200 && text === '8') return 'v8';
  const isGateway = buildOf(headers) !== undefined;
  if (status === 404) return isGateway && errorIn(text) === 'not_found' ? 'v8' : 'v0';
  if (status === 500 && ['invalid_config', 'read_failed'].includes(errorIn(text) ?? '')) return 'v8';
  return undefined;
}

function errorIn(text: string): string | undefined {
  try {
    const parsed = JSON.parse(text) as { error?: unknown } | null;
    return typeof parsed?.error === 'string' ? parsed.error : undefined;
  } catch {
    return undefined;
  }
}
