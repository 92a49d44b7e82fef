// Where a target says otherwise than a base that it shares with other targets: in its own files, above the base.
import type { LayerFile } from '../../desired/layers.ts';
import { layoutOf } from '../../desired/layout/layout.ts';
import type { Catalog } from '../../gateway/catalog/field.ts';
import { fileFor, type SourceTree } from './source-tree.ts';

export interface Override {
  /** Paths of the files that other targets read too. */
  readonly shared: ReadonlySet<string>;
  /** The file above them for what one of them declares of this section. */
  readonly fileFor: (section: string) => SourceTree | undefined;
}

/** Undefined: no file of the target alone is above a shared one. `shared`: paths. */
export function overrideIn(
  files: readonly LayerFile[],
  trees: readonly SourceTree[],
  shared: ReadonlySet<string>,
  { layout }: Catalog,
): Override | undefined {
  const top = Math.max(...files.map(({ layer }) => layer));
  const above = new Set(files.filter(({ layer }) => layer === top).map(({ path }) => path));
  const below = files.filter(({ layer, path }) => layer < top && shared.has(path));
  const own = trees.filter(({ path, root, encrypted }) => {
    const fits = (layoutOf(root, ['legacy', 'v8']).layout ?? layout) === layout;
    return above.has(path) && !shared.has(path) && !encrypted && fits;
  });
  if (own.length === 0 || below.length === 0) return undefined;
  return {
    shared: new Set(below.map(({ path }) => path)),
    fileFor: (section) => fileFor(section, own, layout),
  };
}
