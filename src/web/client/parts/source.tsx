// The source of the files, and why they aren't newer.
import type { Source } from '../../../api-schema/views.ts';
import { link } from '../data/live.ts';
import { Icon } from './icon.tsx';
import { CommitCode } from './revision.tsx';
import { Ago } from './time.tsx';
import { Message } from './message.tsx';

export function SourceLine({ source }: { readonly source: Source }) {
  const { url, ref, commit, answeredAt, problem } = source;
  return (
    <section class={`source ${problem === undefined ? '' : 'source-troubled'}`} aria-label="Git source">
      <p class="source-place">
        <Icon name="branch" />
        <bdi class="mono" title={url}>
          {url.replace(/^https?:\/\//, '')}
        </bdi>
        <span class="tag">
          <bdi>{ref}</bdi>
        </span>
      </p>
      {commit && (
        <p class="source-commit">
          <CommitCode sha={commit.sha} />
          <bdi class="subject" title={commit.subject}>
            {commit.subject}
          </bdi>
          <span class="muted">
            <bdi>{commit.author}</bdi>
            {commit.at !== undefined && (
              <>
                , <Ago at={commit.at} />
              </>
            )}
          </span>
        </p>
      )}
      {/* While the page is live and nothing is wrong, it shows the source as it is now. */}
      {answeredAt !== undefined && (problem !== undefined || link.value.kind !== 'live') && (
        <p class="source-asked muted">
          last response <Ago at={answeredAt} />
        </p>
      )}
      {problem !== undefined && (
        <p class="source-problem tone-warn" role="alert">
          <Icon name="warning" />
          <span>
            <strong>The files in effect are older than the ones in git.</strong> <Message text={problem} />
          </span>
        </p>
      )}
    </section>
  );
}
