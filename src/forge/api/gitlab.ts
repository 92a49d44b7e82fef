// The REST API of GitLab, version 4.
import { Type } from 'typebox';
import type { ForgeApi } from './api.ts';
import { understood } from './github.ts';

const NoteAnswer = Type.Object({ id: Type.Integer(), body: Type.String() });
const IssueAnswer = Type.Object({
  iid: Type.Integer(),
  title: Type.String(),
  description: Type.Optional(Type.Union([Type.String(), Type.Null()])),
});
const MergeRequestAnswer = Type.Object({ iid: Type.Integer(), state: Type.String() });

const OpenAnswer = Type.Object({
  iid: Type.Integer(),
  title: Type.String(),
  description: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  web_url: Type.String(),
  source_branch: Type.String(),
  target_branch: Type.String(),
  source_project_id: Type.Optional(Type.Union([Type.Integer(), Type.Null()])),
  target_project_id: Type.Integer(),
});

export const GITLAB: ForgeApi = {
  name: 'GitLab',
  longestComment: 1_000_000,
  longestDescription: 255,
  rights:
    'Create a project access token with the scope `api` and the role Reporter for comments and the drift report, Developer for commit statuses and merge requests. Provide it in GITLAB_TOKEN, as a masked variable. A job token can do none of this.',
  edits: 'PUT',
  headers: (token) => ({ 'private-token': token, accept: 'application/json' }),
  paths(repository) {
    const root = `/projects/${encodeURIComponent(repository)}`;
    const merge = (pull: number): string => `${root}/merge_requests/${pull}`;
    return {
      repository: root,
      comments: (pull) => `${merge(pull)}/notes?per_page=100&sort=asc&order_by=created_at`,
      addComment: (pull) => `${merge(pull)}/notes`,
      comment: (pull, id) => `${merge(pull)}/notes/${id}`,
      statuses: (commit) => `${root}/statuses/${commit}`,
      openIssues: `${root}/issues?state=opened&scope=all&per_page=100`,
      issues: `${root}/issues`,
      issue: (number) => `${root}/issues/${number}`,
      issueComments: (number) => `${root}/issues/${number}/notes`,
      pullRequests: (commit) => `${root}/repository/commits/${commit}/merge_requests`,
      openPulls: (branch, into) => {
        const filter = new URLSearchParams({ source_branch: branch, target_branch: into });
        return `${root}/merge_requests?state=opened&${filter}&per_page=100`;
      },
      pulls: `${root}/merge_requests`,
      pull: merge,
    };
  },
  status: ({ state, context, description, link }) => ({
    state: state === 'failure' ? 'failed' : state,
    name: context,
    description,
    ...(link !== undefined && link.length <= LONGEST_LINK && { target_url: link }),
  }),
  // A status that a commit has can't be given again.
  isAlreadySo: (status, answer) => status === 400 && answer.includes('Cannot transition status'),
  issueBody: (text, title) => ({ ...(title !== undefined && { title }), description: text }),
  closing: { state_event: 'close' },
  comment: (answer) => understood(NoteAnswer, answer),
  issue(answer) {
    const { iid, title, description } = understood(IssueAnswer, answer);
    return { number: iid, title, body: description ?? '' };
  },
  mergedIn: (answer) =>
    understood(Type.Array(MergeRequestAnswer), answer)
      .filter(({ state }) => state === 'merged')
      .toSorted((a, b) => b.iid - a.iid)
      .map(({ iid }) => iid),
  newPullBody: ({ branch, into, title, body }) => ({
    source_branch: branch,
    target_branch: into,
    title,
    description: body,
    remove_source_branch: true,
  }),
  pullBody: ({ title, body }) => ({ title, description: body }),
  pull(answer) {
    const { iid, title, description, web_url: link } = understood(OpenAnswer, answer);
    return { number: iid, title, body: description ?? '', link };
  },
  isFrom(answer, _repository, branch, into) {
    const { source_project_id: from, target_project_id: to, ...one } = understood(OpenAnswer, answer);
    return from === to && one.source_branch === branch && one.target_branch === into;
  },
};

const LONGEST_LINK = 255;
