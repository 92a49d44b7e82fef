// The configuration endpoints of the v8 Management API on the text of the file alone (C v8 §1.2, §4): the response
// of each one, and its effect on file and memory. Pure; the sandbox responds with it, the planner predicts with it.
// Knows no HTTP server, disk or reload.
import type { Value } from '../../lib/value.ts';
import { type LoadOptions, type Memory } from '../model/model.ts';
import { dedentComments } from '../model/stored.ts';
import { JSON_TYPE } from '../v7/answer.ts';
import { writeJson } from '../v7/json-text.ts';
import { addIndexes, stripIndexes } from './auth-index.ts';
import { toEarlyPlaces, unknownEarly } from './generation-a.ts';
import { saveV8 } from './save.ts';
import { type Body, bodyOf, readBody } from './body.ts';
import { normaliseAliases, projectAliases } from './flatten.ts';
import { Fault } from './groups.ts';
import { fingerprint, jsonOf } from './json-view.ts';
import { loadV8 } from './load.ts';
import { normalise } from './normalise.ts';
import { hideSecrets, keepSecrets } from './turn.ts';
import { at, become, copy, emptyMap, keyNamed, member, type Node, print, remove, treeIn } from './tree.ts';
import { strictFault } from './validate.ts';
import { isFailure } from '../../yaml/failure.ts';

export const V8_BASE = '/v8/management';

export interface RequestV8 {
  readonly method: string;
  /** Decoded, below the server root: `/v8/management/config/server/port`. */
  readonly path: string;
  readonly body?: string;
}

export interface ContextV8 extends LoadOptions {
  /** The file; undefined if it can't be read. */
  readonly file: string | undefined;
  /** Management memory, for `auth_index` if the file doesn't load. */
  readonly memory?: Memory;
  /** `A`: the first v8 releases, based only on reading the source (C v8 §0). Default: `B`. */
  readonly generation?: 'A' | 'B';
}

export interface AnswerV8 {
  readonly status: number;
  /** Absent if the body is empty. */
  readonly contentType?: string;
  /** The response has `Cache-Control: no-store`. */
  readonly noStore?: true;
  readonly body: string;
  /** What a successful write leaves: the text of the file, and memory immediately (C v8 §4.1 step 10). */
  readonly writes?: { readonly text: string; readonly memory: Memory };
}

/** Whether the gateway has such a route; any other path below `/v8/management` gets the bare 404 of C v8 §1.2. */
export function routeOf({ method, path }: Pick<RequestV8, 'method' | 'path'>): 'config' | 'yaml' | undefined {
  const endpoint = path.startsWith(`${V8_BASE}/`) ? path.slice(V8_BASE.length) : '';
  if (endpoint === '/config.yaml') return method === 'GET' || method === 'PUT' ? 'yaml' : undefined;
  if (endpoint === '/config') return /^(?:GET|PUT|PATCH)$/.test(method) ? 'config' : undefined;
  if (!endpoint.startsWith('/config/')) return undefined;
  return /^(?:GET|PUT|PATCH|DELETE)$/.test(method) ? 'config' : undefined;
}

/** One request to a configuration endpoint. */
export function handleV8(request: RequestV8, context: ContextV8): AnswerV8 {
  try {
    return answer(request, context);
  } catch (thrown) {
    if (thrown instanceof Answered) return thrown.answer;
    throw thrown;
  }
}

/** A response that ends the request at this point. */
class Answered extends Error {
  readonly answer: AnswerV8;

  constructor(given: AnswerV8) {
    super('answered');
    this.answer = given;
  }
}

const json = (status: number, body: string): AnswerV8 => ({ status, contentType: JSON_TYPE, body });

function refuse(status: number, error: string, more: Readonly<Record<string, string>> = {}): never {
  throw new Answered(json(status, writeJson({ error, ...more })));
}

