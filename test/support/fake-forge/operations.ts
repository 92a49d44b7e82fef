// The few operations of each forge's published API that Holdfast may use: path, query, body, and what answers. Written
// after the OpenAPI documents of GitHub (2022-11-28), GitLab (v4), Gitea and Forgejo (v1); only what is needed here.

export interface Operation {
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT';
  /** With `{name}` for parameters. */
  readonly path: string;
  /** JSON Schema of the query, all members texts. */
  readonly query: object;
  /** JSON Schema of the body; absent: there is none. */
  readonly body?: object;
  /** Of the answer. */
  readonly status: number;
}

const object = (properties: object, required: readonly string[] = []): object => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});
const NONE = object({});
const text = (maxLength: number): object => ({ type: 'string', minLength: 1, maxLength });
const number = { type: 'string', pattern: '^[0-9]+$' };

const actions = (options: {
  readonly page: object;
  readonly commentsPage: object;
  readonly pulls: string;
  readonly pullsPage: object;
  readonly comment: number;
  readonly description: number;
  readonly states: readonly string[];
}): readonly Operation[] => [
  { id: 'repository', method: 'GET', path: '/repos/{owner}/{repo}', query: NONE, status: 200 },
  {
    id: 'list-comments',
    method: 'GET',
    path: '/repos/{owner}/{repo}/issues/{number}/comments',
    query: options.commentsPage,
    status: 200,
  },
  {
    id: 'create-comment',
    method: 'POST',
    path: '/repos/{owner}/{repo}/issues/{number}/comments',
    query: NONE,
    body: object({ body: text(options.comment) }, ['body']),
    status: 201,
  },
  {
    id: 'update-comment',
    method: 'PATCH',
    path: '/repos/{owner}/{repo}/issues/comments/{id}',
    query: NONE,
    body: object({ body: text(options.comment) }, ['body']),
    status: 200,
  },
  {
    id: 'create-status',
    method: 'POST',
    path: '/repos/{owner}/{repo}/statuses/{sha}',
    query: NONE,
    body: object(
      {
        state: { enum: options.states },
        target_url: { type: 'string', pattern: '^https?://' },
        description: { type: 'string', maxLength: options.description },
        context: text(255),
      },
      ['state'],
    ),
    status: 201,
  },
  {
    id: 'list-issues',
    method: 'GET',
    path: '/repos/{owner}/{repo}/issues',
    query: options.page,
    status: 200,
  },
  {
    id: 'create-issue',
    method: 'POST',
    path: '/repos/{owner}/{repo}/issues',
    query: NONE,
    body: object({ title: text(255), body: { type: 'string', maxLength: options.comment } }, ['title']),
    status: 201,
  },
  {
    id: 'update-issue',
    method: 'PATCH',
    path: '/repos/{owner}/{repo}/issues/{number}',
    query: NONE,
    body: object({
      title: text(255),
      body: { type: 'string', maxLength: options.comment },
      state: { enum: ['open', 'closed'] },
    }),
    status: 200,
  },
  {
    id: 'list-pulls',
    method: 'GET',
    path: '/repos/{owner}/{repo}/pulls',
    query: options.pullsPage,
    status: 200,
  },
  {
    id: 'create-pull',
    method: 'POST',
    path: '/repos/{owner}/{repo}/pulls',
    query: NONE,
    body: object(
      {
        title: text(255),
        head: text(255),
        base: text(255),
        body: { type: 'string', maxLength: options.comment },
      },
      ['title', 'head', 'base'],
    ),
    status: 201,
  },
  {
    id: 'update-pull',
    method: 'PATCH',
    path: '/repos/{owner}/{repo}/pulls/{number}',
    query: NONE,
    body: object({ title: text(255), body: { type: 'string', maxLength: options.comment } }),
    status: 200,
  },
  {
    id: 'pulls-of-commit',
    method: 'GET',
    path: `/repos/{owner}/{repo}/commits/{sha}/${options.pulls}`,
    query: object({ per_page: number, page: number }),
    status: 200,
  },
];

export const GITHUB = actions({
  page: object({ state: { enum: ['open', 'closed', 'all'] }, per_page: number, page: number }),
  commentsPage: object({ per_page: number, page: number, since: { type: 'string' } }),
  pulls: 'pulls',
  pullsPage: object({
    state: { enum: ['open', 'closed', 'all'] },
    head: { type: 'string', pattern: '^[^:]+:.+$' },
    base: text(255),
    per_page: number,
    page: number,
  }),
  comment: 65_536,
  description: 140,
  states: ['error', 'failure', 'pending', 'success'],
});

