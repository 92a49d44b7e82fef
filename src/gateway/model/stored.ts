// What `PUT /config.yaml` stores for a body, and the trap in it (C v0 §2.3).
import type { FileDocument, FileNode, MapNode, ScalarNode } from '../../domain/yaml-node.ts';
import type { Catalog } from '../catalog/field.ts';
import { parseDocument, printDocument } from '../../yaml/document.ts';
import { keyNode } from './generate.ts';
import { breaksBehind } from '../../yaml/print.ts';
import { load } from './load.ts';
import { type LoadOptions } from './model.ts';
import { isFailure, type LoadFailure } from '../../yaml/failure.ts';

/**
 * The text that the gateway stores: comment lines lose their indentation, and a plaintext secret makes it re-encode
 * the file. The failure is the 400 or 422 of the request. Call `bricks` first: if it is true, the response is 500
 * and the stored text doesn't parse.
 */
export function stored(body: string, catalog: Catalog, options: LoadOptions = {}): string | LoadFailure {
  const sent = parseDocument(body);
  if (isFailure(sent)) return sent as LoadFailure;
  const loaded = load(sent, catalog, options);
  if (!loaded.ok) return loaded;
  const text = dedentComments(body);
  if (!loaded.rewritten) return text;
  const document = parseDocument(text);
  if (isFailure(document)) return text;
  return rehashed(document as FileDocument, secretOf(loaded.memory));
}

function secretOf(memory: { readonly [key: string]: unknown }): string {
  const management = memory['remote-management'];
  const secret =
    typeof management === 'object' && management !== null ? Reflect.get(management, 'secret-key') : '';
  return String(secret);
}

/**
 * The text of a file whose plaintext secret the gateway replaced with `hash` at load (C v0 §1.4): re-encoded in the
 * encoder's layout, but flow collections stay flow.
 */
export function rehashed(document: FileDocument, hash: string): string {
  const { root } = document;
  if (root?.kind !== 'map') return document.text;
  return dedentComments(printDocument(withMember(root, ['remote-management', 'secret-key'], hash)));
}

function withMember(map: MapNode, [name = '', ...rest]: readonly string[], text: string): MapNode {
  const change = (old: FileNode | undefined): FileNode => {
    if (rest.length === 0) return scalar(text, old);
    const inner = old?.kind === 'map' ? old : emptyMap(old);
    return withMember(inner, rest, text);
  };
  const known = map.pairs.some(({ key }) => key.text === name);
  const pairs = map.pairs.map((pair) =>
    pair.key.text === name ? { ...pair, value: change(pair.value) } : pair,
  );
  return { ...map, pairs: known ? pairs : [...pairs, { key: keyNode(name), value: change(undefined) }] };
}

function scalar(text: string, old: FileNode | undefined): ScalarNode {
  const made = keyNode(text);
  return old?.kind === 'scalar' ? { ...made, comments: old.comments, style: old.style } : made;
}

function emptyMap(old: FileNode | undefined): MapNode {
  return { kind: 'map', comments: old?.comments ?? { head: [], foot: [] }, flow: false, pairs: [] };
}

/** Removes the indentation of every line whose first non-blank character is `#`, wherever it is. */
export function dedentComments(text: string): string {
  return text.replace(/^[ \t]+(?=#)/gm, '');
}

/**
 * Whether any write would destroy this file: a block scalar contains a line whose first non-blank character is `#`,
 * and the gateway removes the indentation of such lines. Undefined: no. Otherwise the 1-based line.
 */
export function bricks(text: string): number | undefined {
  const indented = /^[ \t]+#/m;
  if (!indented.test(text)) return undefined;
  const document = parseDocument(text);
  if (isFailure(document)) return undefined;
  return brickIn((document as FileDocument).root, text);
}

function brickIn(node: FileNode | undefined, text: string): number | undefined {
  if (node?.kind === 'list') return firstOf(node.items, text);
  if (node?.kind === 'map')
    return firstOf(
      node.pairs.flatMap(({ key, value }) => [key, value]),
      text,
    );
  if (node?.kind !== 'scalar' || !node.range) return undefined;
  if (node.style !== 'literal' && node.style !== 'folded') return undefined;
  const source = text.slice(node.range.start, node.range.end);
  const found = /\n[ \t]*#/.exec(source);
  return found ? text.slice(0, node.range.start + found.index + 1).split('\n').length : undefined;
}

function firstOf(nodes: readonly FileNode[], text: string): number | undefined {
  for (const node of nodes) {
    const line = brickIn(node, text);
    if (line !== undefined) return line;
  }
  return undefined;
}

/**
 * Whether a file that `save` predicts wouldn't parse: a mapping became empty whose key is followed by a comment,
 * e.g. the last channel of `oauth-model-alias: # mine` was deleted. The gateway stores it anyway. From then on,
 * every field write is 500, and the gateway doesn't start. Undefined: no. Otherwise the name of the key.
 */
export function brokenBySave(root: FileNode | undefined): string | undefined {
  if (root?.kind === 'list') return root.items.map(brokenBySave).find((name) => name !== undefined);
  if (root?.kind !== 'map') return undefined;
  for (const { key, value } of root.pairs) {
    const name = breaksBehind(key.comments, value) ? key.text : brokenBySave(value);
    if (name !== undefined) return name;
  }
  return undefined;
}
