// Converts nodes to values by the catalog's types, as leniently as the gateway's decoder (C v0 §2.3).
import type {
  AliasNode,
  FileDocument,
  FileNode,
  ListNode,
  MapNode,
  Pair,
  ScalarNode,
} from '../../domain/yaml-node.ts';
import { formatGoDuration, parseGoDuration } from '../../lib/go-duration.ts';
import { type Tree, treeOf, type Value } from '../../lib/value.ts';
import type { Catalog, Field } from '../catalog/field.ts';
import { oldBoolean, type Resolved, resolveScalar } from '../../yaml/resolve.ts';
import { imageMode } from './rules.ts';
import { NON_STRING_KEY } from '../../yaml/failure.ts';

/**
 * The content of a file: decoded by type, aliases and merges resolved, unknown keys kept, not normalised, no
 * defaults. Values that the decoder would refuse are omitted. An empty document has no content.
 */
export function contentOf(document: FileDocument, catalog: Catalog): Tree {
  return decode(document, catalog, true).content;
}

export interface Decoded {
  readonly content: Tree;
  /** Why the gateway refuses the file with 400; the content then lacks what couldn't be decoded. */
  readonly errors: readonly string[];
}

/** Decodes a document. Keys unknown to the catalog are decoded only if they are kept. */
export function decode(document: FileDocument, catalog: Catalog, keepUnknown: boolean): Decoded {
  const decoder = new Decoder(document, keepUnknown);
  const { root } = document;
  const value = root ? decoder.decode(root, catalog.root) : {};
  return { content: treeOf(value), errors: decoder.errors };
}

const FREE: Pick<Field, 'kind'> = { kind: 'any' };
type Target = Pick<Field, 'kind'> & Partial<Field>;

interface Remembered {
  readonly field: Target;
  readonly value: Value;
  /** Its count for the guard against expanding anchors. */
  readonly steps: number;
  /** The number of unknown keys in it; without any, the result is the same whether they are kept or not. */
  readonly unknown: number;
}

/** Not `lib/memo`: an answer is kept only under conditions that `#once` knows, and may stand for both columns. */
const REMEMBERED = {
  kept: new WeakMap<FileNode, Remembered>(),
  dropped: new WeakMap<FileNode, Remembered>(),
};

const SAYING = new WeakMap<object, FileNode>();

/** The node that this value was decoded from, if the node contains all of it. */
export const nodeThatSays = (value: Value): FileNode | undefined =>
  typeof value === 'object' && value !== null ? SAYING.get(value) : undefined;

/** `undefined` from any method: not set, because the decoder keeps the default for null and for errors. */
class Decoder {
  readonly errors: string[] = [];
  readonly #document: FileDocument;
  readonly #keepUnknown: boolean;
  readonly #open = new Set<string>();
  #anchors: Map<string, FileNode> | undefined;
  #steps = 0;
  #aliasSteps = 0;
  /** How often a value was looked up elsewhere in the document. */
  #borrowed = 0;
  /** The number of keys that the catalog doesn't know. */
  #strange = 0;

  constructor(document: FileDocument, keepUnknown: boolean) {
    this.#document = document;
    this.#keepUnknown = keepUnknown;
  }

