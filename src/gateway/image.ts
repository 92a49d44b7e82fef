// The image of a v7 gateway that differences and guards use: what memory shows, plus what only the file shows. Pure.
import type { Catalog, Field } from './catalog/field.ts';
import { isTree, type Tree, treeOf, type Value } from '../lib/value.ts';

/**
 * The image that differences and guards use: the memory view, plus what the JSON hides (`visible: yaml`) from the
 * content of the file. Unknown keys of the file are kept where the memory view doesn't decide: at the top level and
 * in plain mappings, never inside list entries.
 */
export function imageOf(memoryView: Tree, fileContent: Tree, catalog: Catalog): Tree {
  return imageAt(catalog.root, memoryView, fileContent);
}

function imageAt(field: Field, view: Tree, content: Tree): Tree {
  const image: Record<string, Value> = { ...view };
  for (const [name, filed] of Object.entries(content)) {
    const inner = field.kind === 'map' ? field.value : field.fields?.get(name);
    const shown = view[name];
    if (!inner || inner.visible !== 'json') {
      if (filed !== null) image[name] = overlaid(inner, shown, filed);
    } else if (isTree(filed) && inner.kind !== 'any' && (isTree(shown) || hidesBelow(inner)))
      image[name] = imageAt(inner, treeOf(shown), filed);
    else if (isListOfHidden(inner, shown, filed)) image[name] = entriesOf(inner, shown, filed);
    else if (shown === undefined && inner.kind === 'any' && filed !== null && hidesBelow(inner))
      image[name] = filed;
  }
  return image;
}

/** A value that only the file shows; parts that memory shows take precedence. */
function overlaid(field: Field | undefined, shown: Value | undefined, filed: Value): Value {
  if (!isTree(shown) || !isTree(filed))
    return shown !== undefined && field?.visible === 'json' ? shown : filed;
  return { ...filed, ...shown };
}

export function hidesBelow(field: Field): boolean {
  if (field.visible !== 'json') return true;
  if (field.value && hidesBelow(field.value)) return true;
  if (field.item && hidesBelow(field.item)) return true;
  return [...(field.fields?.values() ?? [])].some(hidesBelow);
}

function isListOfHidden(field: Field, shown: Value | undefined, filed: Value): shown is readonly Value[] {
  return (
    Array.isArray(shown) &&
    Array.isArray(filed) &&
    shown.length === filed.length &&
    field.item !== undefined &&
    field.item.kind === 'struct' &&
    [...(field.item.fields?.values() ?? [])].some((member) => member.visible !== 'json')
  );
}

/**
 * Entries with members that the JSON hides (the credentials of ICE servers). No loader drops any, so positions
 * match.
 */
function entriesOf(field: Field, shown: readonly Value[], filed: Value): readonly Value[] {
  return shown.map((entry, i) => {
    const beside = (filed as readonly Value[])[i];
    if (!isTree(entry) || !isTree(beside)) return entry;
    const hidden = [...(field.item?.fields ?? [])].flatMap(([name, member]) =>
      member.visible !== 'json' && beside[name] !== undefined && beside[name] !== null
        ? [[name, beside[name]] as const]
        : [],
    );
    return hidden.length === 0 ? entry : { ...entry, ...Object.fromEntries(hidden) };
  });
}
