// All targets: the worst first, in groups by status or by a label.
import { useEffect } from 'preact/hooks';
import { plural } from '../../../lib/text.ts';
import { BulkBar } from '../bulk/bulk-bar.tsx';
import { fleet, targets } from '../data/fleet.ts';
import { standingOf, toneOf } from '../data/standing.ts';
import { mayOperate } from '../data/session.ts';
import { Empty, Skeleton } from '../parts/loading.tsx';
import { RolloutPanel } from '../parts/rollout.tsx';
import { SourceLine } from '../parts/source.tsx';
import { Filters } from '../parts/filters.tsx';
import { chosen, grouped, keyOf, order, query, show } from '../data/selection.ts';
import { GroupRows, PickAll } from './group.tsx';
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
      <RolloutPanel />
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
      {mayOperate.value && <BulkBar />}
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

const COLUMNS = [
  ['Target', 'cell-name'],
  ['Why', 'cell-state'],
  ['Revision', 'cell-revision'],
  ['Drift', 'cell-drift number'],
  ['Last outcome', 'cell-outcome'],
  ['Next check', 'cell-next number'],
] as const;

// Roles are explicit: on a phone, the styles turn rows into cards, and browsers then no longer treat it as a table.
function Table() {
  return (
    <table class="fleet" role="table" aria-label="Targets">
      <thead role="rowgroup">
        <tr role="row">
          {mayOperate.value && (
            <th role="columnheader" scope="col" class="cell-pick">
              <PickAll members={chosen.value} label="Select all targets" />
            </th>
          )}
          {COLUMNS.map(([title, name]) => (
            <th key={title} role="columnheader" scope="col" class={name}>
              {title}
            </th>
          ))}
        </tr>
      </thead>
      {order.value === 'worst' ? (
        grouped.value.map((group) => <GroupRows key={keyOf(group)} group={group} />)
      ) : (
        <Rows members={chosen.value} total={chosen.value.length} />
      )}
    </table>
  );
}
