// What validation would refuse in a pulled file, as what to leave out of it: a gateway can hold more than a desired state
// may say.
import type { Catalog } from '../gateway/catalog/field.ts';
import { semanticProblems } from '../desired/semantics.ts';
import { validateSchema } from '../desired/validate.ts';
import { formatPath, key } from '../nouns/path.ts';
import type { Tree } from '../nouns/value.ts';
import { resolveReferences } from '../reading/references.ts';
import { valueOf } from '../reading/located.ts';
import { readYaml } from '../reading/yaml.ts';
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
    return problems.map(({ message, position }) => ({
      path: keyAtLine(text, position?.line ?? 1),
      why: message,
    }));
  if (!root) return [];
  const env = Object.fromEntries(variables.map(({ name, secret }) => [name, secret.open()]));
  const resolved = await resolveReferences(root, { env, dir: '/', allowUnresolved: false });
  if (resolved.problems.length > 0)
    return resolved.problems.map(({ message, position }) => ({
      path: keyAtLine(text, position?.line ?? 1),
      why: message,
    }));
  const wrong = validateSchema(resolved.root, catalog, { unknownKeys: 'refuse' });
  const found = [...wrong, ...semanticProblems(resolved.root, catalog, wrong)];
  const tree = valueOf(root) as Tree;
  return found
    .filter(({ problem }) => problem.severity === 'error')
    .map(({ steps, problem }) => ({ path: ownablePath(tree, steps), why: problem.message }));
}

/** The top-level key that the line belongs to. */
function keyAtLine(text: string, line: number): string {
  const { root } = parsed(text);
  const starts = root?.kind === 'map' ? root.pairs : [];
  const lineOf = (at: number): number => text.slice(0, at).split('\n').length;
  const owner = starts.findLast(({ key: { range } }) => lineOf(range?.start ?? 0) <= line) ?? starts[0];
  return formatPath([key(owner?.key.text ?? '')]);
}