  decode(node: FileNode, field: Target): Value | undefined {
    this.#steps += 1;
    if (this.#open.size > 0) this.#aliasSteps += 1;
    if (this.#explodes()) return undefined;
    switch (node.kind) {
      case 'alias':
        return this.#alias(node, field);
      case 'scalar':
        return this.#scalar(node, field);
      case 'map':
        return this.#once(node, field, () => this.#map(node, field));
      case 'list':
        return this.#once(node, field, () => this.#list(node, field));
    }
  }

  /**
   * Nodes that an edit of the document left unchanged are decoded once. Only independent values are cached: without
   * an alias and without a refusal.
   */
  #once(node: FileNode, field: Target, decode: () => Value | undefined): Value | undefined {
    const known = REMEMBERED[this.#keepUnknown ? 'kept' : 'dropped'];
    const before = known.get(node);
    if (before?.field === field && this.#open.size === 0) {
      this.#steps += before.steps;
      this.#strange += before.unknown;
      return before.value;
    }
    const [steps, borrowed, faults, strange] = [
      this.#steps,
      this.#borrowed,
      this.errors.length,
      this.#strange,
    ];
    const value = decode();
    if (value === undefined || borrowed !== this.#borrowed || faults !== this.errors.length) return value;
    const unknown = this.#strange - strange;
    const remembered = { field, value, steps: this.#steps - steps, unknown };
    known.set(node, remembered);
    if (unknown > 0) return value;
    REMEMBERED[this.#keepUnknown ? 'dropped' : 'kept'].set(node, remembered);
    if (typeof value === 'object' && value !== null) SAYING.set(value, node);
    return value;
  }

  /** The library's guard against anchors that expand without limit. */
  #explodes(): boolean {
    if (this.#aliasSteps <= 100 || this.#steps <= 1000) return false;
    const low = 400_000;
    const share = this.#steps <= low ? 0.99 : Math.max(0.1, 0.99 - (0.89 * (this.#steps - low)) / 3_600_000);
    if (this.#aliasSteps / this.#steps <= share) return false;
    const message = 'document contains excessive aliasing';
    if (this.errors[0] !== message) this.errors.unshift(message);
    return true;
  }

  #alias(node: AliasNode, field: Target): Value | undefined {
    if (this.#open.has(node.name)) return this.#refuse(node, `anchor '${node.name}' value contains itself`);
    const meant = this.#anchored(node);
    if (!meant) return this.#refuse(node, `unknown anchor '${node.name}' referenced`);
    this.#open.add(node.name);
    const value = this.decode(meant, field);
    this.#open.delete(node.name);
    return value;
  }

  #anchored(node: AliasNode): FileNode | undefined {
    this.#borrowed += 1;
    this.#anchors ??= anchorsOf(this.#document.root);
    return this.#anchors.get(node.name);
  }

  #scalar(node: ScalarNode, field: Target): Value | undefined {
    const resolved = resolveScalar(node);
    if (!resolved) return this.#refuse(node, `cannot decode \`${node.text}\` as a ${node.tag}`);
    if (resolved.type === 'null') return takesNull(field) ? null : undefined;
    const value = scalarAs(field, node, resolved);
    if (value === undefined) this.#refuse(node, `cannot unmarshal \`${node.text}\` into ${field.kind}`);
    return value;
  }

  #list(node: ListNode, field: Target): Value | undefined {
    if ((field.kind !== 'list' && field.kind !== 'any') || isImageMode(field))
      return this.#refuse(node, `cannot unmarshal a list into ${field.kind}`);
    const item = field.item ?? FREE;
    return node.items.map((each) => this.decode(each, item)).filter((value) => value !== undefined);
  }

  #map(node: MapNode, field: Target): Value | undefined {
    if (!['struct', 'map', 'any'].includes(field.kind) || isImageMode(field))
      return this.#refuse(node, `cannot unmarshal a mapping into ${field.kind}`);
    if (!this.#unique(node)) return undefined;
    const made: Record<string, Value> = {};
    this.#pairs(node, field, made, new Set());
    return made;
  }

  #unique(node: MapNode): boolean {
    const seen = new Set<string>();
    for (const { key } of node.pairs) {
      if (seen.has(key.text)) this.#refuse(key, `mapping key "${key.text}" already defined`);
      else seen.add(key.text);
    }
    return seen.size === node.pairs.length;
  }

  /** Own keys first, then those of `<<` that aren't there yet; the first of several merged mappings wins. */
  #pairs(node: MapNode, field: Target, made: Record<string, Value>, taken: Set<string>): void {
    let merged: FileNode | undefined;
    for (const pair of node.pairs) {
      if (isMerge(pair.key)) merged = pair.value;
      else this.#pair(pair, field, made, taken);
    }
    if (merged) for (const source of this.#merged(merged)) this.#pairs(source, field, made, taken);
  }

  #merged(node: FileNode): MapNode[] {
    const sources = node.kind === 'list' ? node.items : [node];
    return sources.flatMap((source) => {
      const meant = source.kind === 'alias' ? this.#anchored(source) : source;
      if (meant?.kind === 'map') return [meant];
      this.#refuse(node, 'map merge requires map or sequence of maps as the value');
      return [];
    });
  }

  #pair({ key, value }: Pair, field: Target, made: Record<string, Value>, taken: Set<string>): void {
    const name = nameOf(key, field);
    if (name === undefined || taken.has(name)) return;
    taken.add(name);
    const member = memberOf(field, name);
    if (field.pattern === 'codex.live-media-relay' && name === 'allow-private-remote-ips')
      this.#inverted(value, made);
    if (!member) {
      this.#strange += 1;
      if (this.#keepUnknown) set(made, name, this.#unknown(value));
      return;
    }
    const decoded = this.decode(value, member);
    if (decoded !== undefined) set(made, name, decoded);
    else if ((field.kind === 'map' || field.pattern === EXPLICIT) && isNull(value))
      set(made, name, zeroOf(member));
  }

  /** The only former name that the decoder still reads, with the opposite meaning (C v0 §2.1.1). */
  #inverted(value: FileNode, made: Record<string, Value>): void {
    const allowed = this.decode(value, { kind: 'boolean' });
    if (typeof allowed === 'boolean') made['disable-private-remote-ips'] = !allowed;
  }

