// What tells the generations of the gateway apart behind the same HTTP server: how a text loads, what a save and a PUT
// of the whole file leave, which endpoints there are beside those of v0. Knows no disk and no timing.
import type { Catalog } from '../../gateway/catalog/field.ts';
import { loadCatalog } from '../../gateway/catalog/catalog.ts';
import { parseDocument } from '../../yaml/document.ts';
import { load } from '../../gateway/model/load.ts';
import { type LoadOptions, type Memory } from '../../gateway/model/model.ts';
import { save } from '../../gateway/model/save.ts';
import { dedentComments, stored } from '../../gateway/model/stored.ts';
import { atLoad } from '../../gateway/v8/at-load.ts';
import { loadV8 } from '../../gateway/v8/load.ts';
import { stored as storedV8 } from '../../gateway/v8/normalise.ts';
import { runtimeCatalog } from '../../gateway/v8/runtime.ts';
import { type SaveOptions, saveV8 } from '../../gateway/v8/save.ts';
import { isFailure, type LoadFailure, type SaveFailure } from '../../yaml/failure.ts';

export type Api = 'v7' | 'v8';

export interface Dialect {
  readonly api: Api;
  /** Of memory, and so of the v0 endpoints. */
  readonly catalog: Catalog;
  /** `X-CPA-VERSION` where nothing else is asked for. */
  readonly version: string;
  /** What a load makes of memory and of the file, which it may rewrite. */
  load(
    text: string,
    options: LoadOptions,
  ): { readonly ok: true; readonly memory: Memory; readonly text: string } | LoadFailure;
  /** The file after a field write; operations of the v8 API migrate a flat one. */
  save(
    text: string,
    memory: Memory,
    how?: SaveOptions,
  ): { readonly ok: true; readonly text: string } | SaveFailure;
  /** Why `PUT /v0/management/config.yaml` refuses a body; undefined: it takes it. */
  refuses(body: string, options: LoadOptions): LoadFailure | undefined;
  /** What it writes, before any load. */
  put(body: string): string;
}

const v7: Dialect = {
  api: 'v7',
  catalog: loadCatalog('legacy'),
  version: 'v7.2.140',
  load: (text, options) => {
    const first = loadV7(text, options);
    if (!('memory' in first)) return first;
    const hashed = first.rewritten ? stored(text, v7.catalog, options) : text;
    if (hashed === text || typeof hashed !== 'string') return { ok: true, memory: first.memory, text };
    const again = loadV7(hashed, options);
    if (!('memory' in again)) return { ok: true, memory: first.memory, text: hashed };
    // Memory is of the text before it was printed again, which can differ (folded texts).
    const secret = { 'remote-management': again.memory['remote-management'] ?? null };
    return { ok: true, memory: { ...first.memory, ...secret }, text: hashed };
  },
  save: (text, memory, how) => {
    const document = parseDocument(text);
    return 'ok' in document ? document : textOf(save(document, memory, v7.catalog, undefined, how?.sent));
  },
  refuses: (body, options) => {
    const loaded = loadV7(body, options);
    return loaded.ok ? undefined : loaded;
  },
  put: dedentComments,
};

function loadV7(text: string, options: LoadOptions): ReturnType<typeof load> {
  const document = parseDocument(text);
  return 'ok' in document ? document : load(document, v7.catalog, options);
}

function textOf(saved: ReturnType<typeof save>): { readonly ok: true; readonly text: string } | SaveFailure {
  return 'ok' in saved ? saved : { ok: true, text: saved.text };
}

const v8: Dialect = {
  api: 'v8',
  get catalog() {
    return runtimeCatalog();
  },
  version: 'v8.0.20',
  load: atLoad,
  save: saveV8,
  refuses: (body, options) => {
    const loaded = loadV8(body, options);
    return isFailure(loaded) ? (loaded as LoadFailure) : undefined; // A failure to load.
  },
  put: (body) => {
    const made = storedV8(body);
    return made.ok ? made.text : body;
  },
};

export const dialectOf = (api: Api): Dialect => (api === 'v8' ? v8 : v7);
