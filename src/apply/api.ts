// The engine of `holdfast api`: one request to the Management API, with what scripts forget around it. Reads before a
// write, backs up before a PUT, waits, reads back, and does not believe a 200.
import { secretsIn } from '../gateway/catalog/secrets.ts';
import { contentOf } from '../gateway/model/decode.ts';
import { parseDocument } from '../gateway/model/document.ts';
import { fromJson, toJson } from '../gateway/model/json.ts';
import { load } from '../gateway/model/load.ts';
import { save } from '../gateway/model/save.ts';
import { stored } from '../gateway/model/stored.ts';
import { handle, type EndpointRequest } from '../gateway/v0/endpoints.ts';
import { loadCatalog } from '../gateway/catalog/catalog.ts';
import { layoutOf } from '../gateway/findings.ts';
import { stored as storedV8 } from '../gateway/v8/normalise.ts';
import { runtimeCatalog } from '../gateway/v8/runtime.ts';
import { saveV8 } from '../gateway/v8/save.ts';
import { contentSeen, memoryCatalog, seenV8, viewSeen } from '../gateway/v8/seen.ts';
import type { Answer, Purpose } from '../gateway/client.ts';
import type { RequestCounts } from '../nouns/outcome.ts';
import { fail, type Problem, problem } from '../nouns/problem.ts';
import { redactor } from '../nouns/redact.ts';
import { seal, type Sealed } from '../nouns/secret.ts';
import type { Tree, Value } from '../nouns/value.ts';
import { isTree } from '../nouns/value.ts';
import type { Prediction } from '../nouns/write.ts';
import { withTarget } from '../state/with-target.ts';
import { type Asked, unheld, withoutSubject } from './asked.ts';
import { takeBackup } from './backup.ts';
import type { Context } from './context.ts';
import { contentIn, differences, shownPaths } from './images.ts';
import { type DeepLive, readDeep } from './read.ts';
import { type Run, startRun } from './run.ts';
import { settle, type Settled } from './settle.ts';

export interface ApiRequest {
  readonly method: 'GET' | 'PUT' | 'PATCH' | 'DELETE' | 'POST';
  /** `config`, `api-keys?value=x` or `/v0/management/config`. */
  readonly path: string;
  /** The body as it is to be sent. */
  readonly body?: Sealed<string>;
  /** Allows a GET that destroys what it reads. */
  readonly destructive?: boolean;
  /** Secrets stay in the answer. */
  readonly reveal?: boolean;
}

/** What became of a write: `nothing` is the 200 that lies; `same` asked for what was there already. */
export type ApiEffect =
  | { readonly kind: 'read' }
  | { readonly kind: 'changed'; readonly paths: string }
  | { readonly kind: 'same' }
  | { readonly kind: 'nothing' }
  /** Only memory holds it: the next write or restart loses it. */
  | { readonly kind: 'memory-only'; readonly paths: string }
  /** Not a configuration endpoint: nothing to read back. */
  | { readonly kind: 'unread' }
  | { readonly kind: 'refused' };

export interface ApiResult {
  readonly status: number;
  /** Parsed where it was JSON. Without secrets unless they were asked for. */
  readonly body: Value | string;
  readonly effect: ApiEffect;
  readonly backup?: string;
  /** Empty: all went well. The exit code is that of the worst. */
  readonly problems: readonly Problem[];
  readonly requests: RequestCounts;
}

const BASE = '/v0/management/';

/** Rejects with a HoldfastError where nothing came of it: locked, unreachable, no such path, no backup. */
export async function callApi(context: Context, request: ApiRequest): Promise<ApiResult> {
  const { store, target, clock } = context;
  return withTarget(store, { target: target.name, owner: `${context.owner} (api)` }, async (lease) => {
    const client = context.connect(lease);
    try {
      const run = startRun(context, client, await store.read(target.name), clock.now());
      return await (request.method === 'GET' ? read(run, request) : write(run, request));
    } finally {
      await client.close();
    }
  });
}

interface Address {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
}

function addressOf(given: string): Address {
  const [path = '', query = ''] = given.replace(/^\/+/, '').split('?', 2);
  const below = path.startsWith('v0/management/') ? path.slice('v0/management/'.length) : path;
  if (below === '' || /^(v\d|https?:)/.test(below) || below.includes('..'))
    throw fail('HF5053', `"${given}" is no path below ${BASE}`);
  return { path: `${BASE}${below}`, query: Object.fromEntries(new URLSearchParams(query)) };
}

