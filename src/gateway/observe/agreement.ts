// How memory and file of one reading relate (design §7, design-v8 rules 3 and 4). Pure.
import type { Agreement } from '../../domain/live.ts';
import type { KnownValues } from '../../domain/state/memory.ts';
import { formatPath, key, type Path, ROOT } from '../../domain/path.ts';
import { isList, isTree, namesOfBoth, sameValue, type Tree, treeOf, type Value } from '../../lib/value.ts';
import type { Catalog, Field } from '../catalog/field.ts';
import { sameAt } from '../model/equal.ts';
import { fromJson, toJson } from '../model/json.ts';

/** What stops the growth of folded texts. */
export const FOLDED_REMEDY =
  "In the gateway's file, write these texts as literal blocks (`|`) or in quotes: folded texts gain a blank line with every save.";

interface Disagreement {
  readonly path: string;
  readonly inMemory: Value | undefined;
  readonly inFile: Value | undefined;
}

/** `loaded` is the memory that the file would load to, `memory` what the gateway shows. */
export function agreementOf(
  memory: Tree,
  loaded: Tree,
  catalog: Catalog,
  known?: { readonly values: KnownValues; readonly build: string },
): Agreement {
  const shown = toJson(loaded, catalog);
  if (shown === undefined) return { kind: 'unread' };
  const found = [...disagreements(memory, fromJson(shown, catalog), catalog, catalog.root, ROOT)];
  if (found.length === 0) return { kind: 'agree' };
  const gaps = new Set(known?.values.modelGaps(known.build));
  const rest = found.filter(({ path }) => !gaps.has(path));
  if (rest.length === 0) return gap(found);
  const cause = causeOf(rest, known?.values);
  return cause === 'model-gap' ? gap(rest) : { kind: 'differ', paths: rest.map(({ path }) => path), cause };
}

function gap(found: readonly Disagreement[]): Agreement {
  const isFolded = found.every(({ inMemory, inFile }) => sameButForBlankLines(inMemory, inFile));
  const paths = found.map(({ path }) => path);
  return { kind: 'differ', paths, cause: 'model-gap', ...(isFolded && { because: 'folded-text' }) };
}

/**
 * Whether only blank lines inside and after texts differ: folded texts gain them with every save (model/folded.ts).
 */
function sameButForBlankLines(a: Value | undefined, b: Value | undefined): boolean {
  if (typeof a === 'string' && typeof b === 'string') return withoutBlankLines(a) === withoutBlankLines(b);
  if (isList(a) && isList(b))
    return a.length === b.length && a.every((item, i) => sameButForBlankLines(item, b[i]));
  if (!isTree(a) || !isTree(b)) return a === b || isEmpty(a, b);
  const names = namesOfBoth(a, b);
  return [...names].every((name) => sameButForBlankLines(a[name], b[name]));
}

const withoutBlankLines = (text: string): string => text.replace(/\n+/g, '\n');

/** `null`, `[]` and absent mean the same to the gateway. */
const isEmpty = (...values: readonly (Value | undefined)[]): boolean =>
  values.every((value) => value === undefined || value === null || (isList(value) && value.length === 0));

/**
 * Memory that has only values of earlier known files is stale: loading the file loses nothing. The same is true if
 * the file was restored to known values: others overwrote in the file what memory shows (C v0 §6.5). Memory that
 * also has other values is a split brain that a person must judge. If neither side is known, the model is wrong.
 */
function causeOf(
  found: readonly Disagreement[],
  known: KnownValues | undefined,
): 'stale-memory' | 'split-brain' | 'model-gap' {
  const explained = found.filter(({ path, inMemory, inFile }) =>
    [inMemory, inFile].some((value) => known?.had(path, value)),
  ).length;
  if (explained === 0) return 'model-gap';
  return explained === found.length ? 'stale-memory' : 'split-brain';
}

/** Leaf by leaf; what only one side has is compared with nothing. */
function* disagreements(
  memory: Tree,
  loaded: Tree,
  catalog: Catalog,
  at: Field,
  path: Path,
): Generator<Disagreement> {
  for (const name of namesOfBoth(memory, loaded)) {
    const field = catalog.child(at, name);
    const here = [...path, key(name)];
    const [mine, other] = [memory[name], loaded[name]];
    if (field && descends(mine, other)) {
      yield* disagreements(treeOf(mine), treeOf(other), catalog, field, here);
    } else if (!same(field, mine, other)) yield { path: formatPath(here), inMemory: mine, inFile: other };
  }
}

function descends(a: Value | undefined, b: Value | undefined): boolean {
  return (isTree(a) && (isTree(b) || b === undefined)) || (isTree(b) && a === undefined);
}

/** Only the gateway knows a home directory in the file (C v0 §4.2). */
function same(field: Field | undefined, memory: Value | undefined, loaded: Value | undefined): boolean {
  if (typeof loaded === 'string' && loaded.startsWith('~') && typeof memory === 'string')
    return memory.endsWith(loaded.slice(1));
  return field ? sameAt(field, memory, loaded) : sameValue(memory, loaded);
}
