// A revision of the files for people: commit, subject, author.
import type { TargetView } from '../../../api-schema/views.ts';
import { short } from '../data/labels.ts';

type Revision = NonNullable<TargetView['applied']>['revision'];

export function RevisionLine({ revision }: { readonly revision: Revision }) {
  const { commit, digest } = revision;
  if (!commit) return <code title={digest}>{short(digest)}</code>;
  return (
    <>
      <code title={commit.sha}>{short(commit.sha)}</code>
      {commit.dirty && <span class="tag tone-warn">uncommitted</span>}
      {commit.subject && (
        <bdi class="subject" title={commit.subject}>
          {commit.subject}
        </bdi>
      )}
    </>
  );
}
