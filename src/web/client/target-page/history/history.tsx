// Every transaction: what it changed, what it sent, how it was verified.
import { plural } from '../../../../lib/text.ts';
import type { Signal } from '@preact/signals';
import type { HistoryEntryView, HistoryView } from '../../../../api-schema/views.ts';
import { OutcomeIcon } from '../../parts/icon.tsx';
import { Empty, WhenLoaded } from '../../parts/loading.tsx';
import { RevisionLine } from '../../parts/revision.tsx';
import { Ago } from '../../parts/time.tsx';
import type { Resource } from '../../data/resource.ts';
import { runHref } from '../../data/route.ts';
import { duration } from '../../data/labels.ts';
import { RunBody } from './run.tsx';
import { outcomeStanding, outcomeTitle, outcomeTone } from '../../data/outcome-labels.ts';

interface Props {
  readonly resource: Resource<HistoryView>;
  /** How many entries are loaded. */
  readonly entries: Signal<number>;
  readonly name: string;
}

const PAGE = 100;

export function History({ resource, entries: loaded, name }: Props) {
  const older = (): void => {
    loaded.value += PAGE;
    void resource.load();
  };
  return (
    <WhenLoaded resource={resource} what="history">
      {({ entries, more }) =>
        entries.length === 0 ? (
          <Empty>Nothing has been written to this gateway yet.</Empty>
        ) : (
          <div class="history">
            {entries.map((entry) => (
              <EntryBox key={entry.id} entry={entry} name={name} />
            ))}
            {more && (
              <button type="button" class="link" onClick={older}>
                Show older entries
              </button>
            )}
          </div>
        )
      }
    </WhenLoaded>
  );
}

function EntryBox({ entry, name }: { readonly entry: HistoryEntryView; readonly name: string }) {
  const { outcome, at, revision, changes, durationMs, by, bisection } = entry;
  return (
    <details class="entry">
      <summary>
        <span class={`standing tone-${outcomeTone(outcome)}`}>
          <OutcomeIcon kind={outcome} standing={outcomeStanding(outcome)} />
          {outcomeTitle(outcome)}
        </span>
        <span class="entry-revision">{revision && <RevisionLine revision={revision} linked={false} />}</span>
        <span class="muted">
          {plural(changes.length, 'change')}, {duration(durationMs)}
          {by !== undefined && (
            <>
              , by <bdi>{by}</bdi>
            </>
          )}
          {bisection && `, try ${bisection.number} of a bisection`}
        </span>
        <Ago at={at} />
      </summary>
      <RunBody entry={entry} name={name} />
      <p class="entry-link">
        <a href={runHref(name, entry.id)}>Page of this run</a>
      </p>
    </details>
  );
}
