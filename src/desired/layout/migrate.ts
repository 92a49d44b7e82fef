// Converts a desired-state file from one layout to the other, and keeps comments and order as far as they make sense
// there. References stay references. Text in, text out.
import { isFlat } from '../../gateway/layout/layouts.ts';
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  parseDocument,
  visit,
  type YAMLMap,
} from 'yaml';
import { compareFamilies } from '../../gateway/layout/effective.ts';
import { loadCatalog } from '../../gateway/catalog/catalog.ts';
import { rewrite, type RewriteOptions } from '../../gateway/layout/rewrite.ts';
import { layoutTable } from '../../gateway/layout/table.ts';
import { unsupportedBy } from '../../gateway/layout/support.ts';
import { NEWEST_SUPPORTED_V7 } from '../../gateway/observe/supported-versions.ts';
import { translate } from '../../gateway/layout/translate.ts';
import type { Layout } from '../../domain/desired.ts';
import { leavesOf } from '../../domain/leaves.ts';
import { formatPath, stepsOfPointer } from '../../domain/path.ts';
import { type Problem, problem } from '../../domain/problem/problem.ts';
import { canonicalJson } from '../../lib/stable-json.ts';
import { isTree, type Tree, type Value, valueAt } from '../../lib/value.ts';
import { type LocatedMap, pathTo, valueOf } from '../../yaml/located.ts';
import { positionOf } from '../../input/schema-problems.ts';
import { readYaml } from '../../yaml/strict.ts';
import { ALL_LAYOUTS, inLayout, layoutOf } from './layout.ts';
import { isEncrypted } from '../../input/sops.ts';
import { type Leafage, YAML_ADAPTER } from './yaml-adapter.ts';

export interface Migrated {
  /** The same text if nothing has to change. Undefined: it can't be migrated, and the problems say why. */
  readonly text?: string;
  readonly problems: readonly Problem[];
}

/** `file` is the name of the file in positions; `partial`: it is an overlay. */
export function migrateText(text: string, file: string, to: Layout, options: RewriteOptions = {}): Migrated {
  const read = readYaml(text, file);
  if (!read.root) return read.problems.length > 0 ? { problems: read.problems } : { text, problems: [] };
  const { layout: from, problem: mistaken } = layoutOf(read.root, ALL_LAYOUTS);
  if (mistaken) return { problems: [mistaken] };
  if (from === undefined) return { text, problems: [] };
  const { problems } = inLayout(read.root, from, to);
  const errors = [...problems, ...(from === to ? [] : notOfV7(read.root, to))].filter(
    ({ severity }) => severity === 'error',
  );
  if (errors.length > 0) return { problems: errors };
  if (from === to && problems.length === 0) return { text, problems: [] };
  if (isEncrypted(read.root)) return { problems: [encrypted(file)] };
  return { text: rewritten(text, from, to, options), problems: [] };
}

/** Files in the flat layout are for v7 gateways, which lack many keys of v8. */
function notOfV7(root: LocatedMap, to: Layout): readonly Problem[] {
  if (!isFlat(to)) return [];
  const tree = valueOf(inLayout(root, 'v8', 'v8').root) as Tree;
  const strange = unsupportedBy(tree, 'v8', NEWEST_SUPPORTED_V7).filter(({ needs }) => needs !== undefined);
  return strange.map(({ pointer, needs }) => {
    const steps = stepsOfPointer(pointer);
    const path = formatPath(pathTo(root, steps));
    return problem(
      'HF2047',
      `\`${path}\` can't be expressed in the flat layout: it was added with ${needs}`,
      {
        position: positionOf(root, steps),
        path,
        remedy: 'Remove it, or keep the files in the v8 layout.',
      },
    );
  });
}

function encrypted(file: string): Problem {
  return problem('HF2047', `${file} is encrypted, and its signature wouldn't match a rewritten file`, {
    position: { file, line: 1, column: 1 },
    remedy: 'Decrypt the file with `sops -d`, migrate the plain file, and encrypt it again.',
  });
}

function rewritten(text: string, from: Layout, to: Layout, options: RewriteOptions): string {
  const document = parseDocument(text, { version: '1.2', merge: false });
  expand(document);
  const root = document.contents;
  if (!isMap(root)) throw new Error('strict reading lets only mappings through');
  const isAiry = root.items.some(({ key }, i) => i > 0 && isScalar(key) && key.spaceBefore === true);
  partHead(document, root);
  const { root: made } = rewrite<Leafage>({ value: root }, YAML_ADAPTER, from, to, options);
  const whole = made.value as YAMLMap; // a rewritten mapping is one
  if (!isFlat(to)) shareGroups(whole);
  setApart(whole, isAiry);
  document.contents = whole as typeof document.contents;
  const printed = document.toString({ lineWidth: 0, indent: indentOf(text), indentSeq: indentsLists(text) });
  const eol = text.includes('\r\n') ? printed.replaceAll('\n', '\r\n') : printed;
  return eol.replace(/(\$schema=\S*?)(?:legacy|v8)(\.schema\.json)/, `$1${to}$2`);
}

