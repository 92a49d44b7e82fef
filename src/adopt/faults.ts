// What validation would refuse in a pulled file, and therefore what to omit: a gateway can contain more than a
// desired state can express.
import type { Catalog } from '../gateway/catalog/field.ts';
import { semanticProblems } from '../desired/check/semantics.ts';
import { validateSchema } from '../desired/check/validate.ts';
import { formatPath, key } from '../domain/path.ts';
import type { FileNode, Pair } from '../domain/yaml-node.ts';
import type { Tree } from '../lib/value.ts';
import { resolveReferences } from '../input/references.ts';
import { valueOf } from '../yaml/located.ts';
import { readYaml } from '../yaml/strict.ts';
import { ownablePath } from './ownable.ts';
import type { LeftOut } from './ownership.ts';
import { parsed } from './prepare.ts';
import type { Variable } from './variables.ts';

/** Empty: validation would pass. */
export async function faultsOf(
  text: string,
  catalog: Catalog,
  variables: readonly Variable[],
): Promise<readonly LeftOut[]> {
  const { root, problems } = readYaml(text, '');
  if (problems.length > 0)
    return problems.map(({ message, position }) => faultAtLine(text, position?.line ?? 1, message));
  if (!root) return [];
  const env = Object.fromEntries(variables.map(({ name, secret }) => [name, secret.open()]));
  const resolved = await resolveReferences(root, { env, dir: '/', allowUnresolved: false });
  if (resolved.problems.length > 0)
    return resolved.problems.map(({ message, position }) => faultAtLine(text, position?.line ?? 1, message));
  const wrong = validateSchema(resolved.root, catalog, { unknownKeys: 'refuse' });
  const found = [...wrong, ...semanticProblems(resolved.root, catalog, wrong)];
  const tree = valueOf(root) as Tree;
  return found
    .filter(({ problem }) => problem.severity === 'error')
    .map(({ steps, problem }) => ({ path: ownablePath(tree, steps), why: problem.message }));
}

/** What the line belongs to: the smallest path that can be omitted, and why, with the exact path. */
function faultAtLine(text: string, line: number, message: string): LeftOut {
  const { root } = parsed(text);
  const lineOf = (at: number): number => text.slice(0, at).split('\n').length;
  const owned: string[] = [];
  let exact = '';
  let node: FileNode | undefined = root;
  let isOwnable = true; // down to the first list
  while (node?.kind === 'map' || node?.kind === 'list') {
    if (node.kind === 'map') {
      const pairs: readonly Pair[] = node.pairs;
      const pair: Pair | undefined =
        pairs.findLast(({ key: { range } }) => lineOf(range?.start ?? 0) <= line) ?? pairs[0];
      if (!pair) break;
      if (isOwnable) owned.push(pair.key.text);
      exact =
        exact === '' ? formatPath([key(pair.key.text)]) : `${exact}.${formatPath([key(pair.key.text)])}`;
      node = pair.value;
    } else {
      isOwnable = false;
      const at: number = node.items.findLastIndex(({ range }) => lineOf(range?.start ?? 0) <= line);
      exact = `${exact}[${Math.max(at, 0)}]`;
      node = node.items[Math.max(at, 0)];
    }
  }
  const path = formatPath(owned.map((name) => key(name)));
  return { path, why: exact === path ? message : `\`${exact}\`: ${message}` };
}
