// The checks of a target over time, as a plot and as a table.
import { useState } from 'preact/hooks';
import { plural } from '../../../../lib/text.ts';
import type { LooksView } from '../../../../api-schema/views.ts';
import { now } from '../../data/clock.ts';
import { StandingIcon } from '../../parts/icon.tsx';
import { Empty, WhenLoaded } from '../../parts/loading.tsx';
import type { Resource } from '../../data/resource.ts';
import { duration, moment } from '../../data/labels.ts';
import { outcomeStanding, outcomeTitle, outcomeTone } from '../../data/outcome-labels.ts';
import { Plot } from './plot.tsx';

type Look = LooksView['looks'][number];

const HOUR = 3_600_000;
const WINDOWS = [
  ['6 hours', 6 * HOUR],
  ['1 day', 24 * HOUR],
  ['1 week', 168 * HOUR],
  ['All', Infinity],
] as const;

export function Timeline({ resource }: { readonly resource: Resource<LooksView> }) {
  return (
    <WhenLoaded resource={resource} what="looks">
      {({ looks }) => (looks.length === 0 ? <Empty>Not checked yet.</Empty> : <Looks looks={looks} />)}
    </WhenLoaded>
  );
}

function Looks({ looks }: { readonly looks: readonly Look[] }) {
  const [window, setWindow] = useState<number>(WINDOWS[1][1]);
  const end = Math.max(now.peek(), looks[0]?.at ?? 0);
  const shown = looks.filter(({ at }) => at >= end - window);
  return (
    <div class="timeline">
      <fieldset class="spans">
        <legend class="visually-hidden">Time range</legend>
        {WINDOWS.map(([title, length]) => (
          <label key={title} class="chip">
            <input
              type="radio"
              name="window"
              checked={window === length}
              onChange={() => setWindow(length)}
            />
            {title}
          </label>
        ))}
      </fieldset>
      {shown.length === 0 ? (
        <Empty>No checks in this time range.</Empty>
      ) : (
        <Plot looks={shown.toReversed()} end={end} />
      )}
      <LooksTable looks={shown} />
    </div>
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
          Show more, {plural(left, 'look')} left
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
          <StandingIcon standing={outcomeStanding(look.outcome)} />
          {outcomeTitle(look.outcome)}
        </span>
      </td>
      <td>
        <time dateTime={new Date(look.at).toISOString()}>{moment(look.at)}</time>
      </td>
      <td class="muted">{look.trigger}</td>
      <td class="number">{look.differences}</td>
      <td class="number">{duration(look.durationMs)}</td>
      <td class="number">{look.requests}</td>
    </tr>
  );
}
