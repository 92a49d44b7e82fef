// A forge on loopback: it keeps comments, issues, statuses and pull requests, and checks every call against the
// published API (operations.ts). What doesn't fit is refused and kept in `violations`.
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Ajv } from 'ajv';
import type { ForgeKind } from '../../../src/domain/forge.ts';
import { GITEA, GITHUB, GITLAB, type Operation } from './operations.ts';

export const TOKEN = 'ghs-test-token-0001';

interface Comment {
  id: number;
  /** Of a pull request or an issue. */
  readonly on: number;
  body: string;
}

interface Issue {
  readonly number: number;
  title: string;
  body: string;
  state: 'open' | 'closed';
}

interface Pull {
  readonly number: number;
  /** Commits that came to the main branch with it. */
  readonly commits: readonly string[];
  readonly isMerged: boolean;
}

/** Open, closed or merged, from a branch. */
interface BranchPull {
  readonly number: number;
  readonly branch: string;
  readonly into: string;
  title: string;
  body: string;
  state: 'open' | 'closed';
  /** Where the branch is, if not in the repository itself. */
  readonly fork?: string;
}

interface Status {
  readonly commit: string;
  readonly context: string;
  readonly state: string;
  readonly description: string;
  readonly link: string | undefined;
}

export interface Call {
  readonly id: string;
  readonly path: string;
  readonly body: unknown;
}

export interface FakeForge extends AsyncDisposable {
  readonly kind: ForgeKind;
  /** Root of the API. */
  readonly api: string;
  readonly repository: string;
  readonly comments: Comment[];
  readonly issues: Issue[];
  readonly pulls: Pull[];
  readonly statuses: Status[];
  /** By branch. */
  readonly proposals: BranchPull[];
  /** In order, those that were refused too. */
  readonly calls: Call[];
  /** Calls that the published API doesn't have. */
  readonly violations: string[];
  /** Answers the next calls of an operation in place of the forge. */
  answerWith(id: string, answers: readonly { readonly status: number; readonly body?: string }[]): void;
  /** Items on one page. */
  pageSize: number;
  /** Whether the token of the job may do this; everything by default. */
  mayDo: (id: string) => boolean;
}

const API = { github: GITHUB, gitlab: GITLAB, gitea: GITEA, forgejo: GITEA } as const;

