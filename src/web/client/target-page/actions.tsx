// The actions on a target, for users who may trigger them.
import { useState } from 'preact/hooks';
import { isRefused, type Plan } from '../../../domain/plan/plan.ts';
import type { PlanView, TargetView } from '../../../api-schema/views.ts';
import type { Resource } from '../data/resource.ts';
import { mayOperate } from '../data/session.ts';
import { ApplyDialog } from './dialogs/apply-dialog.tsx';
import type { Answer } from '../data/api.ts';
import { type Action, useAsking } from './dialogs/asking.ts';
import { HealButton } from './heal-button.tsx';
import { Result } from './dialogs/result.tsx';
import { RollbackDialog } from './dialogs/restore-dialog.tsx';
import { SuspendDialog } from './dialogs/suspend-dialog.tsx';

interface Props {
  readonly target: TargetView;
  readonly plan: Resource<PlanView>;
}

export function Actions(props: Props) {
  if (!mayOperate.value) return <p class="actions muted">Your token has read-only access (role read).</p>;
  return <Buttons {...props} />;
}

/** The message if the response has no details. */
const DONE: Partial<Record<Action, string>> = {
  sync: 'Check requested. It starts as soon as possible.',
  resume: 'Resumed. Holdfast checks the target now.',
  retry: 'Holdfast retries the revision.',
};

type Asked = { readonly kind: 'suspend' | 'rollback' } | { readonly kind: 'apply'; readonly plan: Plan };

function Buttons({ target, plan }: Props) {
  const [asked, setAsked] = useState<Asked>();
  const [last, setLast] = useState<Action>('sync');
  const [refused, setRefused] = useState<Answer<unknown>>();
  const asking = useAsking(target.name);
  const now = (action: Action): void => {
    setLast(action);
    setRefused(undefined);
    void asking.ask(action);
  };
  const current = plan.state.value.value?.plan;
  const close = (): void => setAsked(undefined);
  return (
    <>
      <div class="actions">
        {current && current.writes.length > 0 && (
          <button
            type="button"
            class="button button-primary"
            onClick={() => setAsked({ kind: 'apply', plan: current })}
          >
            {isRefused(current) ? 'Apply with overrides…' : 'Apply this plan…'}
          </button>
        )}
        {current && (
          <HealButton
            target={target}
            plan={current}
            planned={(healing) => setAsked({ kind: 'apply', plan: healing })}
            failed={setRefused}
          />
        )}
        {target.quarantine && (
          <button type="button" class="button" disabled={asking.busy} onClick={() => now('retry')}>
            Retry revision
          </button>
        )}
        <button type="button" class="button" disabled={asking.busy} onClick={() => now('sync')}>
          Sync now
        </button>
        <SuspendButton
          suspended={target.suspension !== undefined}
          busy={asking.busy}
          resume={() => now('resume')}
          suspend={() => setAsked({ kind: 'suspend' })}
        />
        {target.applied && (
          <button type="button" class="button" onClick={() => setAsked({ kind: 'rollback' })}>
            Roll back…
          </button>
        )}
      </div>
      <Result answer={refused ?? asking.answer} done={DONE[last] ?? 'Done.'} />
      {asked?.kind === 'apply' && <ApplyDialog plan={asked.plan} target={target} close={close} />}
      {asked?.kind === 'suspend' && <SuspendDialog name={target.name} close={close} />}
      {asked?.kind === 'rollback' && <RollbackDialog name={target.name} close={close} />}
    </>
  );
}

interface SuspendProps {
  readonly suspended: boolean;
  readonly busy: boolean;
  readonly resume: () => void;
  readonly suspend: () => void;
}

function SuspendButton({ suspended, busy, resume, suspend }: SuspendProps) {
  return suspended ? (
    <button type="button" class="button" disabled={busy} onClick={resume}>
      Resume
    </button>
  ) : (
    <button type="button" class="button" onClick={suspend}>
      Suspend…
    </button>
  );
}