async function send(run: Run, request: ApiRequest, purpose: Purpose = 'api'): Promise<Answer> {
  const { path, query } = addressOf(request.path);
  return run.client.send({
    method: request.method,
    path,
    ...(Object.keys(query).length > 0 && { query }),
    ...(request.body && { body: request.body }),
    ...(path.endsWith('/config.yaml') && request.body && { contentType: 'application/yaml' }),
    ...(request.destructive && { destructive: true }),
    purpose,
    credential: 'management',
  });
}

async function read(run: Run, request: ApiRequest): Promise<ApiResult> {
  const { path } = addressOf(request.path);
  const secrets = request.reveal || path === `${BASE}config` ? [] : await secretsOfMemory(run);
  const answer = await send(run, request);
  return resultOf(run, request, answer, { kind: answer.status < 400 ? 'read' : 'refused' }, secrets);
}

/** By value, for answers that quote keys in names or texts (`/api-key-usage`, C v0 §7). */
async function secretsOfMemory(run: Run): Promise<readonly string[]> {
  const answer = await run.client.send({
    method: 'GET',
    path: `${BASE}config`,
    purpose: 'api',
    credential: 'management',
  });
  const shown = parsed(answer.body.open());
  return isTree(shown) ? secretsIn(memoryCatalog(run.context.catalog).root, shown) : [];
}

function parsed(text: string): Value | string {
  try {
    return JSON.parse(text) as Value;
  } catch {
    return text;
  }
}

interface More {
  readonly backup?: string;
  readonly problems?: readonly Problem[];
}

function resultOf(
  run: Run,
  request: ApiRequest,
  answer: Answer,
  effect: ApiEffect,
  secrets: Iterable<string>,
  { backup, problems = [] }: More = {},
): ApiResult {
  const body = parsed(answer.body.open());
  const refused = answer.status >= 400 ? [refusal(run, answer)] : [];
  return {
    status: answer.status,
    body: request.reveal ? body : withoutSecrets(run, body, secrets),
    effect,
    ...(backup !== undefined && { backup }),
    problems: [...refused, ...problems],
    requests: run.client.counts(),
  };
}

function refusal(run: Run, { status }: Answer): Problem {
  return problem('HF5052', `the gateway answered ${status}`, { target: run.context.target.name });
}

function withoutSecrets(run: Run, body: Value | string, known: Iterable<string>): Value | string {
  const { catalog, target } = run.context;
  const own =
    typeof body === 'string' ? secretsOfText(run, body) : secretsIn(memoryCatalog(catalog).root, body);
  return redactor([...known, ...own, ...target.keys.map((key) => key.open())]).value(body);
}

/** Secrets of a raw `config.yaml`. */
function secretsOfText(run: Run, text: string): readonly string[] {
  const { catalog } = run.context;
  const document = parseDocument(text);
  if ('ok' in document) return [];
  const own = layoutOf(document) === 'v8' ? loadCatalog('v8') : memoryCatalog(catalog);
  return secretsIn(own.root, contentOf(document, own));
}

async function write(run: Run, request: ApiRequest): Promise<ApiResult> {
  const before = await readDeep(run, 'api');
  const { catalog } = run.context;
  const secrets = [...secretsIn(catalog.root, contentIn(before.file, catalog)), ...bodySecrets(run, request)];
  const expected = predicted(run, request, before);
  const backup = request.method === 'PUT' ? await takeBackup(run, before, 'before-api') : undefined;
  const answer = await send(run, request);
  const about = backup ? { backup: backup.id } : {};
  if (answer.status >= 400 && answer.status < 500)
    return resultOf(run, request, answer, { kind: 'refused' }, secrets, about);
  if (!expected) return resultOf(run, request, answer, { kind: 'unread' }, secrets, about);
  const settled = await settle(run, expected);
  const effect = effectOf(run, before, settled, expected);
  const missing = missingAfter(run, request, settled);
  const untrue = withoutSubject(memoryCatalog(run.context.catalog), before.memory.open(), askedIn(request));
  const told: ApiEffect =
    effect.kind === 'same' && (missing.length > 0 || untrue !== undefined) ? { kind: 'nothing' } : effect;
  return resultOf(run, request, answer, told, secrets, {
    ...about,
    problems: untrue === undefined ? complaints(run, told, missing) : [saidOnly(run, untrue)],
  });
}

function bodySecrets(run: Run, { body }: ApiRequest): readonly string[] {
  const text = body?.open() ?? '';
  const value = parsed(text);
  if (typeof value === 'string') return secretsOfText(run, text);
  return secretsIn(undefined, value);
}

