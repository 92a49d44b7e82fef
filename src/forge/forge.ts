// A forge (GitHub, GitLab, Gitea, Forgejo) as Holdfast uses it: comments of a pull request, the status of a commit,
// issues, pull requests. Every method rejects with a HoldfastError HF8xxx that says what the forge answered and which right is missing.
import type { ForgeKind } from '../domain/forge.ts';
import { fail } from '../domain/problem/problem.ts';
import type { Comment, CommitStatus, ForgeApi, Issue, NewPull, Pull } from './api/api.ts';
import { GITEA, GITHUB } from './api/github.ts';
import { GITLAB } from './api/gitlab.ts';
import { type RestOptions, openRest } from './rest.ts';

export interface Forge extends AsyncDisposable {
  readonly kind: ForgeKind;
  /** Characters of a comment or an issue. */
  readonly longest: number;
  /** All of a pull request, the oldest first. */
  comments(pull: number): Promise<readonly Comment[]>;
  addComment(pull: number, body: string): Promise<void>;
  /** False where it was deleted. */
  editComment(pull: number, id: number, body: string): Promise<boolean>;
  /** Rejects where the token may not see the repository. */
  check(): Promise<void>;
  setStatus(commit: string, status: CommitStatus): Promise<void>;
  openIssues(): Promise<readonly Issue[]>;
  addIssue(title: string, body: string): Promise<void>;
  editIssue(number: number, body: string): Promise<void>;
  /** With a last word. */
  closeIssue(number: number, comment: string): Promise<void>;
  /** Merged pull requests that brought this commit, the newest first. */
  mergedAt(commit: string): Promise<readonly number[]>;
  /** The open one from a branch of the repository itself. */
  openPull(branch: string, into: string): Promise<Pull | undefined>;
  addPull(pull: NewPull): Promise<Pull>;
  editPull(number: number, text: Pick<NewPull, 'title' | 'body'>): Promise<void>;
}

export interface ForgeOptions extends Omit<RestOptions, 'api' | 'headers' | 'name'> {
  readonly kind: ForgeKind;
  /** Root of the API. */
  readonly api: string;
  /** `owner/name`; on GitLab also the number of a project. */
  readonly repository: string;
  readonly token: string;
}

const APIS: Readonly<Record<ForgeKind, ForgeApi>> = {
  github: GITHUB,
  gitlab: GITLAB,
  gitea: GITEA,
  forgejo: { ...GITEA, name: 'Forgejo', rights: GITEA.rights.replace('GITEA_TOKEN', 'FORGEJO_TOKEN') },
};

/** Throws HF8005 for an address that is none. */
export function openForge({ kind, repository, token, ...options }: ForgeOptions): Forge {
  const api = APIS[kind];
  const { name, rights } = api;
  const rest = openRest({ ...options, name, rights, headers: api.headers(token) });
  const at = api.paths(repository);
  return {
    kind,
    longest: api.longestComment,
    comments: async (pull) => {
      const answers = await rest.list(at.comments(pull));
      return inForm(name, () => answers.map(api.comment));
    },
    addComment: async (pull, body) => void (await rest.send('POST', at.addComment(pull), { body })),
    async editComment(pull, id, body) {
      return (await rest.send(api.edits, at.comment(pull, id), { body }, { mayBeGone: true })) !== undefined;
    },
    async check() {
      const answer = await rest.get(at.repository);
      if (answer === undefined)
        throw fail('HF8004', `${name} has no repository ${repository} for this token`);
    },
    async setStatus(commit, status) {
      const body = api.status({
        ...status,
        description: clipped(status.description, api.longestDescription),
      });
      await rest.send('POST', at.statuses(commit), body, { alreadySo: api.isAlreadySo });
    },
    openIssues: async () => {
      const answers = await rest.list(at.openIssues);
      return inForm(name, () => answers.flatMap((answer) => api.issue(answer) ?? []));
    },
    addIssue: async (title, body) => void (await rest.send('POST', at.issues, api.issueBody(body, title))),
    editIssue: async (number, body) =>
      void (await rest.send(api.edits, at.issue(number), api.issueBody(body))),
    async closeIssue(number, comment) {
      await rest.send('POST', at.issueComments(number), { body: comment });
      await rest.send(api.edits, at.issue(number), api.closing);
    },
    mergedAt: async (commit) => {
      const answer = await rest.get(at.pullRequests(commit));
      return answer === undefined ? [] : inForm(name, () => api.mergedIn(answer));
    },
    async openPull(branch, into) {
      const answers = await rest.list(at.openPulls(branch, into));
      return inForm(name, () => {
        const found = answers.find((answer) => api.isFrom(answer, repository, branch, into));
        return found === undefined ? undefined : api.pull(found);
      });
    },
    async addPull(pull) {
      const answer = await rest.send('POST', at.pulls, api.newPullBody(pull));
      return inForm(name, () => api.pull(answer));
    },
    editPull: async (number, text) => void (await rest.send(api.edits, at.pull(number), api.pullBody(text))),
    [Symbol.asyncDispose]: () => rest.close(),
  };
}

/** Answers as the API describes them. */
function inForm<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw fail('HF8005', `${name} answers in a form that its API doesn't describe`, {}, { cause: error });
  }
}

function clipped(text: string, most: number): string {
  const characters = [...text];
  return characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : text;
}
