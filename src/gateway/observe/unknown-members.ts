// Members of entries that the gateway doesn't know. It loads a file with them and ignores them. A field write of v7
// deletes them (C v0 §4.4 N11), and v8 refuses every v8 write to any section until they are removed (C v8 §4.6).
// Pure.
import { entry, formatPath, key, type Path } from '../../domain/path.ts';
import { type Problem, problem } from '../../domain/problem/problem.ts';
import { isList, isTree, type Tree, type Value } from '../../lib/value.ts';
import type { Catalog, Field } from '../catalog/field.ts';

/** Their paths, entries by index. Unknown keys outside lists are kept by v7 and archived by v8. */
export function unknownMembers(catalog: Catalog, content: Tree): readonly Path[] {
  const found: Path[] = [];
  collect(catalog.root, content, undefined, false, (above, name) => found.push(pathTo(above, key(name))));
  return found;
}

/** The steps to a value; converted to a path only if something is found. */
type Way = { readonly above: Way; readonly step: Path[number] } | undefined;

function pathTo(above: Way, last: Path[number]): Path {
  const steps = [last];
  for (let way = above; way; way = way.above) steps.unshift(way.step);
  return steps;
}

/** A key that is stored with an index loses the index with any write (C v8 §4.8). */
const HARMLESS: ReadonlySet<string> = new Set(['auth_index', 'auth-index']);

function collect(
  field: Field,
  value: Value,
  above: Way,
  inEntry: boolean,
  found: (above: Way, name: string) => void,
): void {
  if (isList(value)) {
    const { item } = field;
    if (item) value.forEach((each, i) => collect(item, each, { above, step: entry(String(i)) }, true, found));
    return;
  }
  if (!isTree(value)) return;
  for (const name of Object.keys(value)) {
    const child = field.kind === 'map' ? field.value : field.fields?.get(name);
    const member = value[name] as Value;
    if (child && typeof member === 'object')
      collect(child, member, { above, step: key(name) }, inEntry, found);
    else if (!child && inEntry && field.kind === 'struct' && !isHarmless(field, name)) found(above, name);
  }
}

/** `api-key-entries` next to the keys of a provider is accepted and ignored (C v8 §2). */
const isHarmless = ({ pattern }: Field, name: string): boolean =>
  HARMLESS.has(name) || (name === 'api-key-entries' && pattern === 'api-keys.openai-compatibility[*]');

/** The text about those that are removed with the entries a write changes; empty if there are none. */
export function unknownGone(catalog: Catalog, before: Tree, after: Tree): string {
  const left = namesIn(catalog, after);
  const gone = namesIn(catalog, before).filter((name) => {
    const at = left.indexOf(name);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  if (gone.length === 0) return '';
  return `; what the gateway doesn't know goes from the entries that are written: ${[...new Set(gone)].join(', ')}`;
}

const namesIn = (catalog: Catalog, content: Tree): string[] =>
  unknownMembers(catalog, content).map((path) => path.at(-1)?.name ?? '');

export function unknownMemberFindings(catalog: Catalog, content: Tree, target: string): readonly Problem[] {
  return unknownMembers(catalog, content).map((path) =>
    problem('HF3040', `\`${formatPath(path)}\` is unknown to the gateway, which ignores it`, {
      target,
      path: formatPath(path),
      severity: 'warning',
    }),
  );
}
