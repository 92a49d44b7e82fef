// What a gateway with this image offers: who can call it, which upstreams it has, which models they serve. Reads
// images only and doesn't judge them.
import { usableKeys } from '../../gateway/observe/client-keys.ts';
import { effectiveEntries } from '../../gateway/layout/effective.ts';
import { layoutTable } from '../../gateway/layout/table.ts';
import { isTree, listOf, type Tree, type Value } from '../../lib/value.ts';

/** Provider lists of the configuration (C v0 §3.3). */
export const FAMILIES = [
  'gemini-api-key',
  'interactions-api-key',
  'codex-api-key',
  'xai-api-key',
  'claude-api-key',
  'openai-compatibility',
  'vertex-api-key',
  'meta-api-key',
] as const;

/** Keys that the running gateway accepts: trimmed, without blanks, each once (C v0 §3.2). */
export function clientKeys(image: Tree): ReadonlySet<string> {
  return usableKeys(keysOf(image));
}

/** Read separately, so that the rest of a large image isn't translated for it. */
function keysOf(image: Tree): Value | undefined {
  if (!isOfV8(image)) return image['api-keys'];
  return isTree(image['access']) ? image['access']['api-keys'] : undefined;
}

/** Without a usable key, the gateway doesn't require one (C v0 §3.2). */
export function isOpen(image: Tree): boolean {
  return clientKeys(image).size === 0;
}

/** In the flat spelling, with inherited values. */
export function entriesOf(image: Tree, name: string): readonly Tree[] {
  if (!isOfV8(image)) return listOf(image[name]).filter(isTree);
  const family = layoutTable().families.find(({ legacy }) => legacy === name);
  const [root = '', provider = ''] = family?.v8.split('.') ?? [];
  const families = image[root];
  const groups = isTree(families) ? listOf(families[provider]) : [];
  return family ? effectiveEntries(groups, family).map(({ entry }) => entry) : [];
}

/** The gateway keeps it in every v8 file. */
const isOfV8 = (image: Tree): boolean => image['config-version'] !== undefined;

/** Turned off by `disabled`, or by the panel's `*` in its excluded models (C v0 §3.6). */
export function isDisabled(entry: Tree): boolean {
  return entry['disabled'] === true || listOf(entry['excluded-models']).includes('*');
}

/**
 * Names under which clients request the models that an entry lists. The file doesn't show other models that it
 * serves.
 */
export function modelsOf(entry: Tree): readonly string[] {
  return listOf(entry['models']).flatMap((model) => {
    if (!isTree(model)) return [];
    const name = textOf(model['alias']) || textOf(model['name']);
    return name === '' ? [] : [name];
  });
}

/** Every listed model with the number of upstreams that serve it. */
export function exposedModels(image: Tree): ReadonlyMap<string, number> {
  const served = new Map<string, number>();
  for (const family of FAMILIES)
    for (const entry of entriesOf(image, family))
      if (!isDisabled(entry))
        for (const name of new Set(modelsOf(entry))) served.set(name, (served.get(name) ?? 0) + 1);
  return served;
}

/** In the order of the lists. */
export function noLongerExposed(before: Tree, after: Tree): readonly string[] {
  const left = exposedModels(after);
  return [...exposedModels(before).keys()].filter((name) => !left.has(name));
}

function textOf(value: Value | undefined): string {
  return typeof value === 'string' ? value.trim() : '';
}
