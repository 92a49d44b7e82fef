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

/** The answer in this form. Throws a TypeError for another one. */
export function understood<S extends TSchema>(schema: S, answer: unknown): Static<S> {
  if (Check(schema, answer)) return answer;
  throw new TypeError('another form than the API describes');
}

const paths =
  (perPage: string, comments: string, pulls: string) =>
  (repository: string): ForgePaths => {
    const root = `/repos/${repository.split('/').map(encodeURIComponent).join('/')}`;
    return {
      repository: root,
      comments: (pull) => `${root}/issues/${pull}/comments${comments}`,
      addComment: (pull) => `${root}/issues/${pull}/comments`,
      comment: (_pull, id) => `${root}/issues/comments/${id}`,
      statuses: (commit) => `${root}/statuses/${commit}`,
      openIssues: `${root}/issues?state=open&${perPage}`,
      issues: `${root}/issues`,
      issue: (number) => `${root}/issues/${number}`,
      issueComments: (number) => `${root}/issues/${number}/comments`,
      pullRequests: (commit) => `${root}/commits/${commit}/${pulls}`,
    };
  };

export const GITHUB: ForgeApi = {
  name: 'GitHub',
  longestComment: 65_536,
  longestDescription: 140,
  rights:
    'In the workflow, set `permissions: { contents: read, pull-requests: write }` for comments, `statuses: write` for commit statuses, and `issues: write` for the drift report. A pull request from a fork never gets these.',
  edits: 'PATCH',
  headers: (token) => ({
    authorization: `Bearer ${token}`,
    accept: 'application/vnd.github+json',
    'x-github-api-version': '2022-11-28',
  }),
  paths: paths('per_page=100', '?per_page=100', 'pulls?per_page=100'),
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
};

export const GITEA: ForgeApi = {
  ...GITHUB,
  name: 'Gitea',
  longestDescription: 255,
  rights:
    'Create a token with the scopes `write:issue` for comments and the drift report, and `write:repository` for commit statuses. Provide it in GITEA_TOKEN.',
  headers: (token) => ({ authorization: `token ${token}`, accept: 'application/json' }),
  // Comments come in one page, and a commit has one pull request.
  paths: paths('type=issues&limit=50', '', 'pull'),
  mergedIn: (answer) => {
    const { number, merged_at: at } = understood(PullAnswer, answer);
    return typeof at === 'string' ? [number] : [];
  },
};
