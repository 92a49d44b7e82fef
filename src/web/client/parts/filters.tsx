// The bar above the targets: numbers by status, as filters; a search; an order.
import { useEffect, useRef } from 'preact/hooks';
import { targets } from '../data/fleet.ts';
import type { Tone } from '../data/standing.ts';
import {
  chosen,
  counts,
  groupBy,
  labelNames,
  order,
  type Order,
  ORDERS,
  query,
  show,
} from '../data/selection.ts';

export const TONES: readonly (readonly [Tone, string, string])[] = [
  ['bad', 'need action now', 'needs action now'],
  ['warn', 'need action today', 'needs action today'],
  ['quiet', 'suspended, waiting or unknown', 'suspended, waiting or unknown'],
  ['ok', 'in sync', 'in sync'],
];

export function Filters() {
  return (
    <section class="filters" aria-label="Filter and sort">
      <div class="chips">
        <Chip
          name="all"
          count={targets.value.length}
          label={targets.value.length === 1 ? 'target' : 'targets'}
        />
        {TONES.map(([tone, many, one]) => {
          const count = counts.value[tone];
          return count > 0 && <Chip key={tone} name={tone} count={count} label={count === 1 ? one : many} />;
        })}
      </div>
      <div class="finders">
        <Search />
        <label class="order">
          <span class="visually-hidden">Order</span>
          <select
            value={order.value}
            onChange={({ currentTarget }) => (order.value = currentTarget.value as Order)}
          >
            {Object.entries(ORDERS).map(([name, title]) => (
              <option key={name} value={name}>
                {title}
              </option>
            ))}
          </select>
        </label>
        {labelNames.value.length > 0 && order.value === 'worst' && <Grouping />}
      </div>
      <p class="visually-hidden" role="status">
        {query.value !== '' && `${chosen.value.length} shown`}
      </p>
    </section>
  );
}

function Grouping() {
  return (
    <label class="order">
      <span class="visually-hidden">Group by</span>
      <select
        value={groupBy.value ?? ''}
        onChange={({ currentTarget }) => (groupBy.value = currentTarget.value || undefined)}
      >
        <option value="">By status</option>
        {labelNames.value.map((name) => (
          <option key={name} value={name}>
            By {name}
          </option>
        ))}
      </select>
    </label>
  );
}

interface ChipProps {
  readonly name: Tone | 'all';
  readonly count: number;
  readonly label: string;
}

function Chip({ name, count, label }: ChipProps) {
  const pressed = show.value === name;
  return (
    <button
      type="button"
      class={`chip tone-${name}`}
      aria-pressed={pressed}
      onClick={() => (show.value = pressed ? 'all' : name)}
    >
      <b>{count}</b> {label}
    </button>
  );
}

function Search() {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const jump = (event: KeyboardEvent): void => {
      if (event.key !== '/' || event.target instanceof HTMLInputElement || document.querySelector('dialog'))
        return;
      event.preventDefault();
      input.current?.focus();
    };
    document.addEventListener('keydown', jump);
    return () => document.removeEventListener('keydown', jump);
  }, []);
  return (
    <label class="search">
      <span class="visually-hidden">Filter by name, address, commit, author or reason</span>
      <input
        ref={input}
        type="search"
        placeholder="Filter"
        spellcheck={false}
        value={query.value}
        onInput={({ currentTarget }) => (query.value = currentTarget.value)}
      />
      <kbd aria-hidden="true">/</kbd>
    </label>
  );
}
