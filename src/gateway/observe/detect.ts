// Which API generation a gateway speaks, found once per build. Asks only with a key that was just accepted, so that the
// question cannot count as a failure.
import type { ApiGeneration, Build } from '../../domain/live.ts';
import type { DetectionMemory } from '../../domain/state/memory.ts';
import { fail, HoldfastError } from '../../domain/problem/problem.ts';
import type { Target } from '../../domain/target.ts';
import { buildKey, buildOf } from '../client/build.ts';
import type { Answer, Client } from '../client/client.ts';
import { isBefore } from '../../lib/version.ts';

/** A build that names an older version is not asked where the settings want the v0 API. */
const FIRST_V8 = 'v8.0.0';

export interface DetectOptions {
  readonly setting: Target['api'];
  readonly build: Build;
  readonly memory?: DetectionMemory;
}

/**
 * The generation of the gateway, whichever API its file is managed through. Rejects with HF3036 where the target asks
 * for an API that there is not.
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

/** What the gateway is, whatever the target says: one request where the build is not remembered. */
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

/** A memory that cannot be read or written costs one more request. A fault of ours is none of it. */
function unremembered(error: unknown): undefined {
  if (!(error instanceof HoldfastError)) throw error;
  return undefined;
}

/** C v8 §1.4. A refused login is told by the client, and never asked again. */
async function ask(client: Client): Promise<ApiGeneration> {
  const answer = await client.send({
    method: 'GET',
    path: '/v8/management/config/config-version',
    purpose: 'detect',
    credential: 'management',
  });
  const told = generationIn(answer);
  if (told !== undefined) return told;
  throw fail(
    'HF3026',
    `${client.target} responded with ${answer.status} to the request that detects its API generation`,
    {
      target: client.target,
    },
  );
}

/**
 * A v7 gateway does not know the path and answers with an empty 404, without a look at the key and without its build
 * headers. The key opened `/v0/management` just before, so that it is neither switched off nor in Home mode. An error
 * of a v8 gateway about its stored file, or about a field that is not there, is an answer of a v8 gateway.
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
    const said = JSON.parse(text) as { error?: unknown } | null;
    return typeof said?.error === 'string' ? said.error : undefined;
  } catch {
    return undefined;
  }
}
