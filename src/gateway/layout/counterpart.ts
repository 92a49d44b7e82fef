// What a place of one layout is called in the other, for people who read about it. Knows no values.
import type { Counterpart } from '../../domain/plan/explanation.ts';
import { formatPath, key, type Path } from '../../domain/path.ts';
import { loadCatalog } from '../catalog/catalog.ts';
import { factsOf } from './layouts.ts';
import { pathsIn } from './locate.ts';
import type { Layout } from './rewrite.ts';
import { layoutTable } from './table.ts';

/** `path` is a place or pattern of `layout`. */
export function counterpartOf(layout: Layout, path: Path): Counterpart {
  const other = factsOf(layout).other;
  const found = pathsIn(other, path).filter((each) => isKnown(other, each));
  const names = path.map(({ name }) => name ?? '*').join('.');
  const row = layoutTable().rows.find((each) => each[layout] === names);
  const section = found.length > 1 ? sectionOf(found) : [];
  const paths = section.length > 0 ? [section] : found;
  return { layout: other, paths: paths.map(formatPath), ...(row?.invert && { inverted: true }) };
}

/** What plain names have in common at their beginning; members of a family stay as they are. */
function sectionOf([first = [], ...others]: readonly Path[]): Path {
  const isPlain = [first, ...others].every((path) => path.every(({ kind, name }) => kind === 'key' && name));
  const end = first.findIndex(({ name }, i) => !others.every((other) => other[i]?.name === name));
  return isPlain ? first.slice(0, end < 0 ? first.length : end) : [];
}

/** The flat place that only v8 gateways know by name is one too: `trusted-proxies`. */
function isKnown(layout: Layout, path: Path): boolean {
  const names = path.map(({ name }) => name ?? '*');
  if (loadCatalog(layout).at(names)) return true;
  const { rows, families } = layoutTable();
  return [...rows, ...families].some((each) => each[layout] === names.join('.') && !each.v7);
}

/** Of a flat name that only v8 gateways know, its place in their tree. */
export function placeOfNewcomer(flat: string): Path | undefined {
  const { rows, families } = layoutTable();
  const found = [...rows, ...families].find(({ legacy, v7 }) => legacy === flat && !v7);
  return found?.v8?.split('.').map(key);
}
