// Drift and duration of the checks over one time axis: two bands that share it, with marks for notable outcomes
// between them. Use a pointer or the arrow keys to read single checks; the table below has the same numbers.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { LooksView } from '../../../../api-schema/views.ts';
import { duration, moment } from '../../data/labels.ts';
import { nearest, scaleOf, ticksOf, timeTicks } from './axes.ts';
import { driftText, outcomeTitle, outcomeTone } from '../../data/outcome-labels.ts';

type Look = LooksView['looks'][number];

interface Props {
  /** Oldest first, at least one. */
  readonly looks: readonly Look[];
  /** The end of the axis, ms since the epoch. */
  readonly end: number;
}

const LEFT = 44;
const RIGHT = 8;
const DRIFT = { top: 22, bottom: 92 };
const MARKS = 110;
const DURATION = { top: 150, bottom: 216 };
const AXIS = 236;
const HEIGHT = 244;

export function Plot({ looks, end }: Props) {
  const [frame, width] = useWidth();
  const [at, setAt] = useState<number>();
  const start = Math.min(looks[0]?.at ?? end, end - 60_000);
  const x = scaleOf([start, end], [LEFT, width - RIGHT]);
  const read = looks[at ?? looks.length - 1];
  const move = (by: number): void =>
    setAt(Math.max(0, Math.min(looks.length - 1, (at ?? looks.length - 1) + by)));
  return (
    <figure class="plot">
      <figcaption>{read && <Reading look={read} />}</figcaption>
      <div
        ref={frame}
        class="plot-frame"
        role="slider"
        tabIndex={0}
        aria-label="Look"
        aria-valuemin={1}
        aria-valuemax={looks.length}
        aria-valuenow={(at ?? looks.length - 1) + 1}
        aria-valuetext={read && readingText(read)}
        onKeyDown={(event) => {
          const by = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }[event.key];
          if (by === undefined) return;
          event.preventDefault();
          move(by);
        }}
      >
        <svg
          width={width}
          height={HEIGHT}
          viewBox={`0 0 ${width} ${HEIGHT}`}
          aria-hidden="true"
          onPointerMove={({ offsetX }) =>
            setAt(
              nearest(
                looks.map((look) => x(look.at)),
                offsetX,
              ),
            )
          }
          onPointerLeave={() => setAt(undefined)}
        >
          <TimeAxis start={start} end={end} x={x} width={width} />
          <Drift looks={looks} x={x} width={width} end={end} />
          <Durations looks={looks} x={x} width={width} />
          <Outcomes looks={looks} x={x} />
          {at !== undefined && read && <Cursor at={x(read.at)} />}
        </svg>
      </div>
    </figure>
  );
}

function useWidth() {
  const element = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(640);
  useEffect(() => {
    const frame = element.current;
    if (!frame) return undefined;
    const observer = new ResizeObserver(() => setWidth(Math.max(240, frame.clientWidth)));
    observer.observe(frame);
    return () => observer.disconnect();
  }, []);
  return [element, width] as const;
}

const readingText = (look: Look): string => {
  const { at, outcome, durationMs, trigger } = look;
  return `${moment(at)}: ${outcomeTitle(outcome)}, drift ${driftText(look)}, took ${duration(durationMs)}, because of ${trigger}`;
};

function Reading({ look }: { readonly look: Look }) {
  const { at, outcome, durationMs, trigger } = look;
  return (
    <>
      <b>{moment(at)}</b>
      <span class={`tone-${outcomeTone(outcome)}`}>{outcomeTitle(outcome)}</span>
      <span>
        drift <b>{driftText(look)}</b>
      </span>
      <span>
        took <b>{duration(durationMs)}</b>
      </span>
      <span class="muted">{trigger}</span>
    </>
  );
}

type Scale = (value: number) => number;

interface BandProps {
  readonly looks: readonly Look[];
  readonly x: Scale;
  readonly width: number;
}