  /** The gateway can't refuse what it doesn't read. */
  #unknown(node: FileNode): Value {
    const before = this.errors.length;
    const value = this.decode(node, FREE);
    this.errors.length = Math.min(before, this.errors.length);
    return value ?? null;
  }

  #refuse(node: FileNode, message: string): undefined {
    const at = node.range?.start;
    const line = at === undefined ? '' : `line ${this.#document.text.slice(0, at).split('\n').length}: `;
    this.errors.push(`${line}${message}`);
    return undefined;
  }
}

function anchorsOf(root: FileNode | undefined): Map<string, FileNode> {
  const found = new Map<string, FileNode>();
  const walk = (node: FileNode): void => {
    if (node.kind !== 'alias' && node.anchor !== undefined) found.set(node.anchor, node);
    if (node.kind === 'list') node.items.forEach(walk);
    if (node.kind !== 'map') return;
    for (const { key, value } of node.pairs) {
      walk(key);
      walk(value);
    }
  };
  if (root) walk(root);
  return found;
}

export function isMerge(key: ScalarNode): boolean {
  return key.text === '<<' && (key.tag === undefined ? key.style === 'plain' : key.tag === '!!merge');
}

function isNull(node: FileNode): boolean {
  return node.kind === 'scalar' && resolveScalar(node)?.type === 'null';
}

function memberOf(field: Target, name: string): Target | undefined {
  if (field.kind === 'struct') return field.fields?.get(name);
  if (field.kind === 'map') return field.value ?? FREE;
  return field.fields?.get(name) ?? FREE;
}

function isImageMode(field: Target): boolean {
  return field.normalise?.includes('image-mode') ?? false;
}

/** The name of a key. Undefined: the decoder skips it, like null keys of structs and maps. */
function nameOf(key: ScalarNode, field: Target): string | undefined {
  const type = resolveScalar(key)?.type;
  if (type === 'str') return key.text;
  if (field.kind === 'any') return `${NON_STRING_KEY}${key.text}`;
  return type === 'null' ? undefined : key.text;
}

/** Plain assignment, also for the name `__proto__`. */
function set(tree: Record<string, Value>, name: string, value: Value): void {
  if (name === '__proto__')
    Object.defineProperty(tree, name, { value, enumerable: true, configurable: true });
  else tree[name] = value;
}

/** The only struct whose null members count as set: they are then zero, not the default. */
const EXPLICIT = 'credential-concurrency';

function takesNull(field: Target): boolean {
  return field.kind === 'any' || field.kind === 'list' || field.kind === 'map';
}

function zeroOf(field: Target): Value {
  if (field.kind === 'string') return '';
  if (field.kind === 'boolean') return false;
  if (field.kind === 'integer' || field.kind === 'number') return 0;
  if (field.kind === 'duration') return '0s';
  return field.kind === 'struct' ? {} : null;
}

/** The value of a scalar for a field; undefined: the decoder refuses it. */
export function scalarAs(
  field: Target,
  node: Pick<ScalarNode, 'text' | 'tag'>,
  resolved: Exclude<Resolved, { type: 'null' }>,
): Value | undefined {
  switch (field.kind) {
    case 'string':
      return node.tag === '!!binary' ? String(resolved.value) : node.text;
    case 'boolean':
      return resolved.type === 'bool'
        ? resolved.value
        : resolved.type === 'str'
          ? oldBoolean(resolved.value)
          : undefined;
    case 'integer':
      return integerOf(field, node, resolved);
    case 'number':
      return typeof resolved.value === 'number' ? resolved.value : undefined;
    case 'duration':
      return resolved.type === 'str' ? durationOf(resolved.value) : undefined;
    case 'any':
      return isImageMode(field) ? imageMode(node.text) : resolved.value;
    default:
      return undefined;
  }
}

const EDGE = 2 ** 63;

/**
 * Fractions are cut off (C v0 §2.3). Those of a plugin's priority stay in its settings, and are cut off where it is
 * used.
 */
function integerOf(
  field: Target,
  { text }: Pick<ScalarNode, 'text'>,
  { type, value }: Exclude<Resolved, { type: 'null' }>,
): number | undefined {
  if (typeof value !== 'number' || Number.isNaN(value) || value > EDGE) return undefined;
  if (type === 'int' && value === EDGE && BigInt(text.replace(/[_+]/g, '')) >= 2n ** 63n) return undefined;
  if (field.pattern === PRIORITY) return value;
  return Math.max(Math.trunc(value), -EDGE) + 0;
}

const PRIORITY = 'plugins.configs.*.priority';

function durationOf(text: string): string | undefined {
  const ns = parseGoDuration(text);
  return ns === undefined ? undefined : formatGoDuration(ns);
}
