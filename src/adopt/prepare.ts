// Makes the gateway's file editable: one document, nothing shared between paths, no keys without a value. Its
// meaning for the gateway stays the same.
import type { Catalog, Field } from '../gateway/catalog/field.ts';
import { parseDocument } from '../yaml/document.ts';
import { resolveScalar } from '../yaml/resolve.ts';
import type { Dialect } from '../gateway/dialect.ts';
import type { FileDocument, FileNode, MapNode, Pair } from '../domain/yaml-node.ts';
import { fail, type Problem, problem } from '../domain/problem/problem.ts';
import type { Tree, Value } from '../lib/value.ts';
import { splice } from '../yaml/splice/splice.ts';
import type { ItemStep, KeyStep, Patch } from '../yaml/splice/patch.ts';
import { renderPair, styleOf } from '../yaml/splice/render.ts';
import { replaceIn, valueLineEnd } from '../yaml/splice/text.ts';
import { isFailure, NON_STRING_KEY } from '../yaml/failure.ts';

export interface Prepared {
  readonly document: FileDocument;
  /** What was lost in the process. */
  readonly notes: readonly Problem[];
}

/** Throws HF2072 for a file that the gateway couldn't load. */
export function prepare(document: FileDocument, dialect: Dialect): Prepared {
  const { catalog } = dialect;
  const single = reparsed(document, firstDocument(document));
  const content = dialect.content(single);
  const { root } = single;
  if (root?.kind !== 'map') throw fail('HF2072', "the gateway's file doesn't contain a mapping");
  if (isShared(root))
    return withoutNulls(parsed(printed(content)), content, catalog, [lostComments('the file')]);
  const shared = root.pairs.filter((pair) => holdsShared(pair.value) || pair.key.tag !== undefined);
  const notes = shared.map(({ key }) => lostComments(`\`${key.text}\``));
  return withoutNulls(reparsed(single, rewritten(single, shared, content)), content, catalog, notes);
}

/** The text parsed again. What was built here always parses; anything else is a bug. */
export function parsed(text: string): FileDocument {
  const document = parseDocument(text);
  if (isFailure(document)) throw fail('HF2072', `the gateway's file can't be parsed: ${document.message}`);
  return document;
}

/** With another text. Parsing dominates the time of a large file, so the same text isn't parsed again. */
export function reparsed(document: FileDocument, text: string): FileDocument {
  return text === document.text ? document : parsed(text);
}

/** A file with this content, without comments. */
export function printed(content: Tree): string {
  const style = { ...styleOf({ text: '', root: undefined }), quote: 'plain' as const };
  return Object.entries(content)
    .flatMap(([name, value]) => renderPair(name, value, 0, style))
    .map((line) => `${line}\n`)
    .join('');
}

/** Rewrites these pairs of the root; everything around them stays. */
export function rewritten(document: FileDocument, pairs: readonly Pair[], content: Tree): string {
  const style = styleOf(document);
  const text = document.text.endsWith('\n') ? document.text : `${document.text}${style.eol}`;
  const pieces = pairs.map(({ key, value }) => {
    const start = key.range?.start ?? 0;
    const end = valueLineEnd(text, value.range?.start ?? start, value.range?.end ?? start);
    const lines = Object.hasOwn(content, key.text)
      ? renderPair(key.text, content[key.text] as Value, 0, style)
      : [];
    return { start, end, text: lines.map((line) => line + style.eol).join('') };
  });
  return replaceIn(text, 0, text.length, pieces);
}

export function lostComments(where: string): Problem {
  return problem('HF2070', `${where} was rewritten, which removed its comments and formatting`, {
    severity: 'warning',
    remedy: "You don't need to do anything. You can add the comments again.",
  });
}

/** The gateway reads no further (C v0 §2.3). */
function firstDocument({ text, root }: FileDocument): string {
  const end = root?.range?.end ?? 0;
  const marker = /^(?:---|\.\.\.)(?:\s|$)/m.exec(text.slice(end));
  return marker ? text.slice(0, end + marker.index) : text;
}

const isShared = (root: MapNode): boolean =>
  root.flow ||
  root.anchor !== undefined ||
  root.tag !== undefined ||
  root.pairs.some(({ key }) => isAwkward(key.text, key));

const isAwkward = (text: string, { anchor }: FileNode & { readonly anchor?: string }): boolean =>
  text === '<<' || anchor !== undefined;

/** Anchors, aliases, merges and tags can't be edited in place. */
function holdsShared(node: FileNode): boolean {
  if (node.kind === 'alias' || node.anchor !== undefined || node.tag !== undefined) return true;
  if (node.kind === 'list') return node.items.some(holdsShared);
  if (node.kind === 'scalar') return false;
  return node.pairs.some(
    ({ key, value }) =>
      key.text === '<<' || key.anchor !== undefined || key.tag !== undefined || holdsShared(value),
  );
}

// ── keys without a value ─────────────────────────────────────────────────────────────────────────────────────────

function withoutNulls(
  document: FileDocument,
  content: Tree,
  catalog: Catalog,
  notes: readonly Problem[],
): Prepared {
  const patch = document.root && nullsIn(document.root, catalog.root, catalog);
  if (!patch || patch.kind === 'remove') return { document, notes };
  const spliced = splice(document, patch as Patch);
  return spliced.ok
    ? { document: parsed(spliced.value.text), notes }
    : { document: parsed(printed(content)), notes: [...notes, lostComments('the file')] };
}

/**
 * To the gateway, a key without a value is absent, or empty in a map of texts. Free-form settings can contain null,
 * and a null key of a v8 group inherits.
 */
function nullsIn(node: FileNode, field: Field | undefined, catalog: Catalog): KeyStep | undefined {
  if (node.kind === 'map') return nullsInMap(node.pairs, field, catalog);
  if (node.kind === 'list') return nullsInList(node.items, field, catalog);
  const isNull = node.kind === 'scalar' && resolveScalar(node)?.type === 'null';
  return isNull && field?.kind !== 'any' && field?.inherits !== true ? { kind: 'remove' } : undefined;
}

function nullsInMap(pairs: readonly Pair[], field: Field | undefined, catalog: Catalog): KeyStep | undefined {
  const keys = new Map<string, KeyStep>();
  for (const { key, value } of pairs) {
    const step = nullsIn(value, field && catalog.child(field, key.text), catalog);
    const isText = field?.kind === 'map' && field.value?.kind === 'string';
    if (step) keys.set(key.text, step.kind === 'remove' && isText ? { kind: 'replace', value: '' } : step);
  }
  return keys.size > 0 ? { kind: 'map', keys } : undefined;
}

function nullsInList(
  items: readonly FileNode[],
  field: Field | undefined,
  catalog: Catalog,
): KeyStep | undefined {
  const inner = field && catalog.child(field, '[]');
  const steps: ItemStep[] = [];
  let changed = false;
  items.forEach((item, from) => {
    const step = nullsIn(item, inner, catalog);
    changed ||= step !== undefined;
    if (step === undefined) steps.push({ from });
    else if (step.kind === 'map' || step.kind === 'list') steps.push({ from, patch: step });
  });
  return changed ? { kind: 'list', items: steps } : undefined;
}

/** Whether a mapping in it has a key that isn't text, which no desired state can express. */
export function hasForeignKey(value: Value): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some(hasForeignKey);
  return Object.entries(value).some(
    ([name, member]: [string, Value]) => name.startsWith(NON_STRING_KEY) || hasForeignKey(member),
  );
}
