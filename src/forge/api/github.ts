// The REST API of GitHub, and that of Gitea and Forgejo, which follows it.
import { type Static, type TSchema, Type } from 'typebox';
import { Check } from 'typebox/value';
import type { ForgeApi, ForgePaths } from './api.ts';

const CommentAnswer = Type.Object({
  id: Type.Integer(),
  body: Type.Optional(Type.Union([Type.String(), Type.Null()])),
});
const IssueAnswer = Type.Object({
  number: Type.Integer(),
  title: Type.String(),
  body: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  /** GitHub and Gitea list pull requests as issues. */
  pull_request: Type.Optional(Type.Unknown()),
});
const PullAnswer = Type.Object({
  number: Type.Integer(),
  merged_at: Type.Optional(Type.Union([Type.String(), Type.Null()])),
});

const OpenPullAnswer = Type.Object({
  number: Type.Integer(),
  title: Type.String(),
  body: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  html_url: Type.String(),
  head: Type.Object({
    ref: Type.String(),
    /** Null where it was deleted. */
    repo: Type.Optional(Type.Union([Type.Object({ full_name: Type.String() }), Type.Null()])),
  }),
  base: Type.Object({ ref: Type.String() }),
});

/** The answer in this form. Throws a TypeError for another one. */
export function understood<S extends TSchema>(schema: S, answer: unknown): Static<S> {
  if (Check(schema, answer)) return answer;
  throw new TypeError('another form than the API describes');
}

const paths =
  (issues: string, comments: string, pulls: string, perPage: string, filters: boolean) =>
  (repository: string): ForgePaths => {
    const [owner = ''] = repository.split('/');
    const root = `/repos/${repository.split('/').map(encodeURIComponent).join('/')}`;
    return {
      repository: root,
      comments: (pull) => `${root}/issues/${pull}/comments${comments}`,
      addComment: (pull) => `${root}/issues/${pull}/comments`,
      comment: (_pull, id) => `${root}/issues/comments/${id}`,
      statuses: (commit) => `${root}/statuses/${commit}`,
      openIssues: `${root}/issues?state=open&${issues}`,
      issues: `${root}/issues`,
      issue: (number) => `${root}/issues/${number}`,
      issueComments: (number) => `${root}/issues/${number}/comments`,
      pullRequests: (commit) => `${root}/commits/${commit}/${pulls}`,
      openPulls: (branch, into) => {
        const filter = new URLSearchParams({ head: `${owner}:${branch}`, base: into });
        return `${root}/pulls?state=open&${perPage}${filters ? `&${filter}` : ''}`;
      },
      pulls: `${root}/pulls`,
      pull: (number) => `${root}/pulls/${number}`,
    };
  };

export const GITHUB: ForgeApi = {
  name: 'GitHub',
  longestComment: 65_536,
  longestDescription: 140,
  rights:
    'In the workflow, set `permissions: { contents: read, pull-requests: write }` for comments, `statuses: write` for commit statuses, `issues: write` for the drift report, and `contents: write` with `pull-requests: write` for pull requests. A pull request from a fork never gets these.',
  edits: 'PATCH',
  headers: (token) => ({
    authorization: `Bearer ${token}`,
    accept: 'application/vnd.github+json',
    'x-github-api-version': '2022-11-28',
  }),
  paths: paths('per_page=100', '?per_page=100', 'pulls?per_page=100', 'per_page=100', true),
  status: ({ state, context, description, link }) => ({
    state,
    context,
    description,
    ...(link !== undefined && { target_url: link }),
  }),
  isAlreadySo: () => false,
  issueBody: (text, title) => ({ ...(title !== undefined && { title }), body: text }),
  closing: { state: 'closed' },
  comment(answer) {
    const { id, body } = understood(CommentAnswer, answer);
    return { id, body: body ?? '' };
  },
  issue(answer) {
    const { number, title, body, pull_request: isPull } = understood(IssueAnswer, answer);
    return isPull === undefined || isPull === null ? { number, title, body: body ?? '' } : undefined;
  },
  mergedIn: (answer) =>
    understood(Type.Array(PullAnswer), answer)
      .filter(({ merged_at: at }) => typeof at === 'string')
      .toSorted((a, b) => b.number - a.number)
      .map(({ number }) => number),
  newPullBody: ({ branch, into, title, body }) => ({ head: branch, base: into, title, body }),
  pullBody: ({ title, body }) => ({ title, body }),
  pull(answer) {
    const { number, title, body, html_url: link } = understood(OpenPullAnswer, answer);
    return { number, title, body: body ?? '', link };
  },
  isFrom(answer, repository, branch, into) {
    const { head, base } = understood(OpenPullAnswer, answer);
    const isOwn = head.repo?.full_name.toLowerCase() === repository.toLowerCase();
    return isOwn && head.ref === branch && base.ref === into;
  },
};

export const GITEA: ForgeApi = {
  ...GITHUB,
  name: 'Gitea',
  longestDescription: 255,
  rights:
    'Create a token with the scopes `write:issue` for comments and the drift report, and `write:repository` for commit statuses and pull requests. Provide it in GITEA_TOKEN.',
  headers: (token) => ({ authorization: `token ${token}`, accept: 'application/json' }),
  // Comments come in one page, and a commit has one pull request.
  paths: paths('type=issues&limit=50', '', 'pull', 'limit=50', false),
  mergedIn: (answer) => {
    const { number, merged_at: at } = understood(PullAnswer, answer);
    return typeof at === 'string' ? [number] : [];
  },
};
