// How one forge spells what Holdfast asks of it: paths, bodies, answers and limits. Data and pure functions.

export interface Comment {
  readonly id: number;
  readonly body: string;
}

export interface Issue {
  readonly number: number;
  readonly title: string;
  readonly body: string;
}

/** An open pull or merge request. */
export interface Pull {
  readonly number: number;
  /** Its page. */
  readonly link: string;
  readonly title: string;
  readonly body: string;
}

/** A pull request that is to be opened: from a branch of the repository into another one. */
export interface NewPull {
  readonly branch: string;
  readonly into: string;
  readonly title: string;
  readonly body: string;
}

export type StatusState = 'pending' | 'success' | 'failure';

export interface CommitStatus {
  readonly state: StatusState;
  /** Names the status: a later one with the same context takes its place. */
  readonly context: string;
  readonly description: string;
  readonly link?: string;
}

export interface ForgeApi {
  /** For people. */
  readonly name: string;
  /** Characters. */
  readonly longestComment: number;
  readonly longestDescription: number;
  /** Which rights a token needs, for the remedy of an answer that refuses it. */
  readonly rights: string;
  /** The method that edits. */
  readonly edits: 'PATCH' | 'PUT';
  headers(token: string): Readonly<Record<string, string>>;
  paths(repository: string): ForgePaths;
  status(status: CommitStatus): object;
  /** Whether a refusal of a status says that the commit has it already. */
  isAlreadySo(status: number, answer: string): boolean;
  issueBody(text: string, title?: string): object;
  readonly closing: object;
  /** These throw for an answer of another form. */
  comment(answer: unknown): Comment;
  /** Undefined for what is listed with issues and isn't one. */
  issue(answer: unknown): Issue | undefined;
  /** Numbers of merged pull requests. */
  mergedIn(answer: unknown): readonly number[];
  newPullBody(pull: NewPull): object;
  pullBody(text: Pick<NewPull, 'title' | 'body'>): object;
  /** Throws for an answer of another form. */
  pull(answer: unknown): Pull;
  /** Whether a listed pull request is from this branch of this repository into that one. */
  isFrom(answer: unknown, repository: string, branch: string, into: string): boolean;
}

/** Below the root of the API, with a slash in front. Lists hold as much as one page may. */
export interface ForgePaths {
  readonly repository: string;
  comments(pull: number): string;
  addComment(pull: number): string;
  comment(pull: number, id: number): string;
  statuses(commit: string): string;
  readonly openIssues: string;
  readonly issues: string;
  issue(number: number): string;
  issueComments(number: number): string;
  pullRequests(commit: string): string;
  /** Those that can be from a branch into another one; more where the API can't filter. */
  openPulls(branch: string, into: string): string;
  readonly pulls: string;
  pull(number: number): string;
}
