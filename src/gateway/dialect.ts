// The seam between the generations of the gateway: everything that depends on the generation, as one value. There
// are three dialects: a v7 gateway, a v8 gateway, and a v8 gateway whose flat file stays flat and is managed through
// the v0 API. Code that has read a gateway asks the dialect of that reading; no other code compares generations.
// Pure.
import type { Live } from '../domain/live.ts';
import type { Layout } from '../domain/desired.ts';
import type { FileDocument } from '../domain/yaml-node.ts';
import { isTree, type Tree } from '../lib/value.ts';
import { parseDocument } from '../yaml/document.ts';
import type { LoadFailure, SaveFailure } from '../yaml/failure.ts';
import { loadCatalog } from './catalog/catalog.ts';
import { type Catalog, MANAGEMENT_BASE } from './catalog/field.ts';
import { isFlat, layoutOf } from './layout/layouts.ts';
import { settingScopeOf, type SettingScope, type WidenedSetting } from './layout/setting-scope.ts';
import { contentOf } from './model/decode.ts';
import { imageOf } from './image.ts';
import { viewOf } from './model/json.ts';
import { load } from './model/load.ts';
import type { LoadOptions, LoadSuccess, Memory } from './model/model.ts';
import { save } from './model/save.ts';
import { dedentComments, stored } from './model/stored.ts';
import { type EndpointAnswer, type EndpointRequest, handle } from './v7/endpoints.ts';
import { atLoad } from './v8/at-load.ts';
import { handleV8, V8_BASE } from './v8/endpoints.ts';
import { loadTree, loadV8 } from './v8/load.ts';
import { stored as storedV8 } from './v8/normalise.ts';
import { flatFileCatalog, runtimeCatalog } from './v8/runtime.ts';
import { type SaveOptions, saveV8 } from './v8/save.ts';
import { contentInView, contentOfTree, viewV8 } from './v8/view.ts';

/** A gateway at rest: a file, and the memory that it was loaded into. */
export interface AtRest {
  /** The nodes that are compared and edited; on v8, those of the normalised text. */
  readonly document: FileDocument;
  /** Decoded by type, with unknown keys; a plaintext secret is replaced by its hash. */
  readonly content: Tree;
  readonly memory: Memory;
  /** The gateway would replace a plaintext secret by its hash. */
  readonly rehashes: boolean;
}

/** A request that makes a gateway load its file and changes no values; it can re-encode the file. */
export interface ReloadRequest {
  readonly method: 'PUT' | 'PATCH';
  readonly path: string;
  readonly body: string;
  readonly inWords: string;
}

type Text = { readonly ok: true; readonly text: string };
type Started = Text & { readonly memory: Memory };

export interface Dialect {
  readonly name: 'v7' | 'v8' | 'v8-flat';
  /** Of the file as it is compared. */
  readonly catalog: Catalog;
  /** Of memory: what `GET /v0/management/config` shows and field writes of the v0 API change. */
  readonly memoryCatalog: Catalog;
  /**
   * What differences are counted from: memory plus what only the file shows, or the file, which is the configuration
   * on v8 (design-v8 rule 1).
   */
  readonly truth: 'memory' | 'file';
  /** How a plan is written: by fields of the v0 API if they lose nothing, by the whole file, or by the v8 API. */
  readonly route: 'fields' | 'file' | 'tree';

  /** A text as the nodes that are compared. */
  parse(text: string): FileDocument | LoadFailure;
  content(document: FileDocument): Tree;
  /** What the gateway has in memory after loading a file. */
  load(document: FileDocument): LoadSuccess | LoadFailure;
  /** The same with everything that is compared; `document` can be text only, without nodes. */
  rest(document: FileDocument): AtRest | LoadFailure;
  /** The image that differences and guards use; `view` is the memory view. */
  image(view: Tree, content: Tree): Tree;

  /** What a start or a reload makes of a text: memory, and the text of the file afterwards. */
  start(text: string, options: LoadOptions): Started | LoadFailure;
  /** The text of the file after a field write that left this memory; operations of the v8 API migrate a flat file. */
  save(text: string, memory: Memory, how?: SaveOptions): Text | SaveFailure;
  /** Why `PUT /v0/management/config.yaml` refuses a body; undefined: it accepts it. */
  refuses(body: string, options: LoadOptions): LoadFailure | undefined;
  /** The text that it writes, before any load. */
  put(body: string): string;

  /**
   * What a request of the Management API leaves. `unchanged`: the endpoint changes nothing. Undefined: it is
   * refused, or isn't an endpoint of the configuration.
   */
  afterRequest(raw: string, request: EndpointRequest): AtRest | 'unchanged' | undefined;
  reload(live: Pick<Live, 'layout' | 'memory'>): ReloadRequest;
  /** Which credentials a setting applies to, for settings that applied to fewer in some versions. */
  scopeOf(setting: WidenedSetting, version: string): SettingScope;
}

/** Memory as `GET /v0/management/config` shows it, in YAML spelling. */
export const memoryView = (memory: Memory, { memoryCatalog }: Dialect): Tree => viewOf(memory, memoryCatalog);

