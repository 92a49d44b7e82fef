// The path of a key in the other layout, for messages and docs. Knows no values.
import type { Counterpart } from '../../domain/plan/explanation.ts';
import { formatPath, key, type Path } from '../../domain/path.ts';
import { factsOf } from './layouts.ts';
import { isKnown, translatedPaths } from './locate.ts';
import type { Layout } from './rewrite.ts';
import { layoutTable } from './table.ts';

/** `path` is a place or pattern of `layout`. */
export function counterpartOf(layout: Layout, path: Path): Counterpart {
  const other = factsOf(layout).other;
  const found = translatedPaths(other, path).filter((each) => isKnown(other, each));
  const names = path.map(({ name }) => name ?? '*').join('.');
  const row = layoutTable().rows.find((each) => each[layout] === names);
  const section = found.length > 1 ? sectionOf(found) : [];
  const paths = section.length > 0 ? [section] : found;
  return { layout: other, paths: paths.map(formatPath), ...(row?.invert && { inverted: true }) };
}

/** The common beginning of plain names; members of a family stay as they are. */
function sectionOf([first = [], ...others]: readonly Path[]): Path {
  const isPlain = [first, ...others].every((path) => path.every(({ kind, name }) => kind === 'key' && name));
  const end = first.findIndex(({ name }, i) => !others.every((other) => other[i]?.name === name));
  return isPlain ? first.slice(0, end < 0 ? first.length : end) : [];
}

/** For a flat name that only v8 gateways know, its path in their tree. */
export function placeOfV8Name(flat: string): Path | undefined {
  const { rows, families } = layoutTable();
  const found = [...rows, ...families].find(({ legacy, v7 }) => legacy === flat && !v7);
  return found?.v8?.split('.').map(key);
}
