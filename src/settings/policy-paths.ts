// Checks paths of a policy against the catalog: a path that the catalog doesn't know protects nothing. Pure.
import type { Catalog, Field } from '../gateway/catalog/field.ts';
import { formatPath, type Path, type Segment } from '../domain/path.ts';
import { nearest } from '../lib/suggest.ts';

/** Why a path isn't a key of the gateway, with a suggestion. Undefined: it is one. */
export function unknownPath(
  path: Path,
  catalog: Catalog,
): { readonly at: string; readonly meant?: string } | undefined {
  let field: Field | undefined = catalog.root;
  for (const [i, segment] of path.entries()) {
    const next: Field | undefined = below(field, segment, catalog);
    if (!next) return notFound(field, path, i);
    field = next;
  }
  return undefined;
}

/** `*` matches any name: every field with a child is valid, and the first is used to continue. */
function below(field: Field, { name }: Segment, catalog: Catalog): Field | undefined {
  if (name !== null) return catalog.child(field, name);
  return (
    field.item ??
    field.value ??
    [...(field.fields?.values() ?? [])][0] ??
    (field.kind === 'any' ? field : undefined)
  );
}

function notFound(field: Field, path: Path, i: number): { at: string; meant?: string } {
  const at = formatPath(path.slice(0, i + 1));
  const name = path[i]?.name ?? '*';
  const meant = nearest(name, field.fields?.keys() ?? []);
  return meant === undefined ? { at } : { at, meant };
}
