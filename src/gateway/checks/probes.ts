// The gateway's behavior from outside: is it alive, which callers does it accept, which models does it list. Never
// authenticated as management, so never a counted failure (C v0 §1.3).
import { uncarriedInValue } from '../../lib/http-text.ts';
import { isList, isTree, type Value } from '../../lib/value.ts';
import type { Sealed } from '../../domain/secret.ts';
import type { Answer, Client, Purpose } from '../client/client.ts';

/** How `/v1/models` treats a caller. */
export type Admission =
  | { readonly kind: 'accepted'; readonly models: readonly string[] }
  | { readonly kind: 'refused'; readonly status: number }
  /** Sample keys: every caller is refused until they are replaced (C v0 §8.1). */
  | { readonly kind: 'safe-mode' }
  | { readonly kind: 'unclear'; readonly status: number; readonly detail: string }
  /** Not probed: no header can contain the key, so no client can use it that way. */
  | { readonly kind: 'unproven'; readonly detail: string };

/** Whether `/healthz` reports ok. Rejects if nothing responds. */
export async function healthy(client: Client, purpose: Purpose = 'probe'): Promise<boolean> {
  const answer = await client.send({ method: 'GET', path: '/healthz', purpose, credential: 'none' });
  const body = parsed(answer);
  return answer.status === 200 && isTree(body) && body['status'] === 'ok';
}

/**
 * Calls `/v1/models` with this client key, or anonymously. `accepted` without a key: the gateway is open to
 * everyone.
 */
export async function admission(
  client: Client,
  clientKey?: Sealed<string>,
  purpose: Purpose = 'probe',
): Promise<Admission> {
  const uncarried = clientKey && uncarriedInValue(clientKey.open());
  if (uncarried)
    return { kind: 'unproven', detail: `the key contains ${uncarried.what}, which HTTP can't transmit` };
  const credential = clientKey ? { clientKey } : 'none';
  return admissionIn(await client.send({ method: 'GET', path: '/v1/models', purpose, credential }));
}

function admissionIn(answer: Answer): Admission {
  const { status, headers } = answer;
  const body = parsed(answer);
  if (headers['x-cpa-safe-mode'] !== undefined || saysSampleKey(body)) return { kind: 'safe-mode' };
  if (status === 401 || status === 403) return { kind: 'refused', status };
  const listed = isTree(body) ? body['data'] : undefined;
  if (status !== 200 || !isList(listed))
    return { kind: 'unclear', status, detail: "the response isn't a list of models" };
  return { kind: 'accepted', models: listed.flatMap(idOf) };
}

function saysSampleKey(body: Value | undefined): boolean {
  const error = isTree(body) ? body['error'] : undefined;
  const code = isTree(error) ? (error['code'] ?? error['type']) : error;
  return code === 'unsafe_example_api_key';
}

const idOf = (model: Value): string[] =>
  isTree(model) && typeof model['id'] === 'string' ? [model['id']] : [];

function parsed({ body }: Answer): Value | undefined {
  try {
    return JSON.parse(body.open()) as Value;
  } catch {
    return undefined;
  }
}
