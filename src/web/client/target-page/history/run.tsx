// One run: an entry of the history, on a page of its own and in the list.
import { useEffect, useMemo } from 'preact/hooks';
import { plural } from '../../../../lib/text.ts';
import type { HistoryEntryView } from '../../../../api-schema/views.ts';
import { get, targetPath } from '../../data/api.ts';
import { duration, short } from '../../data/labels.ts';
import { outcomeStanding, outcomeTitle, outcomeTone } from '../../data/outcome-labels.ts';
import { createResource } from '../../data/resource.ts';
import { runHref, targetHref } from '../../data/route.ts';
import { CopyButton } from '../../parts/copy.tsx';
import { EvidenceList } from '../../parts/evidence.tsx';
import { Icon, OutcomeIcon } from '../../parts/icon.tsx';
import { WhenLoaded } from '../../parts/loading.tsx';
import { Message } from '../../parts/message.tsx';
import { RevisionLine } from '../../parts/revision.tsx';
import { Ago } from '../../parts/time.tsx';

interface Props {
  readonly name: string;
  /** Or the beginning of it. */
  readonly id: string;
}

export function RunPage({ name, id }: Props) {
  const resource = useMemo(
    () => createResource(() => get<HistoryEntryView>(targetPath(name, `/history/${encodeURIComponent(id)}`))),
    [name, id],
  );
  useEffect(() => void resource.load(), [resource]);
  return (
    <>
      <a class="up" href={targetHref(name, 'history')}>
        <Icon name="back" />
        All runs
      </a>
      <WhenLoaded resource={resource} what="the run">
        {(entry) => <Run entry={entry} name={name} />}
      </WhenLoaded>
    </>
  );
}

function Run({ entry, name }: BodyProps) {
  const { id, outcome, at, revision, changes, durationMs, by, bisection } = entry;
  const address = new URL(runHref(name, id), location.href).href;
  return (
    <article class="run">
      <header class="run-head">
        <h3 class={`standing standing-large tone-${outcomeTone(outcome)}`}>
          <OutcomeIcon kind={outcome} standing={outcomeStanding(outcome)} />
          {outcomeTitle(outcome)}
        </h3>
        <p>
          <Ago at={at} focusable />, {plural(changes.length, 'change')} in {duration(durationMs)}
          {by !== undefined && (
            <>
              , requested by <bdi>{by}</bdi>
            </>
          )}
          {bisection && `, try ${bisection.number} of a bisection`}
          <CopyButton text={address} what="the address of this run" />
        </p>
        {revision && (
          <p class="entry-revision">
            <RevisionLine revision={revision} />
          </p>
        )}
      </header>
      <RunBody entry={entry} name={name} />
    </article>
  );
}

interface BodyProps {
  readonly entry: HistoryEntryView;
  readonly name: string;
}

export function RunBody({ entry, name }: BodyProps) {
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
        {planDigest !== undefined && planDigest !== '' && (
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
