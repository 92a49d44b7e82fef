// A revision of the files for people: commit, subject, author.
import type { TargetView } from '../../../api-schema/views.ts';
import { commitLink } from '../data/commit-link.ts';
import { fleet } from '../data/fleet.ts';
import { short } from '../data/labels.ts';

type Revision = NonNullable<TargetView['applied']>['revision'];

interface RevisionProps {
  readonly revision: Revision;
  /** False inside of what can be clicked itself. */
  readonly linked?: boolean;
}

export function RevisionLine({ revision, linked = true }: RevisionProps) {
  const { commit, digest } = revision;
  if (!commit) return <code title={digest}>{short(digest)}</code>;
  return (
    <>
      <CommitCode sha={commit.sha} isLinked={linked && !commit.dirty} />
      {commit.dirty && <span class="tag tone-warn">uncommitted</span>}
      {commit.subject && (
        <bdi class="subject" title={commit.subject}>
          {commit.subject}
        </bdi>
      )}
    </>
  );
}

interface CommitProps {
  readonly sha: string;
  /** Whether the forge has it as it is, and a link is wanted. */
  readonly isLinked?: boolean;
}

/** The beginning of a commit, linked to its page where the daemon follows a repository that has pages. */
export function CommitCode({ sha, isLinked = true }: CommitProps) {
  const source = fleet.state.value.value?.source;
  const link = source && isLinked ? commitLink(source.url, sha) : undefined;
  const code = <code title={sha}>{short(sha)}</code>;
  if (link === undefined) return code;
  return (
    <a class="commit-link" href={link} target="_blank" rel="noreferrer">
      {code}
    </a>
  );
}
