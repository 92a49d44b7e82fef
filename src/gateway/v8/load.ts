// Loads a file of either layout into the memory of a v8 gateway (C v8 §5: in the spelling of the flat layout), or
// reports why it is refused, with the gateway's message (C v8 §1.5). Pure.
import { isIP } from 'node:net';
import type { FileDocument, FileNode } from '../../domain/yaml-node.ts';
import { isList, isTree, type Tree, type Value } from '../../lib/value.ts';
import { load } from '../model/load.ts';
import { type LoadOptions, type LoadSuccess } from '../model/model.ts';
import { parseDocument } from '../../yaml/document.ts';
import { flatten } from './flatten.ts';
import { refuseMisfits } from './go-decode.ts';
import { Fault } from './groups.ts';
import { runtimeCatalog } from './runtime.ts';
import { at, expanded, type Node } from './tree.ts';
import { isFailure, type LoadFailure } from '../../yaml/failure.ts';

export interface LoadOptionsV8 extends LoadOptions {
  /** A v8 write only parses: `auth-dir` stays as it is in the text until the reload (C v8 §4.1 step 10). */
  readonly authDir?: 'as-written';
}

/**
 * What the gateway has in memory after loading a text. `decode` failures are those for which a v8 write responds
 * with the prefix `parse config payload: ` (422), and `PUT /v0/management/config.yaml` with 400; `validate` failures
 * have no prefix (422).
 */
export function loadV8(text: string, options: LoadOptionsV8 = {}): LoadSuccess | LoadFailure {
  const document = parseDocument(text);
  if (isFailure(document))
    return { ...(document as LoadFailure), message: `yaml: ${(document as LoadFailure).message}` }; // A failure to parse.
  try {
    return loadOrThrow(document as FileDocument, options);
  } catch (thrown) {
    if (thrown instanceof Fault) return { ok: false, stage: 'decode', message: thrown.message };
    throw thrown;
  }
}

/** The same for an existing tree; its text isn't used. */
export function loadTree(root: FileNode, options: LoadOptions = {}): LoadSuccess | LoadFailure {
  try {
    return loadOrThrow({ text: '', root }, options);
  } catch (thrown) {
    if (thrown instanceof Fault) return { ok: false, stage: 'decode', message: thrown.message };
    throw thrown;
  }
}

function loadOrThrow(document: FileDocument, options: LoadOptionsV8): LoadSuccess | LoadFailure {
  const catalog = runtimeCatalog();
  const root = expanded(document);
  if (!root) return load({ text: document.text, root: undefined }, catalog, options);
  const flat = flatten(root);
  refuseMisfits(flat, catalog.root, 'any');
  const models = modelsFault(flat);
  if (models !== undefined) throw new Fault(models);
  const proxies = proxyFault(flat);
  if (proxies !== undefined) return { ok: false, stage: 'validate', message: proxies };
  const loaded = load({ text: '', root: flat as FileNode }, catalog, options); // A tree without ranges is a file's node.
  if (!loaded.ok) return loaded;
  const memory = withDefaults(loaded.memory);
  return options.authDir === 'as-written'
    ? { ...loaded, memory: { ...memory, 'auth-dir': textAt(flat, 'auth-dir') ?? '' } }
    : { ...loaded, memory };
}

function withDefaults(memory: Tree): Tree {
  const { discovery, 'meta-api-key': meta } = memory;
  if (!isTree(discovery)) return memory;
  const empty = !isList(discovery['subtypes']) || discovery['subtypes'].length === 0;
  return {
    ...memory,
    ...(isList(meta) && { 'meta-api-key': metaKeys(meta) }),
    discovery: {
      ...discovery,
      ...(discovery['service-type'] === '' && { 'service-type': '_ai-gateway._tcp' }),
      ...(empty && { subtypes: SUBTYPES }),
    },
  };
}

const META_URL = 'https://api.meta.ai/v1';

/** A key without a base URL gets the provider's own; keys of another kind are dropped (C v8 §2). */
function metaKeys(list: readonly Value[]): readonly Value[] {
  return list
    .filter((entry) => !isTree(entry) || !String(entry['api-key'] ?? '').startsWith('dca:'))
    .map((entry) =>
      isTree(entry) && String(entry['base-url'] ?? '') === '' ? { ...entry, 'base-url': META_URL } : entry,
    );
}

const SUBTYPES = ['_chat-completions', '_responses', '_messages', '_generate-content', '_interactions'];

const textAt = (root: Node, ...names: string[]): string | undefined => {
  const node = at(root, names);
  return node?.kind === 'scalar' ? node.text : undefined;
};

const SOURCES = ['catalog', 'codex-catalog', 'devin-catalog'];

/** Catalog sources are empty, an http(s) URL with a host, or an absolute local path (C v8 §2). */
export function modelsFault(flat: Node): string | undefined {
  const wrong = SOURCES.find((name) => {
    const text = (textAt(flat, 'models', name) ?? '').trim();
    if (text === '' || text === 'null' || text === '~' || text.startsWith('/')) return false;
    return !/^https?:\/\/[^/]/.test(text);
  });
  return wrong && `models.${wrong} must be an http(s) URL or an absolute local path`;
}

function proxyFault(flat: Node): string | undefined {
  const list = at(flat, ['trusted-proxies']);
  for (const item of list?.kind === 'list' ? list.items : []) {
    if (item.kind !== 'scalar' || isNetwork(item.text)) continue;
    const named = `invalid trusted-proxies entry ${JSON.stringify(item.text)}`;
    return /^[^.:\s]+$|\//.test(item.text)
      ? `${named}: invalid CIDR address: ${item.text}`
      : `${named}: expected an IP address or CIDR`;
  }
  return undefined;
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}
