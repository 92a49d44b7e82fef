// Reads of the v0 management API with parsed bodies: JSON that must be JSON, a file that must not be empty.
import { fail, HoldfastError } from '../../domain/problem/problem.ts';
import { type Sealed, seal } from '../../domain/secret.ts';
import { isTree, type Tree, type Value } from '../../lib/value.ts';
import { isDeepJson, MAX_LIVE_DEPTH } from '../../lib/yaml-bounds.ts';
import type { Answer, Client, Purpose } from '../client/client.ts';

export const MANAGEMENT = '/v0/management';

export interface ReadJson {
  /** Undefined: the body stayed empty on every attempt (C v0 §2.1.3, §10.4). */
  readonly value: Sealed<Tree> | undefined;
  readonly answer: Answer;
}

/** GET of an endpoint below `/v0/management` that responds with a JSON object. */
export async function readJson(
  client: Client,
  endpoint: string,
  purpose: Purpose,
  query?: Readonly<Record<string, string>>,
): Promise<ReadJson> {
  const answer = await get(client, endpoint, purpose, query);
  return { value: jsonIn(answer, client, endpoint), answer };
}

function jsonIn({ body }: Answer, { target }: Client, endpoint: string): ReadJson['value'] {
  const text = body.open();
  if (text === '') return undefined;
  if (isDeepJson(text)) {
    const message = `GET ${endpoint} of ${target} responded with JSON nested deeper than ${MAX_LIVE_DEPTH} levels`;
    throw fail('HF3018', message, { target });
  }
  const value = parsed(text);
  if (!isTree(value))
    throw fail('HF3018', `GET ${endpoint} of ${target} didn't respond with a JSON object`, { target });
  return seal(value);
}

/** The memory view as it arrived. */
export function getMemory(client: Client, purpose: Purpose): Promise<Answer> {
  return get(client, '/config', purpose);
}

/** The memory view in a response. As `ReadJson.value`. */
export const memoryIn = (answer: Answer, client: Client): ReadJson['value'] =>
  jsonIn(answer, client, '/config');

/** A response that isn't what was asked for, and one that refuses. */
const NOT_TOLD: ReadonlySet<string> = new Set(['HF3018', 'HF3026']);

/** Undefined: the gateway doesn't have what is read, as an older one. Other problems are thrown. */
export async function unlessNotTold<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof HoldfastError && error.problems.every(({ code }) => NOT_TOLD.has(code)))
      return undefined;
    throw error;
  }
}

/** The raw `config.yaml`; empty if the file is. */
export async function readFileText(client: Client, purpose: Purpose): Promise<Sealed<string>> {
  return (await getFile(client, purpose)).body;
}

/** The same with the headers that identify the build. */
export function getFile(client: Client, purpose: Purpose): Promise<Answer> {
  return get(client, '/config.yaml', purpose);
}

async function get(
  client: Client,
  endpoint: string,
  purpose: Purpose,
  query?: Readonly<Record<string, string>>,
): Promise<Answer> {
  const path = `${MANAGEMENT}${endpoint}`;
  const answer = await client.send({
    method: 'GET',
    path,
    ...(query && { query }),
    purpose,
    credential: 'management',
  });
  if (answer.status === 200) return answer;
  throw fail('HF3026', `GET ${path} of ${client.target} responded with ${answer.status}`, {
    target: client.target,
  });
}

function parsed(text: string): Value | undefined {
  try {
    return JSON.parse(text) as Value;
  } catch {
    return undefined;
  }
}