/** What a GET of the v0 API shows of a gateway with this memory. */
export const answerOf = (memory: Memory, path: string, { memoryCatalog }: Dialect): EndpointAnswer =>
  handle(memory, { method: 'GET', path }, memoryCatalog);

/** The dialect of a reading: the only place that decides it. */
export function dialectOf({ api, keptFlat }: Pick<Live, 'api' | 'keptFlat'>): Dialect {
  if (api === 'v8') return V8;
  return keptFlat === undefined ? V7 : V8_FLAT;
}

/** Whether the first write through the API of this gateway converts its file to the other layout. */
export const convertsFile = (live: Pick<Live, 'api' | 'keptFlat' | 'layout'>): boolean =>
  isFlat(live.layout) && !isFlat(dialectOf(live).catalog.layout);

/** The dialect that reads files of a layout as they are: desired-state files are written for it. */
export const nativeDialect = (layout: Layout): Dialect => (isFlat(layout) ? V7 : V8);

/** The catalog of any text that this gateway could get as its file. */
export const catalogOfText = (document: FileDocument, { memoryCatalog }: Dialect): Catalog =>
  isFlat(layoutOf(document)) ? memoryCatalog : loadCatalog('v8');

const WHOLE_FILE = `${MANAGEMENT_BASE}/config.yaml`;

// ── v7 ───────────────────────────────────────────────────────────────────────────────────────────────────────────

function loadV7(text: string, options: LoadOptions): LoadSuccess | LoadFailure {
  const document = parseDocument(text);
  return 'ok' in document ? document : load(document, V7.catalog, options);
}

/**
 * Memory is loaded from the text before it was printed again, which can differ (folded texts); only the secret is
 * from the text after.
 */
function startV7(text: string, options: LoadOptions): Started | LoadFailure {
  const first = loadV7(text, options);
  if (!first.ok) return first;
  const { memory } = first;
  const hashed = first.rewritten ? stored(text, V7.catalog, options) : text;
  if (hashed === text || typeof hashed !== 'string') return { ok: true, memory, text };
  const again = loadV7(hashed, options);
  const secret = again.ok && { 'remote-management': again.memory['remote-management'] ?? null };
  return { ok: true, memory: { ...memory, ...secret }, text: hashed };
}

function saveV7(text: string, memory: Memory, how?: SaveOptions): Text | SaveFailure {
  const document = parseDocument(text);
  const saved = 'ok' in document ? document : save(document, memory, V7.catalog, undefined, how?.sent);
  return 'ok' in saved ? saved : { ok: true, text: saved.text };
}

function restV7(document: FileDocument): AtRest | LoadFailure {
  const loaded = V7.load(document);
  return loaded.ok ? restOf(document, V7.content(document), loaded) : loaded;
}

/** Memory as the endpoint leaves it, without waiting for the reload that follows the save. */
function afterRequestV7(raw: string, request: EndpointRequest): AtRest | 'unchanged' | undefined {
  if (request.path === WHOLE_FILE) return known(afterPutV7(request.body ?? ''));
  const document = parseDocument(raw);
  const loaded = 'ok' in document ? document : V7.load(document);
  if ('ok' in document || !loaded.ok) return undefined;
  const answer = handle(loaded.memory, request, V7.memoryCatalog);
  if (answer.writes !== 'file') return answer.status === 404 ? undefined : 'unchanged';
  const saved = save(document, answer.memory, V7.catalog, undefined, answer.sent);
  if ('ok' in saved) return undefined;
  return { document: saved, content: V7.content(saved), memory: answer.memory, rehashes: false };
}

function afterPutV7(body: string): AtRest | LoadFailure {
  const text = stored(body, V7.catalog);
  const document = typeof text === 'string' ? parseDocument(text) : text;
  return 'ok' in document ? document : restV7(document);
}

export const V7: Dialect = {
  name: 'v7',
  get catalog() {
    return loadCatalog('legacy');
  },
  get memoryCatalog() {
    return loadCatalog('legacy');
  },
  truth: 'memory',
  route: 'fields',
  parse: parseDocument,
  content: (document) => contentOf(document, V7.catalog),
  load: (document) => load(document, V7.catalog),
  rest: restV7,
  image: (view, content) => imageOf(view, content, V7.catalog),
  start: startV7,
  save: saveV7,
  refuses: (body, options) => refusal(loadV7(body, options)),
  put: dedentComments,
  afterRequest: afterRequestV7,
  reload: reloadByField,
  scopeOf: () => 'all',
};

// ── v8 ───────────────────────────────────────────────────────────────────────────────────────────────────────────

const loadRuntime = ({ text, root }: FileDocument): LoadSuccess | LoadFailure =>
  root ? loadTree(root) : loadV8(text);

function putV8(body: string): string {
  const made = storedV8(body);
  return made.ok ? made.text : body;
}

