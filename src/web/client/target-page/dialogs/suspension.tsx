// For how long, and why: the fields of a suspension, which always has an end.
import { useState } from 'preact/hooks';
import type { SuspendRequest } from '../../../../api-schema/views.ts';
import { now } from '../../data/clock.ts';
import { exact } from '../../data/labels.ts';

const MINUTE = 60_000;
const SPANS = [
  ['30 minutes', 30 * MINUTE],
  ['2 hours', 120 * MINUTE],
  ['8 hours', 480 * MINUTE],
  ['1 day', 1440 * MINUTE],
  ['1 week', 10_080 * MINUTE],
] as const;

export interface SuspensionForm {
  readonly span: number;
  readonly reason: string;
  readonly isComplete: boolean;
  change(span: number, reason: string): void;
  /** From now on. */
  request(): SuspendRequest;
}

export function useSuspension(): SuspensionForm {
  const [{ span, reason }, set] = useState({ span: SPANS[1][1] as number, reason: '' });
  return {
    span,
    reason,
    isComplete: reason.trim() !== '',
    change: (length, why) => set({ span: length, reason: why }),
    request: () => ({ until: now.peek() + span, reason: reason.trim() }),
  };
}

export function SuspensionFields({ suspension }: { readonly suspension: SuspensionForm }) {
  const { span, reason, change } = suspension;
  return (
    <>
      <p>Until the suspension ends, Holdfast checks the target, and doesn't write to it.</p>
      <fieldset class="spans">
        <legend>Duration</legend>
        {SPANS.map(([title, length]) => (
          <label key={title} class="chip">
            <input
              type="radio"
              name="span"
              checked={span === length}
              onChange={() => change(length, reason)}
            />
            {title}
          </label>
        ))}
      </fieldset>
      <p class="muted">ends {exact(now.value + span)}</p>
      <label for="reason">Reason, shown to others</label>
      <input
        id="reason"
        required
        autofocus
        maxLength={500}
        value={reason}
        autocomplete="off"
        onInput={({ currentTarget }) => change(span, currentTarget.value)}
      />
    </>
  );
}
