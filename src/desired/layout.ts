// Which layout a file is written in: the flat one of v6 and v7, or the tree of v8. Told by its keys alone.
import type { Catalog } from '../gateway/catalog/field.ts';
import { type Problem, problem } from '../nouns/problem.ts';
import type { LocatedMap, Member } from '../reading/located.ts';

/** Top-level keys that only the v8 tree has (C layout). */
const V8_ROOTS = new Set([
  'config-version',
  'server',
  'management',
  'access',
  'credentials',
  'requests',
  'client',
  'upstream',
  'oauth',
  'observability',
  'multimedia',
  'models',
]);
/** Top-level keys that both layouts have; what is below decides. */
const SHARED = new Set(['api-keys', 'routing', 'plugins', 'quota-exceeded']);
const V8_ROUTING = ['cooldown', 'retry', 'force-model-prefix', 'session-affinity-subagents'];

/** The problem with a file that is not wholly in the flat layout. One a file. */
export function layoutProblem(root: LocatedMap, catalog: Catalog): Problem | undefined {
  const v8 = [...root.members].find(([name, member]) => isV8(name, member));
  if (!v8) return undefined;
  const [name, { position }] = v8;
  const flat = [...root.members].find(([key]) => isFlat(key, catalog));
  if (!flat) return problem('HF2044', `\`${name}\` belongs to the layout of v8`, { position, path: name });
  const [flatName, flatMember] = flat;
  const message = `\`${name}\` belongs to the layout of v8, \`${flatName}\` in line ${flatMember.position.line} to the flat one`;
  return problem('HF2043', message, { position, path: name });
}

function isV8(name: string, { node }: Member): boolean {
  if (name === 'api-keys') return node.kind === 'map';
  if (name === 'routing') return node.kind === 'map' && V8_ROUTING.some((key) => node.members.has(key));
  return V8_ROOTS.has(name);
}

function isFlat(name: string, catalog: Catalog): boolean {
  return !SHARED.has(name) && !V8_ROOTS.has(name) && catalog.at([name]) !== undefined;
}