/** The text that a request leaves. Undefined: it is refused, or isn't an endpoint of the configuration. */
function textAfter(raw: string, memory: Memory, request: EndpointRequest): string | undefined {
  const { method, path, body = '' } = request;
  if (path === WHOLE_FILE) {
    const made = storedV8(body);
    return made.ok ? made.text : undefined;
  }
  if (path.startsWith(V8_BASE))
    return handleV8({ method, path: decodeURI(path), body }, { file: raw }).writes?.text;
  const answer = handle(memory, request, runtimeCatalog());
  if (answer.writes !== 'file') return answer.status === 404 ? undefined : raw;
  const saved = saveV8(raw, answer.memory, answer.sent && { sent: answer.sent });
  return saved.ok ? saved.text : undefined;
}

function afterRequestV8(
  { rest }: Pick<Dialect, 'rest'>,
  raw: string,
  request: EndpointRequest,
): AtRest | undefined {
  const view = viewV8(raw);
  const text = view.ok ? textAfter(raw, view.memory, request) : undefined;
  return text === undefined ? undefined : known(rest({ text, root: undefined }));
}

/** What both kinds of file have in common on a v8 gateway. */
const ON_V8 = {
  truth: 'file',
  load: loadRuntime,
  image: (_view: Tree, content: Tree): Tree => content,
  start: atLoad,
  save: saveV8,
  refuses: (body: string, options: LoadOptions) => refusal(loadV8(body, options)),
  put: putV8,
} as const;

function seenDocument(text: string): FileDocument | LoadFailure {
  const view = viewV8(text);
  return view.ok ? view.document : view;
}

/** On v8, the tree that every request sees is the configuration, and memory is flat (design-v8 rules 1 and 2). */
function restV8({ text }: FileDocument): AtRest | LoadFailure {
  const view = viewV8(text);
  if (!view.ok) return view;
  const { document, memory, rewritten: rehashes } = view;
  return { document, content: contentInView(view), memory, rehashes };
}

export const V8: Dialect = {
  ...ON_V8,
  name: 'v8',
  get catalog() {
    return loadCatalog('v8');
  },
  get memoryCatalog() {
    return runtimeCatalog();
  },
  route: 'tree',
  parse: seenDocument,
  content: contentOfTree,
  rest: restV8,
  afterRequest: (raw, request) => afterRequestV8(V8, raw, request),
  // Any accepted v8 write loads the file, even one that changes nothing in it. It would convert a flat file.
  reload: (live) => (isFlat(live.layout) ? reloadByField(live) : EMPTY_PATCH),
  scopeOf: settingScopeOf,
};

// ── v8, the file stays flat ──────────────────────────────────────────────────────────────────────────────────────

/** The flat file is the configuration too, only in another spelling. */
function restFlat(given: FileDocument): AtRest | LoadFailure {
  const document = given.root ? given : parseDocument(given.text);
  if ('ok' in document) return document;
  const loaded = loadRuntime(document);
  return loaded.ok ? restOf(document, V8_FLAT.content(document), loaded) : loaded;
}

export const V8_FLAT: Dialect = {
  ...ON_V8,
  name: 'v8-flat',
  get catalog() {
    return flatFileCatalog();
  },
  get memoryCatalog() {
    return runtimeCatalog();
  },
  route: 'file',
  parse: parseDocument,
  content: (document) => contentOf(document, V8_FLAT.catalog),
  rest: restFlat,
  afterRequest: (raw, request) => afterRequestV8(V8_FLAT, raw, request),
  reload: reloadByField,
  // For a flat file of an early v8 gateway, nobody measured which credentials it applies to.
  scopeOf: (setting, version) => (settingScopeOf(setting, version) === 'all' ? 'all' : 'unknown'),
};

// ── pieces ───────────────────────────────────────────────────────────────────────────────────────────────────────

function restOf(document: FileDocument, content: Tree, { memory, rewritten }: LoadSuccess): AtRest {
  const held = rewritten ? withSecretOf(memory, content) : content;
  return { document, content: held, memory, rehashes: rewritten };
}

function withSecretOf(memory: Memory, content: Tree): Tree {
  const management = content['remote-management'];
  const held = memory['remote-management'];
  if (!isTree(management) || !isTree(held)) return content;
  return { ...content, 'remote-management': { ...management, 'secret-key': held['secret-key'] ?? '' } };
}

const refusal = (loaded: LoadSuccess | LoadFailure): LoadFailure | undefined =>
  loaded.ok ? undefined : loaded;

const known = (rest: AtRest | LoadFailure): AtRest | undefined => ('ok' in rest ? undefined : rest);

const EMPTY_PATCH: ReloadRequest = {
  method: 'PATCH',
  path: `${V8_BASE}/config`,
  body: '{}',
  inWords: 'an empty PATCH',
};

/** A field write of an existing leaf triggers the reload directly (C v0 §6.4, design-v8 rule 12). */
function reloadByField({ memory }: Pick<Live, 'memory'>): ReloadRequest {
  const value = memory.open()['debug'] ?? false;
  const body = JSON.stringify({ value });
  return { method: 'PUT', path: `${MANAGEMENT_BASE}/debug`, body, inWords: 'a field write' };
}
