// The `auth_index` that JSON reads show for keys and groups, and that writes remove again (C v8 §4.8).
import type { Memory } from '../model/model.ts';
import { credentialsOf } from '../v7/credentials.ts';
import { trim } from '../model/rules.ts';
import { layoutTable } from '../layout/table.ts';
import { at, entryOf, isNull, type Mapping, member, type Node, remove, scalar } from './tree.ts';

const NAMES = ['auth_index', 'auth-index'];

/** Removes them from the value of a write: only the root and what is below `api-keys` can have any. */
export function stripIndexes(update: Node, names: readonly string[]): void {
  const [root, family] = names;
  if (root === undefined) stripFamilies(member(update, 'api-keys'));
  else if (root !== 'api-keys') return;
  else if (family === undefined) stripFamilies(update);
  else stripGroups(update);
}

function stripFamilies(families: Node | undefined): void {
  if (families?.kind === 'map') for (const { value } of families.pairs) stripGroups(value);
}

function stripGroups(groups: Node): void {
  const each = groups.kind === 'list' ? groups.items : [groups];
  for (const group of each) {
    const keys = member(group, 'keys');
    for (const node of [group, ...(keys?.kind === 'list' ? keys.items : [])])
      for (const name of NAMES) remove(node, [name]);
  }
}

/** The index found for each entry of a flat list, in its order; openai-compatibility has one per key. */
type Indexes = readonly {
  readonly entry: number;
  readonly key?: number;
  readonly index: string;
  readonly apiKey: string;
  readonly baseUrl: string;
}[];

/** Adds them to the groups of a tree for output; `memory` is what the same text loads as. */
export function addIndexes(root: Node, memory: Memory): void {
  const credentials = credentialsOf(memory);
  for (const { legacy, v8 } of layoutTable().families) {
    const groups = at(root, v8.split('.'));
    if (groups?.kind !== 'list') continue;
    const found = credentials.filter(({ list }) => list === legacy);
    const maps = groups.items.filter((group): group is Mapping => group.kind === 'map');
    if (legacy === 'openai-compatibility') addToRecords(maps, found);
    else addToKeys(maps, legacy, found, memory);
  }
}

function addToRecords(groups: readonly Mapping[], found: Indexes): void {
  const used = groups.filter((group) => textOf(group, 'base-url') !== '');
  used.forEach((group, entry) => {
    const own = found.filter((each) => each.entry === entry);
    const keys = member(group, 'keys');
    const items = keys?.kind === 'list' ? keys.items : [];
    const [first] = own;
    if (items.length === 0 && first?.apiKey === '') put(group, first.index);
    items.forEach((key, i) => {
      const index = own[i]?.index;
      if (index !== undefined) put(key, index);
    });
  });
}

/** Families whose entries the gateway finds again by position; it skips those that it drops itself. */
const BY_POSITION: Readonly<Record<string, (key: Node, group: Node) => 'counts' | 'silent' | 'skipped'>> = {
  'claude-api-key': (key, group) =>
    textOf(key, 'api-key') === '' && textOf(group, 'base-url') === '' ? 'silent' : 'counts',
  'codex-api-key': (_key, group) => (textOf(group, 'base-url') === '' ? 'skipped' : 'counts'),
  'xai-api-key': (_key, group) => (textOf(group, 'base-url') === '' ? 'skipped' : 'counts'),
  'meta-api-key': (key) => (/^$|^dca:/.test(textOf(key, 'api-key')) ? 'skipped' : 'counts'),
};

function addToKeys(groups: readonly Mapping[], legacy: string, found: Indexes, memory: Memory): void {
  const place = BY_POSITION[legacy];
  let position = 0;
  for (const group of groups) {
    const keys = member(group, 'keys');
    for (const key of keys?.kind === 'list' ? keys.items : []) {
      if (key.kind !== 'map') continue;
      const role = place?.(key, group) ?? 'counts';
      if (role === 'skipped') continue;
      const index = place
        ? found.find(({ entry }) => entry === position)?.index
        : sameCredential(key, group, legacy, found, memory);
      position += 1;
      if (index !== undefined && role === 'counts') put(key, index);
    }
  }
}

/** The others are found by their identity, so that duplicates show the one that survived. */
function sameCredential(
  key: Node,
  group: Node,
  legacy: string,
  found: Indexes,
  memory: Memory,
): string | undefined {
  const apiKey = textOf(key, 'api-key');
  const baseUrl = textOf(group, 'base-url');
  const proxy = inherited(key, group, 'proxy-url');
  const prefix = prefixOf(inherited(key, group, 'prefix'));
  const list = memory[legacy];
  return found.find(({ entry, apiKey: a, baseUrl: b }) => {
    if (a !== apiKey || b !== baseUrl) return false;
    if (legacy === 'vertex-api-key') return true;
    const held = Array.isArray(list) ? (list[entry] as Record<string, unknown> | undefined) : undefined; // A list of entries.
    return (
      trim(String(held?.['proxy-url'] ?? '')) === proxy &&
      prefixOf(String(held?.['prefix'] ?? '')) === prefix &&
      headersOf(held?.['headers']) === headersIn(key, group)
    );
  })?.index;
}

function prefixOf(text: string): string {
  const bare = trim(text).replace(/^\/+|\/+$/g, '');
  return bare.includes('/') ? '' : bare;
}

const headersOf = (value: unknown): string =>
  typeof value === 'object' && value !== null
    ? Object.entries(value)
        .map(([name, text]) => `${name}:${String(text)}`)
        .toSorted()
        .join('\n')
    : '';

function headersIn(key: Node, group: Node): string {
  const own = member(key, 'headers');
  const headers = own && !isNull(own) ? own : member(group, 'headers');
  if (headers?.kind !== 'map') return '';
  const pairs = headers.pairs.map(
    ({ key: name, value }) =>
      [trim(name.text), value.kind === 'scalar' && !isNull(value) ? trim(value.text) : ''] as const,
  );
  return headersOf(Object.fromEntries(pairs.filter(([name, text]) => name !== '' && text !== '')));
}

function inherited(key: Node, group: Node, name: string): string {
  const own = member(key, name);
  return own && !isNull(own) ? textOf(key, name) : isNull(member(group, name)) ? '' : textOf(group, name);
}

function textOf(node: Node, name: string): string {
  const value = member(node, name);
  return value?.kind === 'scalar' ? trim(value.text) : '';
}

function put(node: Node, index: string): void {
  if (node.kind !== 'map') return;
  const known = entryOf(node, 'auth_index');
  if (known) known.value = scalar(index, 'double');
  else node.pairs.push({ key: scalar('auth_index'), value: scalar(index, 'double') });
}
