// What an image of a gateway offers to the world: who may call it, which upstreams it has, which models they serve.
// Reads images only; says nothing about whether it is good.
import { usableKeys } from '../gateway/client-keys.ts';
import { translate } from '../gateway/layout/translate.ts';
import { isList, isTree, type Tree, type Value } from '../nouns/value.ts';

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

const flats = new WeakMap<Tree, Tree>();

/** The image in the flat layout. One of v8 has its `config-version`, which the gateway keeps in every file. */
export function flatImage(image: Tree): Tree {
  if (image['config-version'] === undefined) return image;
  const known = flats.get(image);
  if (known) return known;
  const { tree } = translate(image, 'v8', 'legacy');
  flats.set(image, tree);
  return tree;
}

/** Keys that the running gateway would accept: trimmed, without blanks, each once (C v0 §3.2). */
export function clientKeys(image: Tree): ReadonlySet<string> {
  return usableKeys(keysOf(image));
}

/** Read for itself: the rest of a large image need not be translated for it. */
function keysOf(image: Tree): Value | undefined {
  if (image['config-version'] === undefined) return image['api-keys'];
  return isTree(image['access']) ? image['access']['api-keys'] : undefined;
}

/** Without a usable key the gateway asks nobody for one (C v0 §3.2). */
export function isOpen(image: Tree): boolean {
  return clientKeys(image).size === 0;
}

export function entriesOf(image: Tree, family: string): readonly Tree[] {
  return listOf(flatImage(image)[family]).filter(isTree);
}

/** Switched off by `disabled`, or by the panel's `*` in its excluded models (C v0 §3.6). */
export function isDisabled(entry: Tree): boolean {
  return entry['disabled'] === true || listOf(entry['excluded-models']).includes('*');
}

/** Names under which clients ask for the models that an entry lists; what it serves besides is not in the file. */
export function modelsOf(entry: Tree): readonly string[] {
  return listOf(entry['models']).flatMap((model) => {
    if (!isTree(model)) return [];
    const name = textOf(model['alias']) || textOf(model['name']);
    return name === '' ? [] : [name];
  });
}

/** Every listed model with the number of upstreams that serve it. */
export function servedModels(image: Tree): ReadonlyMap<string, number> {
  const served = new Map<string, number>();
  for (const family of FAMILIES)
    for (const entry of entriesOf(image, family))
      if (!isDisabled(entry))
        for (const name of new Set(modelsOf(entry))) served.set(name, (served.get(name) ?? 0) + 1);
  return served;
}

/** In the order in which they were listed. */
export function noLongerServed(before: Tree, after: Tree): readonly string[] {
  const left = servedModels(after);
  return [...servedModels(before).keys()].filter((name) => !left.has(name));
}

function listOf(value: Value | undefined): readonly Value[] {
  return isList(value) ? value : [];
}

function textOf(value: Value | undefined): string {
  return typeof value === 'string' ? value.trim() : '';
}