function answer(request: RequestV8, context: ContextV8): AnswerV8 {
  const format = routeOf(request);
  if (!format) return { status: 404, body: '' };
  if (context.file === undefined) return refuse(500, 'read_failed');
  const normalised = normalise(context.file);
  if (!normalised.ok) return refuse(500, 'invalid_config', { message: normalised.refused });
  const root = treeIn(normalised.text) as Node; // It has just been printed.
  const path =
    format === 'yaml' ? '' : request.path.slice(`${V8_BASE}/config`.length).replace(/^\/+|\/+$/g, '');
  const names = path === '' ? [] : path.split('/');
  if (request.method === 'GET')
    return format === 'yaml' ? yamlView(normalised.text) : jsonView(root, names, normalised.text, context);
  return write({ request, format, names, root, context });
}

const yamlView = (text: string): AnswerV8 => ({
  status: 200,
  contentType: 'application/yaml; charset=utf-8',
  noStore: true,
  body: text,
});

function jsonView(root: Node, names: readonly string[], text: string, context: ContextV8): AnswerV8 {
  if (context.generation === 'A') return earlyView(root, names);
  projectAliases(root, names.join('.'));
  hideSecrets(root);
  const loaded = loadV8(text, context);
  const memory = 'memory' in loaded ? loaded.memory : context.memory;
  if (memory) addIndexes(root, memory);
  const node = at(root, names);
  if (!node) return refuse(404, 'not_found');
  return { ...json(200, jsonOf(node) ?? ''), noStore: true };
}

function earlyView(root: Node, names: readonly string[]): AnswerV8 {
  toEarlyPlaces(root);
  hideSecrets(root);
  const node = at(root, names);
  return node ? { ...json(200, jsonOf(node) ?? ''), noStore: true } : refuse(404, 'not_found');
}

interface Write {
  readonly request: RequestV8;
  readonly format: 'config' | 'yaml';
  readonly names: readonly string[];
  readonly root: Node;
  readonly context: ContextV8;
  /** The body of the request, if it is known in another form than its text. */
  readonly body?: Body;
}

function write(task: Write): AnswerV8 {
  change(task);
  return store(print(task.root), task.context);
}

/**
 * The effect of a request to a JSON route on a normalised tree, without the final validation, which costs as much as
 * reading the file six times. `root` becomes the result. `value` is the value of the request's body. Returns the
 * response of a request that is already refused.
 */
export function changeTree(root: Node, request: RequestV8, value?: Value): AnswerV8 | undefined {
  const path = request.path.slice(`${V8_BASE}/config`.length).replace(/^\/+|\/+$/g, '');
  const names = path === '' ? [] : path.split('/');
  try {
    const body = value === undefined ? {} : { body: bodyOf(value) };
    change({ request, format: 'config', names, root, context: { file: undefined }, ...body });
    return undefined;
  } catch (thrown) {
    if (thrown instanceof Answered) return thrown.answer;
    throw thrown;
  }
}

/** Up to what is stored; the root of the task becomes it. */
function change({ request, format, names, root, context, body }: Write): void {
  if (context.generation === 'A') toEarlyPlaces(root);
  const before = comparedLater(root);
  if (context.generation !== 'A') projectAliases(root, names.join('.'));
  if (request.method === 'DELETE') deleteAt(root, names);
  else putAt({ request, format, names, root, context, ...(body && { body }) });
  const early = context.generation === 'A' ? unknownEarly(root) : undefined;
  if (early !== undefined)
    refuse(400, 'invalid_config', { message: `unknown v8 configuration section ${early}` });
  orRefuse(() => normaliseAliases(root));
  if (format === 'config' && request.method !== 'DELETE') keepSecrets(root, before);
  refuseReadOnly(before, root);
  stripIndexes(root, []);
}

/** The sections with TURN secrets and with read-only values. */
function comparedLater(root: Node): Node {
  if (root.kind !== 'map') return copy(root);
  return copy({ ...root, pairs: root.pairs.filter(({ key }) => COMPARED.has(key.text)) });
}

const COMPARED: ReadonlySet<string> = new Set(['oauth', 'credentials', 'plugins']);

