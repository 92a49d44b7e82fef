// `daemon.source.git.pull-requests` of holdfast.yaml: the forge where the daemon opens pull requests.
import { FORGE_KINDS, type ForgeKind } from '../domain/forge.ts';
import { type Position, type Problem, problem } from '../domain/problem/problem.ts';
import { type Sealed, seal } from '../domain/secret.ts';
import { isLoopback } from '../lib/loopback.ts';
import { type LocatedMap, type LocatedScalar, nodeAt } from '../yaml/located.ts';

export interface ForgeAccess {
  readonly kind: ForgeKind;
  readonly api: URL;
  /** `owner/name`; on GitLab also the number of a project. */
  readonly repository: string;
  readonly token: Sealed<string>;
}

/** Gitea and Forgejo have no usual address: the schema requires one. */
export const usualApi = (kind: ForgeKind): URL =>
  new URL(kind === 'gitlab' ? 'https://gitlab.com/api/v4' : 'https://api.github.com');

/** `git` has passed the schema. No access without problems: references aren't resolved here. */
export function pullRequestsOf(git: LocatedMap): {
  readonly access?: ForgeAccess;
  readonly problems: readonly Problem[];
} {
  const node = nodeAt(git, ['pull-requests']);
  if (node?.kind !== 'map') return { problems: [] };
  const kinds = FORGE_KINDS.filter((kind) => node.members.has(kind));
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1)
    return { problems: [wrong(`\`pull-requests\` needs exactly one of ${FORGE_KINDS.join(', ')}`, node)] };
  const [token, written, repository] = ['token', 'api', 'repository'].map((name) =>
    scalarAt(node, kind, name),
  );
  const api = written && !written.unresolved ? URL.parse(String(written.value)) : usualApi(kind);
  const problems = [...literal(token), ...(written ? addressProblems(api, written) : [])];
  if (!token || !repository || !api || [token, written, repository].some((one) => one?.unresolved))
    return { problems };
  return {
    access: { kind, api, repository: String(repository.value), token: seal(String(token.value)) },
    problems,
  };
}

function addressProblems(api: URL | null, written: LocatedScalar): readonly Problem[] {
  if (!api || !/^https?:$/.test(api.protocol)) return [wrong("`api` isn't an http or https URL", written)];
  return api.protocol === 'http:' && !isLoopback(api.hostname)
    ? [wrong(`the token would be sent unencrypted to ${api.host}`, written)]
    : [];
}

function literal(token: LocatedScalar | undefined): readonly Problem[] {
  if (!token || token.reference !== undefined || token.unresolved) return [];
  const remedy = 'Refer to it: token: "${env:FORGE_TOKEN}".';
  const { position } = token;
  return [
    problem('HF2060', 'A token is in plain text in the settings', { position, severity: 'warning', remedy }),
  ];
}

function wrong(message: string, { position }: { readonly position: Position }): Problem {
  const remedy =
    'Write `pull-requests: { github: { repository: team/gateways, token: "${env:FORGE_TOKEN}" } }`. Gitea and Forgejo also need `api: https://host/api/v1`.';
  return problem('HF1012', message, { position, remedy });
}

function scalarAt(root: LocatedMap, ...steps: readonly string[]): LocatedScalar | undefined {
  const node = nodeAt(root, steps);
  return node?.kind === 'scalar' ? node : undefined;
}
