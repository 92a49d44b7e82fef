// One group of the overview: its line, its rows, and its targets in sync as one line.
import { useEffect, useRef } from 'preact/hooks';
import { SYNC_STATUSES, type SyncStatus } from '../../../domain/outcome/sync-status.ts';
import { plural } from '../../../lib/text.ts';
import type { TargetView } from '../../../api-schema/views.ts';
import { fleet } from '../data/fleet.ts';
import { toneOf } from '../data/standing.ts';
import { chosen, countsOf, foldedIn, type Group, keyOf, pick, picked, unfold } from '../data/selection.ts';
import { mayOperate } from '../data/session.ts';
import { TONES } from '../parts/filters.tsx';
import { StandingIcon } from '../parts/icon.tsx';
import { Message } from '../parts/message.tsx';
import { LastWrite } from '../parts/target-row.tsx';
import { COLUMNS, Rows } from './rows.tsx';

export function GroupRows({ group }: { readonly group: Group }) {
  const { rows, folded } = foldedIn(group);
  return (
    <>
      <tbody role="rowgroup">
        <tr role="row" class="group">
          <th
            role="rowheader"
            scope="rowgroup"
            colSpan={COLUMNS + 1}
            class={group.kind === 'status' ? `tone-${toneOf(group.standing)}` : ''}
          >
            <div class="group-line">
              {mayOperate.value && (
                <PickAll members={group.members} label={`Select all: ${titleOf(group)}`} />
              )}
              {group.kind === 'status' ? (
                <StatusTitle standing={group.standing} count={group.members.length} />
              ) : (
                <LabelTitle group={group} title={titleOf(group)} />
              )}
            </div>
          </th>
        </tr>
      </tbody>
      <Rows members={rows} total={chosen.value.length} inGroup={group.kind === 'status'} />
      {folded.length > 0 && <Folded members={folded} unfold={() => unfold(keyOf(group))} />}
    </>
  );
}

function titleOf(group: Group): string {
  if (group.kind === 'status') return SYNC_STATUSES[group.standing].title;
  return group.value === undefined ? `without ${group.name}` : `${group.name}: ${group.value}`;
}

function StatusTitle({ standing, count }: { readonly standing: SyncStatus; readonly count: number }) {
  const { title, meaning } = SYNC_STATUSES[standing];
  return (
    <>
      <span class="standing">
        <StandingIcon standing={standing} />
        {title}
      </span>
      <span class="count">{count}</span>
      <Message class="meaning" text={meaning} />
    </>
  );
}

function LabelTitle({ group, title }: { readonly group: Group; readonly title: string }) {
  const counts = countsOf(group.members);
  return (
    <>
      <bdi class="label-title">{title}</bdi>
      <span class="count">{group.members.length}</span>
      <span class="meaning tallies">
        {TONES.map(([tone, many, one]) => {
          const count = counts[tone];
          return (
            count > 0 && (
              <span key={tone} class={`tally tone-${tone}`}>
                <b>{count}</b> {count === 1 ? one : many}
              </span>
            )
          );
        })}
      </span>
    </>
  );
}

interface FoldedProps {
  readonly members: readonly TargetView[];
  readonly unfold: () => void;
}

function Folded({ members, unfold }: FoldedProps) {
  const newest = members.reduce((a, b) => ((a.applied?.at ?? 0) >= (b.applied?.at ?? 0) ? a : b));
  return (
    <tbody role="rowgroup">
      <tr role="row" class="folded">
        <td role="cell" colSpan={COLUMNS + 1}>
          <button type="button" class="link" aria-expanded={false} onClick={unfold}>
            Show {plural(members.length, 'target')} in sync
          </button>
          <span class="muted folded-revision">
            {fleet.state.value.value?.source && 'all at HEAD, '}
            <LastWrite target={newest} />
          </span>
        </td>
      </tr>
    </tbody>
  );
}

interface PickAllProps {
  readonly members: readonly TargetView[];
  readonly label: string;
}

export function PickAll({ members, label }: PickAllProps) {
  const box = useRef<HTMLInputElement>(null);
  const count = members.filter(({ name }) => picked.value.has(name)).length;
  const some = count > 0 && count < members.length;
  useEffect(() => {
    if (box.current) box.current.indeterminate = some;
  }, [some]);
  return (
    <input
      ref={box}
      type="checkbox"
      aria-label={label}
      checked={count > 0 && count === members.length}
      onChange={({ currentTarget }) =>
        pick(
          members.map(({ name }) => name),
          currentTarget.checked,
        )
      }
    />
  );
}
