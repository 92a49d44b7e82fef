// Suspends a target: for how long, and why. A suspension always has an end.
import { useState } from 'preact/hooks';
import { now } from '../../data/clock.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { exact } from '../../data/labels.ts';
import { useAsking } from './asking.ts';
import { Result } from './result.tsx';

const MINUTE = 60_000;
const SPANS = [
  ['30 minutes', 30 * MINUTE],
  ['2 hours', 120 * MINUTE],
  ['8 hours', 480 * MINUTE],
  ['1 day', 1440 * MINUTE],
  ['1 week', 10_080 * MINUTE],
] as const;

interface Props {
  readonly name: string;
  readonly close: () => void;
}

export function SuspendDialog({ name, close }: Props) {
  const [span, setSpan] = useState<number>(SPANS[1][1]);
  const [reason, setReason] = useState('');
  const asking = useAsking(name);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { ok } = await asking.ask('suspend', { until: now.peek() + span, reason: reason.trim() });
    if (ok) close();
  };
  return (
    <Dialog title={`Suspend ${name}`} close={close}>
      <form onSubmit={(event) => void submit(event)}>
        <p>Until the suspension ends, Holdfast checks the target, and doesn't write to it.</p>
        <fieldset class="spans">
          <legend>Duration</legend>
          {SPANS.map(([title, length]) => (
            <label key={title} class="chip">
              <input type="radio" name="span" checked={span === length} onChange={() => setSpan(length)} />
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
          onInput={({ currentTarget }) => setReason(currentTarget.value)}
        />
        <Result answer={asking.answer} done="Suspended." />
        <footer class="dialog-foot">
          <button type="button" class="button" onClick={close}>
            Cancel
          </button>
          <button type="submit" class="button button-primary" disabled={asking.busy || reason.trim() === ''}>
            Suspend
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