/** Comments about the file stay at its head; comments about its first key move with that key. */
function partHead(document: Document, root: YAMLMap): void {
  const key = root.items[0]?.key;
  if (!isScalar(key)) return;
  const head = [root.commentBefore ?? '', key.commentBefore ?? ''].filter((text) => text !== '').join('\n');
  const at = head.lastIndexOf('\n\n');
  const [file, first] = at < 0 ? ['', head] : [head.slice(0, at), head.slice(at + 2)];
  const lines = first.split('\n');
  const ofFile = [document.commentBefore ?? '', file, ...lines.filter(isModeline)];
  const comments = ofFile.filter((text) => text !== '');
  delete root.commentBefore;
  if (comments.length > 0) document.commentBefore = comments.join('\n');
  key.commentBefore = lines.filter((line) => line !== '' && !isModeline(line)).join('\n');
}

const isModeline = (line: string): boolean => line.includes('yaml-language-server');

/** A blank line between the sections if there were some before. */
function setApart(root: YAMLMap, isAiry: boolean): void {
  for (const [i, { key }] of root.items.entries()) if (isScalar(key)) key.spaceBefore = isAiry && i > 0;
}

/** Anchors could end up after their aliases, so every alias is expanded. */
function expand(document: Document): void {
  visit(document, {
    Alias: (_, alias) => {
      const source = alias.resolve(document)?.clone() as Node | undefined;
      if (source && 'anchor' in source) delete source.anchor;
      return source;
    },
  });
  visit(document, {
    Map: (_, map) => {
      for (let at = map.items.findIndex(isMerge); at >= 0; at = map.items.findIndex(isMerge)) merge(map, at);
    },
  });
  visit(document, {
    Node: (_, node) => {
      if (!isAlias(node)) delete node.anchor;
    },
  });
}

function isMerge({ key }: { readonly key: unknown }): boolean {
  return isScalar(key) && key.value === '<<' && key.type === 'PLAIN';
}

/** The earliest of several sources wins; the map's own values override all. */
function merge(map: YAMLMap, at: number): void {
  const [pair] = map.items.splice(at, 1);
  const sources = isSeq(pair?.value) ? pair.value.items : [pair?.value];
  for (const source of sources)
    if (isMap(source))
      for (const item of source.items) if (!map.has(item.key)) map.items.push(item.clone() as typeof item);
}

/** Neighbors that differ only in their keys become one group, because that is the purpose of groups. */
function shareGroups(root: YAMLMap): void {
  const families = root.get('api-keys');
  if (!isMap(families)) return;
  for (const { v8, form } of layoutTable().families) {
    const groups = families.get(v8.split('.')[1] ?? '');
    if (form === 'groups' && isSeq(groups)) groups.items = shared(groups.items as Node[]);
  }
}

function shared(groups: readonly Node[]): Node[] {
  const made: Node[] = [];
  for (const group of groups) {
    const last = made.at(-1);
    const keys = isMap(group) ? group.get('keys') : undefined;
    const before = isMap(last) ? last.get('keys') : undefined;
    const joins =
      isSeq(keys) && isSeq(before) && !group.commentBefore && commonText(group) === commonText(last);
    if (joins) before.items.push(...keys.items);
    else made.push(group);
  }
  return made;
}

function commonText(group: Node | undefined): string {
  const value: unknown = isMap(group) ? group.toJSON() : undefined;
  if (!isTree(value as Value)) return '';
  const { keys: _, ...common } = value as Tree;
  return canonicalJson(common);
}

function indentOf(text: string): number {
  return /^( +)\S/m.exec(text.replaceAll(/^ *(?:#.*|- .*)$/gm, ''))?.[1]?.length ?? 2;
}

function indentsLists(text: string): boolean {
  return !/^[^\s#-][^\n]*:[ \t]*\r?\n- /m.test(text);
}

/** Where two declared trees have different meanings, as paths in the v8 layout. Grouping and names are irrelevant. */
export function differencesInMeaning(
  a: { readonly tree: Tree; readonly layout: Layout },
  b: { readonly tree: Tree; readonly layout: Layout },
): readonly string[] {
  const catalog = loadCatalog('v8');
  const [left, right] = [inV8(a), inV8(b)];
  const families = layoutTable().families.filter(({ v8 }) => {
    const [one, other] = [left, right].map((tree) => valueAt(tree, v8.split('.')));
    const { sameOrder } = compareFamilies(catalog, v8, one, other);
    const oneIsSilent = (one === undefined) !== (other === undefined);
    return !sameOrder || oneIsSilent;
  });
  return [...families.map(({ v8 }) => v8), ...otherDifferences(left, right)];
}

function inV8({ tree, layout }: { readonly tree: Tree; readonly layout: Layout }): Tree {
  return translate(tree, layout, 'v8').tree;
}

function otherDifferences(left: Tree, right: Tree): readonly string[] {
  const [one, other] = [left, right].map((tree) => leavesOf(withoutCredentials(tree)));
  const paths = new Set([...(one?.keys() ?? []), ...(other?.keys() ?? [])]);
  const text = (value: Value | undefined): string => (value === undefined ? '' : canonicalJson(value));
  return [...paths].filter((path) => text(one?.get(path)) !== text(other?.get(path)));
}

function withoutCredentials(tree: Tree): Tree {
  const { 'api-keys': _, 'config-version': __, ...rest } = tree;
  return rest;
}
