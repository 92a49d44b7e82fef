// The selected targets, and what can be done with all of them.
import { useState } from 'preact/hooks';
import { plural } from '../../../lib/text.ts';
import type { TargetView } from '../../../api-schema/views.ts';
import { post, targetPath } from '../data/api.ts';
import { picked, pickedTargets } from '../data/selection.ts';
import { BulkDialog } from './bulk-dialog.tsx';
import type { BulkAction } from './steps.ts';
import { eachOf } from './each-of.ts';

const TITLES: Record<BulkAction, string> = {
  apply: 'Apply or retry…',
  correct: 'Correct the drift…',
  suspend: 'Suspend…',
  resume: 'Resume…',
};

function offeredFor(targets: readonly TargetView[]): readonly BulkAction[] {
  const suspended = targets.filter(({ suspension }) => suspension).length;
  return [
    'apply',
    'correct',
    ...(suspended < targets.length ? (['suspend'] as const) : []),
    ...(suspended > 0 ? (['resume'] as const) : []),
  ];
}

export function BulkBar() {
  const [asked, setAsked] = useState<BulkAction>();
  const [said, setSaid] = useState('');
  const targets = pickedTargets.value;
  const look = async (): Promise<void> => {
    const answers = await eachOf(targets, ({ name }) => post(targetPath(name, '/actions/sync')));
    const refused = answers.filter(({ ok }) => !ok).length;
    setSaid(
      refused === 0
        ? `Check of ${plural(targets.length, 'target')} requested.`
        : `${plural(refused, 'check')} couldn't be requested.`,
    );
  };
  if (targets.length === 0) return null;
  return (
    <section class="bulk" aria-label="Selected targets">
      <strong>{targets.length} selected</strong>
      <div class="bulk-actions">
        <button type="button" class="button" onClick={() => void look()}>
          Sync now
        </button>
        {offeredFor(targets).map((action) => (
          <button key={action} type="button" class="button" onClick={() => setAsked(action)}>
            {TITLES[action]}
          </button>
        ))}
        <button type="button" class="link" onClick={() => (picked.value = new Set())}>
          Clear selection
        </button>
      </div>
      <span class="muted" role="status">
        {said}
      </span>
      {asked && <BulkDialog action={asked} targets={targets} close={() => setAsked(undefined)} />}
    </section>
  );
}
