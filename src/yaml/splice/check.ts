// Which edits cannot be spliced: what they touch is shared (anchors, aliases, merge keys), tagged, or beyond the first
// document. Judges nodes only; the proof after splicing judges everything else.
import type { FileDocument, FileNode, Pair } from '../../domain/yaml-node.ts';
import { isOld, type Patch } from './patch.ts';
import { lineOf } from './text.ts';

/** Why a file cannot be edited at a place. */
export class UnsafeEdit extends Error {
  /** 1-based. */
  readonly line: number;

  constructor(message: string, line: number) {
    super(message);
    this.name = 'UnsafeEdit';
    this.line = line;
  }
}

export function refuse(document: FileDocument, node: FileNode | undefined, message: string): UnsafeEdit {
  return new UnsafeEdit(message, lineOf(document.text, node?.range?.start ?? 0));
}

/** Throws UnsafeEdit. */
export function checkPatch(document: FileDocument, patch: Patch): void {
  checkOneDocument(document);
  if (document.root) checkNode(document, document.root, patch);
}

function checkOneDocument(document: FileDocument): void {
  const rest = document.root?.range?.end ?? 0;
  const marker = /^(?:---|\.\.\.)(?:\s|$)/m.exec(document.text.slice(rest));
  if (marker)
    throw new UnsafeEdit(
      'the file contains more than one YAML document',
      lineOf(document.text, rest + marker.index + 1),
    );
}

function checkNode(document: FileDocument, node: FileNode, patch: Patch): void {
  if (node.kind === 'alias')
    throw refuse(document, node, `the value is an alias of *${node.name}: editing it would edit the anchor`);
  if (node.anchor !== undefined)
    throw refuse(document, node, `the value has the anchor &${node.anchor}, which other values may refer to`);
  if (patch.kind === 'replace') return checkGone(document, node);
  if (patch.kind === 'list' && node.kind === 'list') return checkList(document, node.items, patch);
  if (patch.kind === 'map' && node.kind === 'map') return checkMap(document, node.pairs, patch);
  throw refuse(document, node, `expected a ${patch.kind} here`);
}

function checkList(
  document: FileDocument,
  items: readonly FileNode[],
  patch: Extract<Patch, { kind: 'list' }>,
): void {
  const kept = new Set<number>();
  for (const step of patch.items) {
    if (!isOld(step)) continue;
    const item = items[step.from];
    if (!item || kept.has(step.from)) throw new RangeError(`no item ${step.from} to keep`);
    kept.add(step.from);
    if (step.patch) checkNode(document, item, step.patch);
  }
  items.forEach((item, i) => {
    if (!kept.has(i)) checkGone(document, item);
  });
}

function checkMap(
  document: FileDocument,
  pairs: readonly Pair[],
  patch: Extract<Patch, { kind: 'map' }>,
): void {
  for (const pair of pairs) {
    if (pair.key.text === '<<') throw refuse(document, pair.key, 'the mapping gets keys from a merge (<<)');
    const step = patch.keys.get(pair.key.text);
    if (!step) continue;
    if (pair.key.anchor !== undefined || pair.key.tag !== undefined)
      throw refuse(document, pair.key, 'the key has an anchor or a tag');
    if (step.kind === 'remove') checkGone(document, pair.value);
    else if (step.kind !== 'rename') checkNode(document, pair.value, step);
    else if (step.patch) checkNode(document, pair.value, step.patch);
  }
}

/** What goes away may hold nothing that others refer to, and no tag that the new value would inherit. */
function checkGone(document: FileDocument, node: FileNode): void {
  if (node.anchor !== undefined)
    throw refuse(document, node, `the value has the anchor &${node.anchor}, which other values may refer to`);
  if (node.tag !== undefined) throw refuse(document, node, `the value has the tag ${node.tag}`);
  if (node.kind === 'list') for (const item of node.items) checkGone(document, item);
  if (node.kind === 'map') for (const pair of node.pairs) checkGone(document, pair.value);
}
