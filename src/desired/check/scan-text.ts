// Secrets in plain text in any file of a repository: where the catalog knows them, in YAML that configures a gateway, and
// words that look like keys, anywhere. Problems say where, and never what. Pure.
import { loadCatalog } from '../../gateway/catalog/catalog.ts';
import { isPlaceholder, KEY_SHAPE } from '../../gateway/comments/key-shapes.ts';
import { escapeToken } from '../../domain/path.ts';
import { type Position, type Problem, problem } from '../../domain/problem/problem.ts';
import { seal } from '../../domain/secret.ts';
import { shellWord } from '../../lib/shell.ts';
import type { Tree } from '../../lib/value.ts';
import { type Located, type LocatedMap, valueOf } from '../../yaml/located.ts';
import { readYaml } from '../../yaml/strict.ts';
import { ALL_LAYOUTS, layoutOf } from '../layout/layout.ts';
import { isEncrypted } from '../../input/sops.ts';
import { literalSecretProblems } from './literal-secrets.ts';

/** On a line that holds no secret, though it looks like one. */
export const NO_SECRET = 'holdfast:no-secret';

/** Where variables are kept: that is the right place for a key, as long as git doesn't have the file. */
const VARIABLES_FILE = /(^|\/)(\.env(\.(?!example$|sample$|template$|sops)[^/]+)?|[^/]+\.env)$/i;

/** `file` is its name in positions. */
export function secretsInText(text: string, file: string): readonly Problem[] {
  const lines = text.split('\n');
  const declared = /\.ya?ml$/i.test(file) ? declaredSecrets(text, file) : [];
  const known = new Set(declared.map(({ position }) => position?.line));
  const found = lines.flatMap((line, i) =>
    known.has(i + 1) ? [] : keysIn(line, { file, line: i + 1, column: 1 }),
  );
  return [...declared, ...found].filter(
    ({ position }) => !(lines[(position?.line ?? 0) - 1] ?? '').includes(NO_SECRET),
  );
}

/** Of a file that has keys of a gateway. One that isn't valid YAML is left to `validate`. */
function declaredSecrets(text: string, file: string): readonly Problem[] {
  const { root } = readYaml(text, file);
  if (!root || isEncrypted(root)) return [];
  const { layout } = layoutOf(root, ALL_LAYOUTS);
  const catalog = loadCatalog(layout ?? 'legacy');
  if (![...root.members.keys()].some((name) => catalog.root.fields?.has(name))) return [];
  const { positions, references } = indexed(root);
  const tree = seal(valueOf(root) as Tree); // a mapping at the root
  return literalSecretProblems({ target: '', tree, positions, references }, catalog, []).map(
    ({ code, message, position, path }) => problem(code, message, { position, path }),
  );
}

interface Index {
  readonly positions: Map<string, Position>;
  /** Texts with references in them, by pointer. */
  readonly references: Map<string, string>;
}

function indexed(root: LocatedMap): Index {
  const index: Index = { positions: new Map(), references: new Map() };
  visit(root, '', index);
  return index;
}

function visit(node: Located, pointer: string, index: Index): void {
  index.positions.set(pointer, node.position);
  if (node.kind === 'list') return node.items.forEach((item, i) => visit(item, `${pointer}/${i}`, index));
  if (node.kind === 'map') {
    for (const [name, member] of node.members) visit(member.node, `${pointer}/${escapeToken(name)}`, index);
  } else if (typeof node.value === 'string' && node.value.includes('${'))
    index.references.set(pointer, node.value);
}

function keysIn(line: string, { file, line: number }: Position): Problem[] {
  const first = Array.from(line.matchAll(KEY_SHAPE)).find(
    ([found]) => /\d|PRIVATE KEY/.test(found) && !isPlaceholder(found),
  );
  if (!first) return [];
  const column = Array.from(line.slice(0, first.index)).length + 1;
  const position = { file, line: number, column };
  if (!VARIABLES_FILE.test(file))
    return [problem('HF2062', 'this looks like a key in plain text', { position })];
  const message = 'this looks like a key, in a file of variables that git tracks or would add';
  const remedy = `Run \`git rm --cached --ignore-unmatch ${shellWord(file)}\`, and add the file to .gitignore. If it was committed before, replace the key: git keeps it.`;
  return [problem('HF2062', message, { position, remedy })];
}