export async function fakeForge(kind: ForgeKind): Promise<FakeForge> {
  const ajv = new Ajv({ strict: false });
  const operations = API[kind].map((operation) => ({
    operation,
    pattern: new RegExp(`^${operation.path.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`),
    query: ajv.compile(operation.query),
    body: operation.body && ajv.compile(operation.body),
  }));
  const prepared = new Map<string, { status: number; body?: string }[]>();
  const repository = kind === 'gitlab' ? '42' : 'team/gateways';
  const root = kind === 'gitlab' ? '/api/v4' : kind === 'github' ? '' : '/api/v1';
  let ids = 100;

  const forge: Omit<FakeForge, 'api' | typeof Symbol.asyncDispose> = {
    kind,
    repository,
    comments: [],
    issues: [],
    pulls: [],
    statuses: [],
    proposals: [],
    calls: [],
    violations: [],
    pageSize: 100,
    mayDo: () => true,
    answerWith: (id, answers) => void prepared.set(id, [...answers]),
  };

  const wrong = (text: string): { status: number; body: unknown } => {
    forge.violations.push(text);
    return { status: 422, body: { message: text } };
  };

  const answer = (
    request: IncomingMessage,
    sent: string,
  ): { status: number; body: unknown; link?: string } => {
    const url = new URL(request.url ?? '/', 'http://forge');
    const path = url.pathname.startsWith(root) ? url.pathname.slice(root.length) : '';
    const found = operations.find(
      ({ operation, pattern }) => operation.method === request.method && pattern.test(path),
    );
    const call = `${request.method} ${url.pathname}${url.search}`;
    if (!found) return wrong(`${call}: no such operation`);
    const { operation, pattern, query, body } = found;
    const parameters = pattern.exec(path)?.groups ?? {};
    const value: unknown = sent === '' ? undefined : JSON.parse(sent);
    forge.calls.push({ id: operation.id, path, body: value });
    if (!isAuthorised(kind, request)) return { status: 401, body: { message: 'Bad credentials' } };
    if (request.headers['user-agent'] === undefined) return wrong(`${call}: no user agent`);
    if (!query(Object.fromEntries(url.searchParams)))
      return wrong(`${call}: query ${ajv.errorsText(query.errors)}`);
    if (body && !body(value)) return wrong(`${call}: body ${ajv.errorsText(body.errors)}`);
    if (!forge.mayDo(operation.id)) return { status: 403, body: { message: 'Resource not accessible' } };
    const set = prepared.get(operation.id)?.shift();
    if (set) return { status: set.status, body: set.body ?? { message: 'as the test says' } };
    const [own, name] = repositoryIn(kind, parameters);
    if (own !== name) return { status: 404, body: { message: 'Not Found' } };
    return done(forge, operation, parameters, (value ?? {}) as Sent, url, () => (ids += 1));
  };

  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { status, body, link } = answer(request, Buffer.concat(parts).toString('utf8'));
      response.writeHead(status, { 'content-type': 'application/json', ...(link !== undefined && { link }) });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(forge, {
    api: `http://127.0.0.1:${port}${root}`,
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

function isAuthorised(kind: ForgeKind, { headers }: IncomingMessage): boolean {
  if (kind === 'gitlab') return headers['private-token'] === TOKEN;
  return headers.authorization === `${kind === 'github' ? 'Bearer' : 'token'} ${TOKEN}`;
}

function repositoryIn(kind: ForgeKind, { id, owner, repo }: Record<string, string>): [string, string] {
  return kind === 'gitlab' ? ['42', decodeURIComponent(id ?? '')] : ['team/gateways', `${owner}/${repo}`];
}

interface Sent {
  readonly body?: string;
  readonly title?: string;
  readonly description?: string;
  readonly state?: string;
  readonly state_event?: string;
  readonly context?: string;
  readonly name?: string;
  readonly target_url?: string;
  readonly head?: string;
  readonly base?: string;
  readonly source_branch?: string;
  readonly target_branch?: string;
}

type State = Pick<
  FakeForge,
  'kind' | 'comments' | 'issues' | 'pulls' | 'statuses' | 'proposals' | 'pageSize'
>;

function done(
  forge: State,
  { id, status }: Operation,
  parameters: Record<string, string>,
  sent: Sent,
  url: URL,
  nextId: () => number,
): { status: number; body: unknown; link?: string } {
  const gone = { status: 404, body: { message: 'Not Found' } };
  const number = Number(parameters['number']);
  switch (id) {
    case 'repository':
      return { status, body: { id: 42 } };
    case 'list-comments':
      return paged(
        forge.comments.filter(({ on }) => on === number),
        forge.kind === 'gitea' || forge.kind === 'forgejo' ? Infinity : forge.pageSize,
        url,
      );
    case 'create-comment':
    case 'create-issue-comment': {
      const comment = { id: nextId(), on: number, body: sent.body ?? '' };
      forge.comments.push(comment);
      return { status, body: comment };
    }
    case 'update-comment': {
      const asked = Number(forge.kind === 'gitlab' ? parameters['note'] : parameters['id']);
      const comment = forge.comments.find((each) => each.id === asked);
      if (!comment) return gone;
      comment.body = sent.body ?? '';
      return { status, body: comment };
    }
    case 'create-status':
      return statusSet(forge, parameters['sha'] ?? '', sent, status);
    case 'list-issues': {
      const open = forge.issues
        .filter(({ state }) => state === 'open')
        .map((issue) => asListed(forge, issue));
      const pull = forge.kind === 'github' ? [{ number: 7, title: 'A pull request', pull_request: {} }] : [];
      return paged([...pull, ...open], forge.pageSize, url);
    }
    case 'create-issue': {
      const body = sent.body ?? sent.description ?? '';
      const issue: Issue = { number: nextId(), title: sent.title ?? '', body, state: 'open' };
      forge.issues.push(issue);
      return { status, body: asListed(forge, issue) };
    }
    case 'update-issue': {
      const issue = forge.issues.find((each) => each.number === number);
      if (!issue) return gone;
      issue.body = sent.body ?? sent.description ?? issue.body;
      if (sent.state === 'closed' || sent.state_event === 'close') issue.state = 'closed';
      return { status, body: asListed(forge, issue) };
    }
    case 'list-pulls':
      return paged(
        forge.proposals.filter((each) => isListed(forge, each, url)).map((each) => pullAnswer(forge, each)),
        forge.pageSize,
        url,
      );
    case 'create-pull': {
      const [branch = '', into = ''] = [sent.head ?? sent.source_branch, sent.base ?? sent.target_branch];
      const isThere = forge.proposals.some(
        (each) =>
          each.state === 'open' && each.fork === undefined && each.branch === branch && each.into === into,
      );
      if (isThere)
        return {
          status: forge.kind === 'github' ? 422 : 409,
          body: { message: 'A pull request already exists' },
        };
      const body = sent.body ?? sent.description ?? '';
      const made: BranchPull = {
        number: nextId(),
        branch,
        into,
        title: sent.title ?? '',
        body,
        state: 'open',
      };
      forge.proposals.push(made);
      return { status, body: pullAnswer(forge, made) };
    }
    case 'update-pull': {
      const pull = forge.proposals.find((each) => each.number === number);
      if (!pull) return gone;
      pull.title = sent.title ?? pull.title;
      pull.body = sent.body ?? sent.description ?? pull.body;
      return { status, body: pullAnswer(forge, pull) };
    }
    default:
      return pullsOf(forge, parameters['sha'] ?? '');
  }
}

/** Gitea and Forgejo list all that are open. */
function isListed({ kind }: State, { state, branch, into, fork }: BranchPull, url: URL): boolean {
  const asked = url.searchParams;
  if (state !== 'open') return false;
  if (kind === 'github')
    return asked.get('head') === `${fork?.split('/')[0] ?? 'team'}:${branch}` && asked.get('base') === into;
  return kind !== 'gitlab' || (asked.get('source_branch') === branch && asked.get('target_branch') === into);
}

function pullAnswer({ kind }: State, { number, branch, into, title, body, state, fork }: BranchPull): object {
  if (kind === 'gitlab')
    return {
      iid: number,
      title,
      description: body,
      state: state === 'open' ? 'opened' : state,
      web_url: `https://forge.example/-/merge_requests/${number}`,
      source_branch: branch,
      target_branch: into,
      source_project_id: fork === undefined ? 42 : 43,
      target_project_id: 42,
    };
  return {
    number,
    title,
    body,
    state,
    html_url: `https://forge.example/pulls/${number}`,
    head: { ref: branch, repo: { full_name: fork ?? 'team/gateways' } },
    base: { ref: into },
  };
}

function statusSet(
  forge: State,
  commit: string,
  sent: Sent,
  status: number,
): { status: number; body: unknown } {
  const context = sent.context ?? sent.name ?? 'default';
  const newest = forge.statuses.findLast((each) => each.commit === commit && each.context === context);
  if (forge.kind === 'gitlab' && newest?.state === sent.state)
    return { status: 400, body: { message: 'Cannot transition status via :enqueue from :pending' } };
  const { state = '', description = '', target_url: link } = sent;
  forge.statuses.push({ commit, context, state, description, link });
  return { status, body: { id: forge.statuses.length, state } };
}

function asListed({ kind }: State, { number, title, body, state }: Issue): object {
  return kind === 'gitlab'
    ? { iid: number, id: number + 1000, title, description: body, state: state === 'open' ? 'opened' : state }
    : { number, id: number + 1000, title, body, state };
}

function pullsOf({ kind, pulls }: State, sha: string): { status: number; body: unknown } {
  const found = pulls.filter(({ commits }) => commits.includes(sha));
  const at = (isMerged: boolean): string | null => (isMerged ? '2026-11-28T12:00:00Z' : null);
  if (kind === 'gitlab') {
    const body = found.map(({ number, isMerged }) => ({
      iid: number,
      state: isMerged ? 'merged' : 'opened',
    }));
    return { status: 200, body };
  }
  const body = found.map(({ number, isMerged }) => ({ number, state: 'closed', merged_at: at(isMerged) }));
  if (kind === 'github') return { status: 200, body };
  return body.length > 0 ? { status: 200, body: body[0] } : { status: 404, body: { message: 'not found' } };
}

function paged(
  items: readonly unknown[],
  size: number,
  url: URL,
): { status: number; body: unknown; link?: string } {
  const page = Number(url.searchParams.get('page') ?? 1);
  const body = items.slice((page - 1) * size, page * size || undefined);
  if (!(page * size < items.length)) return { status: 200, body };
  const next = new URL(url);
  next.searchParams.set('page', String(page + 1));
  // A forge behind a proxy may call itself by another name.
  return { status: 200, body, link: `<https://elsewhere.example${next.pathname}${next.search}>; rel="next"` };
}
