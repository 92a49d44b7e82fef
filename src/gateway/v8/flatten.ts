// Converts a document of either layout, or of both, to the flat layout that the gateway decodes (C v8 §3, §4.6),
// with the checks on the way. Throws a Fault with the gateway's message.
import {
  atPath,
  copySections,
  copyWithComments,
  isNull,
  member,
  type Node,
  remove,
  removePath,
  scalar,
  set,
  setWithComments,
  toEmptyMap,
} from './tree.ts';
import { refuseDuplicates } from './go-decode.ts';
import { entriesOf, Fault } from './groups.ts';
import { isWithin, type Move, paths } from './paths.ts';
import { oldBoolean, resolveScalar } from '../../yaml/resolve.ts';

/** The flat tree of a document; doesn't change the given tree. */
export function flatten(root: Node): Node {
  if (root.kind !== 'map') throw new Fault('config must be a mapping');
  refuseDuplicates(root);
  const source = copySections(root);
  resolvePrivateIps(source, true);
  checkContainers(source);
  const flat = copySections(source);
  foldAliases(flat);
  checkVersion(flat);
  if (member(flat, 'api-keys')?.kind === 'map') removePath(flat, 'api-keys');
  for (const { old, now } of paths().leaves) {
    if (!atPath(flat, now)) continue;
    const value = copyWithComments(flat, now);
    removePath(flat, now);
    setWithComments(flat, old, value);
  }
  for (const family of paths().families) {
    const groups = atPath(source, family.v8);
    if (groups) set(flat, family.legacy, entriesOf(groups, family));
  }
  return flat;
}

function checkContainers(root: Node): void {
  const { leaves, aliases } = paths();
  for (const { now } of [...leaves, ...aliases]) {
    const names = now.split('.');
    let node: Node | undefined = root;
    for (let i = 1; i < names.length; i += 1) {
      node = member(node, names[i - 1] ?? '');
      if (!node) break;
      // Routing exists in both layouts; in the flat one, null means defaults.
      if (i === 1 && names[0] === 'routing' && isNull(node)) break;
      if (node.kind !== 'map') throw new Fault(`${names.slice(0, i).join('.')} must be a mapping`);
    }
  }
}

/** Moves historical spellings to their canonical paths, which take precedence if present. */
function foldAliases(root: Node): void {
  const { aliases, aliasSections } = paths();
  for (const { old, now } of aliases) {
    if (!atPath(root, old)) continue;
    if (!atPath(root, now)) setWithComments(root, now, copyWithComments(root, old));
    removePath(root, old);
  }
  for (const move of aliasSections) foldSection(root, move);
}

function foldSection(root: Node, { old, now }: Move): void {
  const value = atPath(root, old);
  if (!value) return;
  if (!isNull(value) && value.kind !== 'map') throw new Fault(`${old} must be a mapping`);
  if (value.kind === 'map' && value.pairs.length > 0) return;
  if (!atPath(root, now)) {
    const made = copyWithComments(root, old);
    toEmptyMap(made);
    setWithComments(root, now, made);
  }
  removePath(root, old);
}

function checkVersion(root: Node): void {
  const version = member(root, 'config-version');
  if (!version) return;
  const isEight = version.kind === 'scalar' && version.text === '8' && resolveScalar(version)?.type === 'int';
  if (!isEight) throw new Fault('unsupported config-version (expected 8)');
}

const ALLOW = 'codex.live-media-relay.allow-private-remote-ips';
const DISABLE = 'codex.live-media-relay.disable-private-remote-ips';

/**
 * The deprecated flag is the opposite of the current one, which takes precedence at either path. True: something
 * changed.
 */
export function resolvePrivateIps(root: Node, migrate: boolean): boolean {
  const value = atPath(root, ALLOW);
  if (!value) return false;
  if (atPath(root, `oauth.providers.${DISABLE}`)) return removePath(root, ALLOW);
  if (!migrate || atPath(root, DISABLE)) return false;
  const allowed = value.kind === 'scalar' ? booleanOf(value) : undefined;
  if (allowed === undefined && !isNull(value)) throw new Fault(`decode ${ALLOW}: yaml: unmarshal errors`);
  set(root, DISABLE, scalar(String(!(allowed ?? false))));
  removePath(root, ALLOW);
  return true;
}

function booleanOf(node: Extract<Node, { kind: 'scalar' }>): boolean | undefined {
  const resolved = resolveScalar(node);
  if (resolved?.type === 'bool') return resolved.value;
  return resolved?.type === 'str' ? oldBoolean(resolved.value) : undefined;
}

/**
 * Moves the canonical fields of a historical path into that path, so that the request acts on what it names (C v8
 * §4.7). Moves, not copies: a PUT of the subtree replaces them.
 */
export function projectAliases(root: Node, path: string): void {
  if (path === '') return;
  const { aliases, aliasSections } = paths();
  for (const { old, now } of [...aliases, ...aliasSections]) {
    if (!isWithin(old, path) && !isWithin(path, old)) continue;
    const value = atPath(root, now);
    if (!value || (value.kind === 'map' && value.pairs.length > 0)) continue;
    setWithComments(root, old, copyWithComments(root, now));
    removePath(root, now);
  }
}

/**
 * The reverse, for a whole document or a body of a request; unknown fields stay in place. A section that isn't a
 * mapping stays too: the load refuses it with 422 (C v8 §4.4).
 */
export function normaliseAliases(root: Node): void {
  refuseDuplicates(root);
  const { aliases, aliasSections } = paths();
  for (const { old } of aliasSections) nullLeaves(root, old);
  for (const { old, now } of aliases) {
    if (!atPath(root, old)) continue;
    if (!atPath(root, now)) setWithComments(root, now, copyWithComments(root, old));
    removePath(root, old);
  }
  for (const { old, now } of aliasSections) {
    const value = atPath(root, old);
    if (!value || (!isNull(value) && (value.kind !== 'map' || value.pairs.length > 0))) continue;
    if (!atPath(root, now)) {
      setWithComments(root, now, copyWithComments(root, old));
      toEmptyMap(atPath(root, now) as Node); // It has just been set.
    }
    removePath(root, old);
  }
}

/** A historical container that is null resets its fields: null for each leaf of it (C v8 §4.4). */
function nullLeaves(root: Node, container: string): void {
  const value = atPath(root, container);
  if (!isNull(value)) return;
  const made = copyWithComments(root, container);
  for (const { old, now } of paths().aliases) {
    if (!isWithin(old, container) || atPath(root, now)) continue;
    setWithComments(root, now, made);
    made.comments = { ...made.comments, head: [] };
  }
  remove(root, container.split('.'));
}
