// How memory and file of one reading relate (design §7, design-v8 rules 3 and 4). Pure.
import type { Agreement } from '../nouns/live.ts';
import type { KnownValues } from '../nouns/memory.ts';
import { formatPath, key, type Path, ROOT } from '../nouns/path.ts';
import { isTree, sameValue, type Tree, type Value } from '../nouns/value.ts';
import type { Catalog, Field } from './catalog/field.ts';
import { sameAt } from './model/equal.ts';
import { fromJson, toJson } from './model/json.ts';

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
  if (rest.length === 0) return { kind: 'differ', paths: found.map(({ path }) => path), cause: 'model-gap' };
  return { kind: 'differ', paths: rest.map(({ path }) => path), cause: causeOf(rest, known?.values) };
}

/**
 * Memory that shows only values of earlier known files is behind: loading the file loses nothing. So is memory beside a
 * file that was put back to known values: what memory shows was overwritten in the file by somebody (C v0 §6.5). Memory
 * with such values among others is a split that a person must judge. Where neither side is known, we do not understand.
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
  for (const name of new Set([...Object.keys(memory), ...Object.keys(loaded)])) {
    const field = catalog.child(at, name);
    const here = [...path, key(name)];
    const [mine, other] = [memory[name], loaded[name]];
    if (field && descends(mine, other)) {
      yield* disagreements(isTree(mine) ? mine : {}, isTree(other) ? other : {}, catalog, field, here);
    } else if (!same(field, mine, other)) yield { path: formatPath(here), inMemory: mine, inFile: other };
  }
}

function descends(a: Value | undefined, b: Value | undefined): boolean {
  return (isTree(a) && (isTree(b) || b === undefined)) || (isTree(b) && a === undefined);
}

/** A home directory in the file is one that only the gateway knows (C v0 §4.2). */
function same(field: Field | undefined, memory: Value | undefined, loaded: Value | undefined): boolean {
  if (typeof loaded === 'string' && loaded.startsWith('~') && typeof memory === 'string')
    return memory.endsWith(loaded.slice(1));
  return field ? sameAt(field, memory, loaded) : sameValue(memory, loaded);
}