function deleteAt(root: Node, names: readonly string[]): void {
  if (names.length === 0) refuse(400, 'cannot_delete_config');
  if (!remove(root, names)) refuse(404, 'not_found');
}

function putAt({ root, names, request: { method, body = '' }, format, context, body: known }: Write): void {
  const early = context.generation === 'A';
  const read = known ?? readBody(body, format === 'yaml' ? 'yaml' : 'json');
  if (!read.ok) return refuse(400, read.error);
  const update = read.node;
  stripIndexes(update, names);
  if (names.length === 0 && update.kind !== 'map') refuse(400, 'config_must_be_object');
  if (names.length === 0 && !early) orRefuse(() => normaliseAliases(update));
  const place = names.reduce<Node>((node, name) => stepInto(node, name), root);
  if (method === 'PATCH') merge(place, update);
  else if (names.length === 0) become(place, { ...update, comments: place.comments });
  else replace(place, update);
}

function stepInto(node: Node, name: string): Node {
  if (name === '' || node.kind !== 'map') return refuse(400, 'invalid_path');
  const known = member(node, name);
  if (known) return known;
  const made = emptyMap();
  node.pairs.push({ key: keyNamed(name), value: made });
  return made;
}

/** A scalar that replaces a scalar keeps its comments; any other value loses them (C v8 §4.11). */
function replace(place: Node, update: Node): void {
  const keeps = place.kind === 'scalar' && update.kind === 'scalar';
  become(place, keeps ? { ...update, comments: place.comments } : update);
}

/** Objects merge; lists and scalars are replaced; null is stored (C v8 §4.3). */
function merge(place: Node, update: Node): void {
  if (place.kind !== 'map' || update.kind !== 'map') return replace(place, update);
  for (const { key, value } of update.pairs) {
    const known = member(place, key.text);
    if (known) merge(known, value);
    else place.pairs.push({ key, value });
  }
}

function orRefuse(act: () => void): void {
  try {
    act();
  } catch (thrown) {
    if (thrown instanceof Fault) refuse(400, 'invalid_config', { message: thrown.message });
    throw thrown;
  }
}

/** Owned by Home; compared as decoded values (C v8 §4.8). */
export const READ_ONLY = [
  'credentials/concurrency/lifecycle-config-revision',
  'credentials/concurrency/observation-barrier-revision',
  'plugins/auth-revision',
] as const;

function refuseReadOnly(before: Node, root: Node): void {
  const field = READ_ONLY.find((path) => {
    const names = path.split('/');
    return fingerprint(at(before, names)) !== fingerprint(at(root, names));
  });
  if (field !== undefined) refuse(400, 'read_only_field', { field });
}

const OK = writeJson({ 'config-version': 8, status: 'ok' });

function store(text: string, context: ContextV8): AnswerV8 {
  const loaded = loadV8(text, { ...context, authDir: 'as-written' });
  if (isFailure(loaded) || !('memory' in loaded)) {
    const { stage, message } = loaded as Extract<typeof loaded, { ok: false }>; // The only other kind.
    return refuse(422, 'invalid_config', {
      message: stage === 'decode' ? `parse config payload: ${message}` : message,
    });
  }
  const strict = strictFault(text);
  if (strict !== undefined) return refuse(400, 'invalid_config', { message: strict });
  if (context.generation === 'A') return storeEarly(text, loaded.memory);
  const final = normalise(text);
  if (!final.ok) return refuse(400, 'invalid_config', { message: final.refused });
  return { ...json(200, OK), writes: { text: dedentComments(final.text), memory: loaded.memory } };
}

/** The tree is rendered from the runtime, defaults included, with shared settings at their earlier paths [R]. */
function storeEarly(text: string, memory: Memory): AnswerV8 {
  const saved = saveV8(text, memory);
  if (!saved.ok) return refuse(500, 'write_failed', { message: saved.message });
  const root = treeIn(saved.text) as Node; // It has just been printed.
  toEarlyPlaces(root);
  return { ...json(200, OK), writes: { text: dedentComments(print(root)), memory } };
}
