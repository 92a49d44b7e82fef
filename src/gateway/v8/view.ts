// A config.yaml as every v8 request sees it: normalised into the v8 tree, whatever its stored layout (C v8 §4.1).
// Holdfast compares this on a v8 gateway; the caller keeps the raw text next to it. Pure.
import type { Layout } from '../../domain/desired.ts';
import type { FileDocument, FileNode } from '../../domain/yaml-node.ts';
import { memo } from '../../lib/memo.ts';
import { isList, isTree, type Tree, type Value } from '../../lib/value.ts';
import { loadCatalog } from '../catalog/catalog.ts';
import { contentOf } from '../model/decode.ts';
import { parseDocument } from '../../yaml/document.ts';
import { type LoadOptions, type Memory } from '../model/model.ts';
import { resolveScalar } from '../../yaml/resolve.ts';
import { loadV8 } from './load.ts';
import { type MigrationReport, isV8Layout, normalise, parse } from './normalise.ts';
import { expanded } from './tree.ts';
import { isFailure, type LoadFailure } from '../../yaml/failure.ts';

export interface View {
  readonly ok: true;
  /** The normalised text and its nodes. */
  readonly document: FileDocument;
  /** Of the raw text. */
  readonly layout: Layout;
  readonly report: MigrationReport;
  /** What the gateway has in memory after loading it, complete (`Memory` of model.ts, flat spelling). */
  readonly memory: Memory;
  /** It contains a plaintext secret: the gateway replaces it with its hash. */
  readonly rewritten: boolean;
}

/** The last texts, because a plan needs the file before and after it repeatedly. */
const recent: { readonly text: string; readonly view: View | LoadFailure }[] = [];
const KEPT = 4;

/** The failure is that of the load, or the refusal to normalise, with the gateway's message. */
export function viewV8(text: string, options?: LoadOptions): View | LoadFailure {
  const known = options ? undefined : recent.find((one) => one.text === text);
  if (known) return known.view;
  const view = readView(text, options);
  if (!options) recent.unshift({ text, view });
  recent.splice(KEPT);
  return view;
}

function readView(text: string, options: LoadOptions | undefined): View | LoadFailure {
  const normalised = normalise(text);
  if (!normalised.ok) return { ok: false, stage: 'decode', message: normalised.refused };
  const loaded = loadV8(text, options);
  if (!loaded.ok) return loaded;
  const parsed = parseDocument(normalised.text);
  if (isFailure(parsed)) return parsed as LoadFailure;
  return {
    ok: true,
    document: parsed as FileDocument,
    layout: /^config-version:/m.test(text) || isV8Layout(expanded(parse(text))) ? 'v8' : 'legacy',
    report: normalised.report,
    memory: loaded.memory,
    rewritten: loaded.rewritten,
  };
}

/**
 * Content of a normalised document. Nulls in groups and keys, which mean inheritance, are part of it (C v8 §4.4).
 * Cached.
 */
export const contentOfTree: (document: FileDocument) => Tree = memo(readContent);

function readContent(document: FileDocument): Tree {
  const content = contentOf(document, loadCatalog('v8'));
  const groups = content['api-keys'];
  const node = member(document.root, 'api-keys');
  return isTree(groups) && node ? { ...content, 'api-keys': withNulls(groups, node) } : content;
}

function member(node: FileNode | undefined, name: string): FileNode | undefined {
  return node?.kind === 'map' ? node.pairs.find(({ key }) => key.text === name)?.value : undefined;
}

/** The same value if there is no null in it. */
function withNulls(value: Value, node: FileNode): Value {
  if (isList(value) && node.kind === 'list' && value.length === node.items.length) {
    const made = value.map((item, i) => withNulls(item, node.items[i] as FileNode));
    return made.every((item, i) => item === value[i]) ? value : made;
  }
  if (!isTree(value) || node.kind !== 'map') return value;
  let made: Record<string, Value> | undefined;
  for (const { key, value: below } of node.pairs) {
    const known = value[key.text];
    const held = known === undefined ? nullIn(below) : withNulls(known, below);
    if (held !== known) (made ??= { ...value })[key.text] = held as Value; // Held, so it is there.
  }
  return made ?? value;
}

const nullIn = (node: FileNode): null | undefined =>
  node.kind === 'scalar' && resolveScalar(node)?.type === 'null' ? null : undefined;

/** Content of the tree in YAML spelling; a plaintext secret as the hash that the gateway stores for it. */
export function contentInView({
  document,
  memory,
  rewritten,
}: Pick<View, 'document' | 'memory' | 'rewritten'>): Tree {
  const content = contentOfTree(document);
  const { management } = content;
  const held = memory['remote-management'];
  if (!rewritten || !isTree(management) || !isTree(held)) return content;
  return { ...content, management: { ...management, 'secret-key': held['secret-key'] ?? '' } };
}