export const GITEA = actions({
  page: object({
    state: { enum: ['open', 'closed', 'all'] },
    type: { enum: ['issues', 'pulls'] },
    limit: number,
    page: number,
  }),
  commentsPage: object({ since: { type: 'string' }, before: { type: 'string' } }),
  pulls: 'pull',
  pullsPage: object({ state: { enum: ['open', 'closed', 'all'] }, limit: number, page: number }),
  comment: 65_536,
  description: 255,
  states: ['pending', 'success', 'error', 'failure', 'warning'],
});

const LONGEST = 1_000_000;

export const GITLAB: readonly Operation[] = [
  { id: 'repository', method: 'GET', path: '/projects/{id}', query: NONE, status: 200 },
  {
    id: 'list-comments',
    method: 'GET',
    path: '/projects/{id}/merge_requests/{number}/notes',
    query: object({
      sort: { enum: ['asc', 'desc'] },
      order_by: { enum: ['created_at', 'updated_at'] },
      per_page: number,
      page: number,
    }),
    status: 200,
  },
  {
    id: 'create-comment',
    method: 'POST',
    path: '/projects/{id}/merge_requests/{number}/notes',
    query: NONE,
    body: object({ body: text(LONGEST) }, ['body']),
    status: 201,
  },
  {
    id: 'update-comment',
    method: 'PUT',
    path: '/projects/{id}/merge_requests/{number}/notes/{note}',
    query: NONE,
    body: object({ body: text(LONGEST) }, ['body']),
    status: 200,
  },
  {
    id: 'create-status',
    method: 'POST',
    path: '/projects/{id}/statuses/{sha}',
    query: NONE,
    body: object(
      {
        state: { enum: ['pending', 'running', 'success', 'failed', 'canceled', 'skipped'] },
        target_url: { type: 'string', pattern: '^https?://', maxLength: 255 },
        description: { type: 'string', maxLength: 255 },
        name: text(255),
      },
      ['state'],
    ),
    status: 201,
  },
  {
    id: 'list-issues',
    method: 'GET',
    path: '/projects/{id}/issues',
    query: object({
      state: { enum: ['opened', 'closed', 'all'] },
      scope: { enum: ['created_by_me', 'assigned_to_me', 'all'] },
      per_page: number,
      page: number,
    }),
    status: 200,
  },
  {
    id: 'create-issue',
    method: 'POST',
    path: '/projects/{id}/issues',
    query: NONE,
    body: object({ title: text(255), description: { type: 'string', maxLength: 1_048_576 } }, ['title']),
    status: 201,
  },
  {
    id: 'update-issue',
    method: 'PUT',
    path: '/projects/{id}/issues/{number}',
    query: NONE,
    body: object({
      title: text(255),
      description: { type: 'string', maxLength: 1_048_576 },
      state_event: { enum: ['close', 'reopen'] },
    }),
    status: 200,
  },
  {
    id: 'create-issue-comment',
    method: 'POST',
    path: '/projects/{id}/issues/{number}/notes',
    query: NONE,
    body: object({ body: text(LONGEST) }, ['body']),
    status: 201,
  },
  {
    id: 'list-pulls',
    method: 'GET',
    path: '/projects/{id}/merge_requests',
    query: object({
      state: { enum: ['opened', 'closed', 'locked', 'merged'] },
      source_branch: text(255),
      target_branch: text(255),
      per_page: number,
      page: number,
    }),
    status: 200,
  },
  {
    id: 'create-pull',
    method: 'POST',
    path: '/projects/{id}/merge_requests',
    query: NONE,
    body: object(
      {
        title: text(255),
        source_branch: text(255),
        target_branch: text(255),
        description: { type: 'string', maxLength: LONGEST },
        remove_source_branch: { type: 'boolean' },
      },
      ['title', 'source_branch', 'target_branch'],
    ),
    status: 201,
  },
  {
    id: 'update-pull',
    method: 'PUT',
    path: '/projects/{id}/merge_requests/{number}',
    query: NONE,
    body: object({ title: text(255), description: { type: 'string', maxLength: LONGEST } }),
    status: 200,
  },
  {
    id: 'pulls-of-commit',
    method: 'GET',
    path: '/projects/{id}/repository/commits/{sha}/merge_requests',
    query: object({ per_page: number, page: number }),
    status: 200,
  },
];
