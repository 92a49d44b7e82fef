// The strict validation of every v8 write (C v8 §1.5): flat names, unknown roots, unknown providers, unknown fields, in
// this order. Pure.
import { flatten } from './flatten.ts';
import { refuseMisfits } from './go-decode.ts';
import { Fault } from './groups.ts';
import { modelsFault } from './load.ts';
import { parse } from './normalise.ts';
import { parentOf, paths } from './paths.ts';
import { runtimeCatalog } from './runtime.ts';
import { atPath, expanded, member, type Node, print, removePath } from './tree.ts';

/** Why the gateway refuses a text as v8 configuration with 400; undefined: it accepts it. */
export function strictFault(text: string): string | undefined {
  try {
    check(text);
    return undefined;
  } catch (thrown) {
    if (thrown instanceof Fault) return thrown.message;
    throw thrown;
  }
}

function check(text: string): void {
  const root = expanded(parse(text));
  if (!root) throw new Fault('empty config');
  const flat = flatten(root);
  refuseOldNames(root);
  refuseUnknownRoots(root);
  refuseUnknownProviders(root);
  removePath(flat, 'config-version');
  for (const { now } of paths().leaves) removeEmptySections(flat, now);
  const again = expanded(parse(print(flat))); // Its line numbers are those of the printed tree.
  if (again) refuseMisfits(again, runtimeCatalog().root, 'known');
  const models = modelsFault(flat);
  if (models !== undefined) throw new Fault(models);
}

function refuseOldNames(root: Node): void {
  const { leaves, aliases, aliasSections } = paths();
  for (const { old, now } of [...leaves, ...aliases, ...aliasSections]) {
    if (!atPath(root, old) || (old === 'api-keys' && member(root, old)?.kind === 'map')) continue;
    throw new Fault(`legacy field ${old} is not accepted by v8; use ${now}`);
  }
}

function refuseUnknownRoots(root: Node): void {
  const odd = root.kind === 'map' ? root.pairs.find(({ key }) => !paths().roots.has(key.text)) : undefined;
  if (odd) throw new Fault(`unknown v8 configuration section ${odd.key.text}`);
}

function refuseUnknownProviders(root: Node): void {
  const groups = member(root, 'api-keys');
  const known = new Set(paths().families.map(({ v8 }) => v8));
  const odd =
    groups?.kind === 'map' ? groups.pairs.find(({ key }) => !known.has(`api-keys.${key.text}`)) : undefined;
  if (odd) throw new Fault(`unknown API-key provider ${odd.key.text}`);
}

/** Emptied sections on the path to a leaf that moved away; the user's empty maps stay. */
function removeEmptySections(flat: Node, path: string): void {
  for (let section = parentOf(path); section !== ''; section = parentOf(section)) {
    const value = atPath(flat, section);
    if (value?.kind === 'map' && value.pairs.length === 0) removePath(flat, section);
  }
}