/** Steps: a result is valid until the next check. */
function Drift({ looks, x, width, end }: BandProps & { readonly end: number }) {
  const most = Math.max(1, ...looks.map(({ differences }) => differences));
  const y = scaleOf([0, most], [DRIFT.bottom, DRIFT.top]);
  const stairs = looks.map(
    ({ at, differences }, i) => `${i === 0 ? 'M' : 'H'}${x(at)}${i === 0 ? ' ' : 'V'}${y(differences)}`,
  );
  const line = `${stairs.join('')}H${x(end)}`;
  return (
    <g class="band band-drift">
      <Grid title="drift" top={DRIFT.top} ticks={ticksOf(most, 2)} y={y} width={width} word={String} />
      <path class="area" d={`${line}V${DRIFT.bottom}H${x(looks[0]?.at ?? end)}Z`} />
      <path class="stroke" d={line} />
    </g>
  );
}

function Durations({ looks, x, width }: BandProps) {
  const most = Math.max(100, ...looks.map(({ durationMs }) => durationMs));
  const y = scaleOf([0, most], [DURATION.bottom, DURATION.top]);
  return (
    <g class="band band-duration">
      <Grid
        title="duration"
        top={DURATION.top}
        ticks={ticksOf(most, 2)}
        y={y}
        width={width}
        word={duration}
      />
      <path
        class="stems"
        d={looks
          .map(
            ({ at, durationMs }) =>
              `M${x(at)} ${DURATION.bottom}V${Math.min(y(durationMs), DURATION.bottom - 1)}`,
          )
          .join('')}
      />
    </g>
  );
}

interface GridProps {
  readonly title: string;
  readonly top: number;
  readonly ticks: readonly number[];
  readonly y: Scale;
  readonly width: number;
  readonly word: (value: number) => string;
}

function Grid({ title, top, ticks, y, width, word }: GridProps) {
  return (
    <>
      <text class="band-title" x={LEFT} y={top - 8}>
        {title}
      </text>
      {ticks.map((tick) => (
        <g key={tick}>
          <line x1={LEFT} x2={width - RIGHT} y1={y(tick)} y2={y(tick)} />
          <text class="tick" x={LEFT - 6} y={y(tick) + 4} text-anchor="end">
            {word(tick)}
          </text>
        </g>
      ))}
    </>
  );
}

/** Shapes in addition to colours: a diamond for critical, a triangle for a warning, a ring for a write. */
const SHAPES = {
  bad: 'M0-5L5 0 0 5-5 0z',
  warn: 'M0-4.5L4.5 3.5h-9z',
  ok: 'M-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0',
  quiet: 'M-3-3h6v6h-6z',
} as const;

const QUIET = new Set(['in-sync', 'suspended', 'waiting']);

/** Only if something happened: two checks with the same result are one mark. */
function Outcomes({ looks, x }: Omit<BandProps, 'width'>) {
  const told = looks.filter(
    ({ outcome }, i) => !QUIET.has(outcome) && (outcome !== looks[i - 1]?.outcome || outcome === 'applied'),
  );
  return (
    <g class="marks">
      {told.map(({ at, outcome }) => {
        const tone = outcomeTone(outcome);
        return (
          <path key={at} class={`tone-${tone}`} transform={`translate(${x(at)} ${MARKS})`} d={SHAPES[tone]} />
        );
      })}
    </g>
  );
}

function TimeAxis({ start, end, x, width }: { start: number; end: number; x: Scale; width: number }) {
  return (
    <g class="time-axis">
      {timeTicks(start, end, Math.max(2, Math.floor(width / 110))).map(({ at, text }) => (
        <g key={at}>
          <line x1={x(at)} x2={x(at)} y1={DRIFT.top} y2={DURATION.bottom} />
          <text class="tick" x={x(at)} y={AXIS} text-anchor="middle">
            {text}
          </text>
        </g>
      ))}
    </g>
  );
}

const Cursor = ({ at }: { readonly at: number }) => (
  <line class="cursor" x1={at} x2={at} y1={DRIFT.top - 8} y2={DURATION.bottom} />
);