/** What memory and file should hold afterwards, by the model; undefined: no configuration endpoint. */
function predicted(run: Run, request: ApiRequest, before: DeepLive): Prediction | undefined {
  const { catalog } = run.context;
  const { path, query } = addressOf(request.path);
  const body = request.body?.open() ?? '';
  if (catalog.layout === 'v8') return predictedTree(before, { method: request.method, path, query, body });
  if (path === `${BASE}config.yaml`) return predictedFile(run, body);
  const loaded = load(before.file.document.open(), catalog);
  if (!loaded.ok) return undefined;
  const answer = handle(loaded.memory, { method: request.method, path, query, body }, catalog);
  if (answer.writes !== 'file') return answer.status === 404 ? undefined : asItIs(run, before);
  const saved = save(before.file.document.open(), answer.memory, catalog);
  if ('ok' in saved) return undefined;
  return { memory: viewOf(run, answer.memory), file: seal(contentOf(saved, catalog)) };
}

/** The v0 API of a v8 gateway: a field write saves at the v8 path, or into a flat file (C v8 §5). */
function predictedTree(before: DeepLive, request: EndpointRequest): Prediction | undefined {
  const raw = before.file.text.open();
  const seen = seenV8(raw);
  if (!seen.ok) return undefined;
  const text =
    request.path === `${BASE}config.yaml` ? putOf(request.body ?? '') : savedOf(raw, seen.memory, request);
  const after = text === undefined ? undefined : seenV8(text);
  return after?.ok ? { memory: seal(viewSeen(after)), file: seal(contentSeen(after)) } : undefined;
}

function putOf(body: string): string | undefined {
  const made = storedV8(body);
  return made.ok ? made.text : undefined;
}

/** Undefined: no configuration endpoint; the text as it is: the endpoint changes nothing. */
function savedOf(raw: string, memory: Tree, request: EndpointRequest): string | undefined {
  const answer = handle(memory, request, runtimeCatalog());
  if (answer.writes !== 'file') return answer.status === 404 ? undefined : raw;
  const saved = saveV8(raw, answer.memory);
  return saved.ok ? saved.text : undefined;
}

function viewOf(run: Run, memory: Tree): Sealed<Tree> {
  const { catalog } = run.context;
  return seal(fromJson(toJson(memory, catalog) ?? {}, catalog));
}

function predictedFile(run: Run, body: string): Prediction | undefined {
  const { catalog } = run.context;
  const text = stored(body, catalog);
  const document = typeof text === 'string' ? parseDocument(text) : text;
  if ('ok' in document) return undefined;
  const loaded = load(document, catalog);
  if (!loaded.ok) return undefined;
  return { memory: viewOf(run, loaded.memory), file: seal(contentOf(document, catalog)) };
}

function asItIs(run: Run, before: DeepLive): Prediction {
  return { memory: before.memory, file: seal(contentIn(before.file, run.context.catalog)) };
}

function effectOf(run: Run, before: DeepLive, after: Settled, expected: Prediction): ApiEffect {
  const { catalog } = run.context;
  const wasInFile = contentIn(before.file, catalog);
  const inFile = differences(wasInFile, after.content, catalog);
  const inMemory = differences(before.memory.open(), after.live.memory.open(), memoryCatalog(catalog));
  const asked = [
    ...differences(wasInFile, expected.file.open(), catalog),
    ...differences(before.memory.open(), expected.memory.open(), memoryCatalog(catalog)),
  ];
  if (inFile.length + inMemory.length === 0) return { kind: asked.length === 0 ? 'same' : 'nothing' };
  const lost = inMemory.length > 0 && after.live.agreement.kind === 'differ';
  if (lost && inFile.length === 0) return { kind: 'memory-only', paths: shownPaths(inMemory) };
  return { kind: 'changed', paths: shownPaths([...inMemory, ...inFile]) };
}

function askedIn(request: ApiRequest): Asked {
  const { path, query } = addressOf(request.path);
  return {
    method: request.method,
    endpoint: path.slice(BASE.length - 1),
    body: request.body?.open() ?? '',
    query,
  };
}

function missingAfter(run: Run, request: ApiRequest, { live }: Settled): readonly string[] {
  return unheld(memoryCatalog(run.context.catalog), live.memory.open(), askedIn(request));
}

function saidOnly(run: Run, what: string): Problem {
  return problem('HF5050', `the gateway said 200, but ${what}`, { target: run.context.target.name });
}

function complaints(run: Run, effect: ApiEffect, missing: readonly string[]): readonly Problem[] {
  const target = run.context.target.name;
  if (missing.length > 0 && effect.kind !== 'memory-only')
    return [
      problem(
        'HF5050',
        `the gateway said 200 and does not hold what was asked for at ${missing.join(', ')}`,
        { target },
      ),
    ];
  if (effect.kind === 'nothing')
    return [problem('HF5050', 'the gateway said 200 and holds what it held before', { target })];
  if (effect.kind === 'memory-only')
    return [
      problem('HF5050', `only memory holds ${effect.paths}: the next write or restart loses it`, { target }),
    ];
  return [];
}
