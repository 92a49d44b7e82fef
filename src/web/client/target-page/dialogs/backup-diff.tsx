// How a backup differs from the gateway's file of now. It costs the gateway a few requests, so it is read on request.
import { useEffect, useState } from 'preact/hooks';
import type { BackupDiffView } from '../../../../api-schema/views.ts';
import { plural } from '../../../../lib/text.ts';
import { type Answer, get, targetPath } from '../../data/api.ts';
import { Trouble } from '../../parts/trouble.tsx';

interface Props {
  readonly name: string;
  readonly id: string;
  /** Whether it is read at once. */
  readonly now?: boolean;
}

export function BackupDiff({ name, id, now = false }: Props) {
  const [asked, setAsked] = useState(now);
  const [answer, setAnswer] = useState<Answer<BackupDiffView>>();
  useEffect(() => {
    if (!asked) return;
    void get<BackupDiffView>(targetPath(name, `/backups/${encodeURIComponent(id)}/diff`)).then(setAnswer);
  }, [asked, name, id]);
  if (!asked)
    return (
      <button
        type="button"
        class="link"
        aria-label={`Compare with now: ${id}`}
        onClick={() => setAsked(true)}
      >
        Compare with now
      </button>
    );
  return (
    <div class="backup-diff" role="status">
      {!answer ? (
        <span class="muted">Reading the gateway…</span>
      ) : answer.ok ? (
        <Differences diff={answer.value} />
      ) : (
        <Trouble problem={answer.problem} />
      )}
    </div>
  );
}

function Differences({ diff: { same, added, removed, changed } }: { readonly diff: BackupDiffView }) {
  const count = added.length + removed.length + changed.length;
  if (same) return <p>The same as the gateway's file of now.</p>;
  if (count === 0) return <p>The same values as now; only spelling or comments differ.</p>;
  return (
    <>
      <p>A restore changes {plural(count, 'place')}:</p>
      <ul class="plain mono break">
        <Paths word="adds" sign="+" kind="add" paths={added} />
        <Paths word="changes" sign="~" kind="update" paths={changed} />
        <Paths word="removes" sign="−" kind="remove" paths={removed} />
      </ul>
    </>
  );
}

interface PathsProps {
  readonly word: string;
  readonly sign: string;
  readonly kind: 'add' | 'update' | 'remove';
  readonly paths: readonly string[];
}

/** Paths of a kind at first. */
const FIRST = 20;

function Paths({ word, sign, kind, paths }: PathsProps) {
  const left = paths.length - FIRST;
  return (
    <>
      {paths.slice(0, FIRST).map((path) => (
        <li key={path} class={`change-${kind}`}>
          <span class="sign" aria-hidden="true">
            {sign}
          </span>
          <span class="visually-hidden">{word} </span> <bdi>{path}</bdi>
        </li>
      ))}
      {left > 0 && (
        <li class="muted">
          {word} {left} more
        </li>
      )}
    </>
  );
}
