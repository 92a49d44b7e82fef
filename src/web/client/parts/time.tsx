// Times as ages and countdowns, with the exact time as a tooltip, or the other way round if the user chose that.
import { computed } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { now } from '../data/clock.ts';
import { exactTimes } from '../data/remembered.ts';
import { ago, exact, until } from '../data/labels.ts';

interface Props {
  readonly at: number;
  /** Reachable by keyboard, with the exact time below it: for the few important times of a page. */
  readonly focusable?: boolean;
}

export const Ago = (props: Props) => <Time {...props} relative={ago} />;

export const Until = (props: Props) => <Time {...props} relative={until} />;

function Time({ at, focusable, relative }: Props & { relative: (at: number, now: number) => string }) {
  // Bound to the text node: a tick of the clock updates only the texts that changed.
  const text = useMemo(
    () => computed(() => (exactTimes.value ? exact(at) : relative(at, now.value))),
    [at, relative],
  );
  const iso = new Date(at).toISOString();
  return focusable ? (
    <time dateTime={iso} class="time" tabIndex={0} data-exact={exact(at)}>
      {text}
    </time>
  ) : (
    <time dateTime={iso} title={exact(at)}>
      {text}
    </time>
  );
}
