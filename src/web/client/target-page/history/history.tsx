// Every transaction: what it changed, what it sent, how it was verified.
import { plural } from '../../../../lib/text.ts';
import type { Signal } from '@preact/signals';
import type { HistoryView } from '../../../../api-schema/views.ts';
import { OutcomeIcon } from '../../parts/icon.tsx';
import { Empty, WhenLoaded } from '../../parts/loading.tsx';
import { RevisionLine } from '../../parts/revision.tsx';
import { Ago } from '../../parts/time.tsx';
import type { Resource } from '../../data/resource.ts';
import { targetHref } from '../../data/route.ts';
import { duration, short } from '../../data/labels.ts';
import { EvidenceList } from '../../parts/evidence.tsx';
import { Message } from '../../parts/message.tsx';
import { outcomeStanding, outcomeTitle, outcomeTone } from '../../data/outcome-labels.ts';

type Entry = HistoryView['entries'][number];

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

function EntryBox({ entry, name }: { readonly entry: Entry; readonly name: string }) {
  const { outcome, at, revision, changes, durationMs, by } = entry;
  return (
    <details class="entry">
      <summary>
        <span class={`standing tone-${outcomeTone(outcome)}`}>
          <OutcomeIcon kind={outcome} standing={outcomeStanding(outcome)} />
          {outcomeTitle(outcome)}
        </span>
        <span class="entry-revision">{revision && <RevisionLine revision={revision} />}</span>
        <span class="muted">
          {plural(changes.length, 'change')}, {duration(durationMs)}
          {by !== undefined && (
            <>
              , by <bdi>{by}</bdi>
            </>
          )}
        </span>
        <Ago at={at} />
      </summary>
      <EntryBody entry={entry} name={name} />
    </details>
  );
}

function EntryBody({ entry, name }: { readonly entry: Entry; readonly name: string }) {
  const { id, changes, writes, evidence, problems, planDigest, backup, requests } = entry;
  const cost = Object.entries(requests).map(([purpose, count]) => `${purpose} ${count}`);
  return (
    <div class="entry-body">
      <Lines title="Changes" lines={changes} />
      <Lines title="Requests" lines={writes} />
      {evidence.length > 0 && (
        <>
          <h3>Evidence</h3>
          <EvidenceList evidence={evidence} />
        </>
      )}
      <Lines title="Problems" lines={problems} />
      <p class="sub break">
        entry <code>{id}</code>
        {planDigest !== undefined && (
          <>
            , plan <code title={planDigest}>{short(planDigest, 12)}</code>
          </>
        )}
        {backup !== undefined && (
          <>
            , backup <a href={targetHref(name, 'backups')}>{backup}</a>
          </>
        )}
        {cost.length > 0 && `, requests: ${cost.join(', ')}`}
      </p>
    </div>
  );
}

function Lines({ title, lines }: { readonly title: string; readonly lines: readonly string[] }) {
  if (lines.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <ul class="plain mono break lines">
        {lines.map((line, i) => (
          <li key={i}>
            <Message text={line} />
          </li>
        ))}
      </ul>
    </>
  );
}
