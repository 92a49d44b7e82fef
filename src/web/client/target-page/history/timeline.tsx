// The checks of a target over time, as a plot and as a table.
import type { Signal } from '@preact/signals';
import { useState } from 'preact/hooks';
import { plural } from '../../../../lib/text.ts';
import type { LooksView } from '../../../../api-schema/views.ts';
import { now } from '../../data/clock.ts';
import { OutcomeIcon } from '../../parts/icon.tsx';
import { Empty, WhenLoaded } from '../../parts/loading.tsx';
import type { Resource } from '../../data/resource.ts';
import { duration, moment } from '../../data/labels.ts';
import { driftText, outcomeStanding, outcomeTitle, outcomeTone } from '../../data/outcome-labels.ts';
import { Plot } from './plot.tsx';

type Look = LooksView['looks'][number];

const HOUR = 3_600_000;
const WINDOWS = [
  ['6 hours', 6 * HOUR],
  ['1 day', 24 * HOUR],
  ['1 week', 168 * HOUR],
  ['All that is kept', Infinity],
] as const;

interface Props {
  readonly resource: Resource<LooksView>;
  /** ms: the time range that is loaded; Infinity: as long as checks are kept. */
  readonly window: Signal<number>;
}

export function Timeline({ resource, window }: Props) {
  const choose = (length: number): void => {
    window.value = length;
    void resource.load();
  };
  return (
    <div class="timeline">
      <Ranges window={window.value} choose={choose} />
      <WhenLoaded resource={resource} what="checks">
        {({ looks }) => <Looks looks={looks} window={window.value} />}
      </WhenLoaded>
    </div>
  );
}

interface RangesProps {
  readonly window: number;
  readonly choose: (window: number) => void;
}

function Ranges({ window, choose }: RangesProps) {
  return (
    <fieldset class="spans">
      <legend class="visually-hidden">Time range</legend>
      {WINDOWS.map(([title, length]) => (
        <label key={title} class="chip">
          <input type="radio" name="window" checked={window === length} onChange={() => choose(length)} />
          {title}
        </label>
      ))}
    </fieldset>
  );
}

function Looks({ looks, window }: { readonly looks: readonly Look[]; readonly window: number }) {
  const end = Math.max(now.peek(), looks[0]?.at ?? 0);
  const shown = looks.filter(({ at }) => at >= end - window);
  if (shown.length === 0) return <Empty>No checks in this time range.</Empty>;
  return (
    <>
      <Plot looks={shown.toReversed()} end={end} />
      <LooksTable looks={shown} />
    </>
  );
}

const PAGE = 25;

function LooksTable({ looks }: { readonly looks: readonly Look[] }) {
  const [count, setCount] = useState(PAGE);
  const left = looks.length - count;
  return (
    <>
      <table class="looks">
        <caption>Checks, newest first</caption>
        <thead>
          <tr>
            <th scope="col">Outcome</th>
            <th scope="col">When</th>
            <th scope="col">Why</th>
            <th scope="col" class="number">
              Drift
            </th>
            <th scope="col" class="number">
              Took
            </th>
            <th scope="col" class="number">
              Requests
            </th>
          </tr>
        </thead>
        <tbody>
          {looks.slice(0, count).map((look) => (
            <LookRow key={look.at} look={look} />
          ))}
        </tbody>
      </table>
      {left > 0 && (
        <button type="button" class="link" onClick={() => setCount(count + 4 * PAGE)}>
          Show more, {plural(left, 'check')} left
        </button>
      )}
    </>
  );
}

function LookRow({ look }: { readonly look: Look }) {
  return (
    <tr>
      <td>
        <span class={`standing tone-${outcomeTone(look.outcome)}`}>
          <OutcomeIcon kind={look.outcome} standing={outcomeStanding(look.outcome)} />
          {outcomeTitle(look.outcome)}
        </span>
      </td>
      <td>
        <time dateTime={new Date(look.at).toISOString()}>{moment(look.at)}</time>
      </td>
      <td class="muted">{look.trigger}</td>
      <td class="number">{driftText(look)}</td>
      <td class="number">{duration(look.durationMs)}</td>
      <td class="number">{look.requests}</td>
    </tr>
  );
}
