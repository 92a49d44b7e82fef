// Holdfast's own credentials in desired state: otherwise, a change of the files could send the management key to
// anyone who pretends to be an upstream. Pure.
import { formatPath } from '../../domain/path.ts';
import { type Problem, problem } from '../../domain/problem/problem.ts';
import { type Located, type LocatedScalar, pathTo } from '../../yaml/located.ts';
import type { OwnCredentials } from '../../input/reference-rules.ts';

/** The only path where the management key is allowed. */
const HOME = new Set(['remote-management/secret-key', 'management/secret-key']);

export function ownCredentialProblems(root: Located, own: OwnCredentials, target: string): Problem[] {
  const values = own.values().flatMap(spellings);
  const problems: Problem[] = [];
  eachScalar(root, [], (node, steps) => {
    if (HOME.has(steps.join('/')) || !(holdsOne(node, values) || namesOne(node, own))) return;
    const path = formatPath(pathTo(root, steps));
    const message = `\`${path}\` contains a credential of Holdfast itself`;
    problems.push(problem('HF2026', message, { position: node.position, path, target }));
  });
  return problems;
}

function eachScalar(
  node: Located,
  steps: readonly string[],
  see: (node: LocatedScalar, steps: readonly string[]) => void,
): void {
  if (node.kind === 'scalar') see(node, steps);
  else if (node.kind === 'list')
    node.items.forEach((item, i) => eachScalar(item, [...steps, String(i)], see));
  else for (const [name, member] of node.members) eachScalar(member.node, [...steps, name], see);
}

/** Shorter ones are compared only as whole values, because `admin` can occur in any text. */
const SHORTEST_INSIDE = 8;

const spellings = (secret: string): string[] =>
  secret.length < SHORTEST_INSIDE || !secret.isWellFormed()
    ? [secret]
    : [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64').replace(/=+$/, '')];

function holdsOne({ value }: LocatedScalar, secrets: readonly string[]): boolean {
  if (typeof value !== 'string' && typeof value !== 'number') return false;
  const text = String(value);
  return secrets.some((secret) =>
    secret.length < SHORTEST_INSIDE ? text.trim() === secret : text.includes(secret),
  );
}

const VARIABLE = /\$\{(?:env|list):([^}]*)\}/g;

/** Also if the credential isn't available here, as in a check of a pull request. */
function namesOne({ reference }: LocatedScalar, { variables }: OwnCredentials): boolean {
  return [...(reference ?? '').matchAll(VARIABLE)].some(([, name = '']) => variables.has(name));
}
