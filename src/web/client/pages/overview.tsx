// All targets: the worst first, in groups with one explanation of their status.
import { useEffect } from 'preact/hooks';
import { SYNC_STATUSES, type SyncStatus } from '../../../domain/outcome/sync-status.ts';
import { plural } from '../../../lib/text.ts';
import type { TargetView } from '../../../api-schema/views.ts';
import { fleet, standingOf, targets, toneOf } from '../data/fleet.ts';
import { StandingIcon } from '../parts/icon.tsx';
import { Empty, Skeleton } from '../parts/loading.tsx';
import { SourceLine } from '../parts/source.tsx';
import { Filters } from '../parts/filters.tsx';
import { chosen, grouped, order, query, show } from '../data/selection.ts';
import { Message } from '../parts/message.tsx';
import { Rows } from './rows.tsx';

export function Overview() {
  const troubled = targets.value.filter((target) => toneOf(standingOf(target)) === 'bad').length;
  useEffect(() => {
    document.title = troubled > 0 ? `(${troubled}) Holdfast` : 'Holdfast';
  }, [troubled]);
  const { value } = fleet.state.value;
  return (
    <div class="page">
      <h1 tabIndex={-1} class="visually-hidden">
        Targets
      </h1>
      {value?.source && <SourceLine source={value.source} />}
      {value ? <Fleet /> : <Skeleton what="targets" />}
    </div>
  );
}

function Fleet() {
  if (targets.value.length === 0)
    return (
      <Empty>
        The settings define no targets. Add a target to <code>holdfast.yaml</code>. The daemon reloads the
        file automatically.
      </Empty>
    );
  return (
    <>
      <Filters />
      {chosen.value.length === 0 ? <NothingFound /> : <Table />}
    </>
  );
}

function NothingFound() {
  const all = (): void => {
    query.value = '';
    show.value = 'all';
  };
  return (
    <Empty>
      None of {plural(targets.value.length, 'target')} fits.{' '}
      <button type="button" class="link" onClick={all}>
        Show all
      </button>
    </Empty>
  );
}

// Roles are explicit: on a phone, the styles turn rows into cards, and browsers then no longer treat it as a table.
function Table() {
  return (
    <table class="fleet" role="table" aria-label="Targets">
      <thead role="rowgroup">
        <tr role="row">
          <th role="columnheader" scope="col">
            Target
          </th>
          <th role="columnheader" scope="col">
            Why
          </th>
          <th role="columnheader" scope="col">
            Revision
          </th>
          <th role="columnheader" scope="col" class="number">
            Drift
          </th>
          <th role="columnheader" scope="col">
            Last outcome
          </th>
          <th role="columnheader" scope="col" class="number">
            Next check
          </th>
        </tr>
      </thead>
      {order.value === 'worst' ? (
        grouped.value.map(([standing, members]) => (
          <Group key={standing} standing={standing} members={members} />
        ))
      ) : (
        <Rows members={chosen.value} total={chosen.value.length} />
      )}
    </table>
  );
}

interface GroupProps {
  readonly standing: SyncStatus;
  readonly members: readonly TargetView[];
}

function Group({ standing, members }: GroupProps) {
  const { title, meaning } = SYNC_STATUSES[standing];
  return (
    <>
      <tbody role="rowgroup">
        <tr role="row" class="group">
          <th role="rowheader" scope="rowgroup" colSpan={6} class={`tone-${toneOf(standing)}`}>
            <span class="standing">
              <StandingIcon standing={standing} />
              {title}
            </span>
            <span class="count">{members.length}</span>
            <Message class="meaning" text={meaning} />
          </th>
        </tr>
      </tbody>
      <Rows members={members} total={chosen.value.length} inGroup />
    </>
  );
}
