// The actions on a target that can succeed now, for users who may trigger them.
import { useState } from 'preact/hooks';
import type { SyncStatus } from '../../../domain/outcome/sync-status.ts';
import type { Plan } from '../../../domain/plan/plan.ts';
import type { PlanView, TargetView } from '../../../api-schema/views.ts';
import { type Answer, post, targetPath } from '../data/api.ts';
import { fleet } from '../data/fleet.ts';
import { standingOf } from '../data/standing.ts';
import type { Resource } from '../data/resource.ts';
import { mayOperate } from '../data/session.ts';
import { AdoptDialog } from './dialogs/adopt-dialog.tsx';
import { ApplyDialog, type Purpose } from './dialogs/apply-dialog.tsx';
import { type Action, useAsking } from './dialogs/asking.ts';
import { Result } from './dialogs/result.tsx';
import { RollbackDialog } from './dialogs/restore-dialog.tsx';
import { ResumeDialog } from './dialogs/resume-dialog.tsx';
import { SuspendDialog } from './dialogs/suspend-dialog.tsx';
import { type Offer, offersFor } from './offers.ts';

interface Props {
  readonly target: TargetView;
  readonly plan: Resource<PlanView>;
}

export function Actions(props: Props) {
  if (!mayOperate.value) return <p class="muted">Your token has read-only access (role read).</p>;
  return <Buttons {...props} />;
}

/** The message if the response has no details. */
const DONE: Partial<Record<Action, string>> = {
  sync: 'Check requested. It starts as soon as possible.',
  retry: 'Holdfast tries again.',
};

const TITLES: Record<Offer, string> = {
  resume: 'Resume…',
  retry: 'Retry the revision…',
  apply: 'Apply this plan…',
  override: 'Override the guards…',
  correct: 'Correct the drift…',
  adopt: 'Adopt into git…',
  sync: 'Sync now',
  suspend: 'Suspend…',
  rollback: 'Roll back…',
};

/** Where it isn't a revision that is tried again. */
const RETRIES: Partial<Record<SyncStatus, string>> = {
  contested: 'Correct it once more',
  'needs-a-person': 'Apply after the steps',
};

type Asked =
  | { readonly kind: 'suspend' | 'resume' | 'rollback' }
  | { readonly kind: 'adopt'; readonly plan: Plan }
  | { readonly kind: 'plan'; readonly plan: Plan; readonly purpose: Purpose };

function Buttons({ target, plan }: Props) {
  const [asked, setAsked] = useState<Asked>();
  const [last, setLast] = useState<Action>('sync');
  const [refused, setRefused] = useState<Answer<unknown>>();
  const [planning, setPlanning] = useState(false);
  const asking = useAsking(target.name);
  const current = plan.state.value.value?.plan;
  const followsGit = fleet.state.value.value?.source !== undefined;
  const standing = standingOf(target);
  const { offered, primary } = offersFor(target, standing, current, followsGit);
  const now = (action: Action): void => {
    setLast(action);
    setRefused(undefined);
    void asking.ask(action);
  };
  const correct = async (): Promise<void> => {
    setPlanning(true);
    const answer = await post<PlanView>(targetPath(target.name, '/plan'), { mode: 'enforce' });
    setPlanning(false);
    if (answer.ok && answer.value.plan)
      setAsked({ kind: 'plan', plan: answer.value.plan, purpose: 'correct' });
    else setRefused(answer);
  };
  const choose = (offer: Offer): void => {
    asking.forget();
    if (offer === 'suspend' || offer === 'resume' || offer === 'rollback') setAsked({ kind: offer });
    else if (offer === 'adopt' && current) setAsked({ kind: 'adopt', plan: current });
    else if (offer === 'correct') void correct();
    else if (offer === 'sync') now(offer);
    else if (current && current.writes.length > 0)
      setAsked({ kind: 'plan', plan: current, purpose: purposeOf(offer) });
    else now('retry');
  };
  return (
    <div class="action-bar">
      <div class="actions">
        {offered.map((offer) => (
          <button
            key={offer}
            type="button"
            class={`button ${offer === primary ? 'button-primary' : ''}`}
            disabled={asking.busy || planning}
            onClick={() => choose(offer)}
          >
            {(offer === 'retry' && RETRIES[standing]) || TITLES[offer]}
          </button>
        ))}
      </div>
      <Result answer={refused ?? asking.answer} done={DONE[last] ?? 'Done.'} />
      {asked && <AskedDialog asked={asked} target={target} close={() => setAsked(undefined)} />}
    </div>
  );
}

const purposeOf = (offer: Offer): Purpose =>
  offer === 'retry' || offer === 'override' || offer === 'correct' ? offer : 'apply';

interface DialogProps {
  readonly asked: Asked;
  readonly target: TargetView;
  readonly close: () => void;
}

function AskedDialog({ asked, target, close }: DialogProps) {
  switch (asked.kind) {
    case 'plan':
      return <ApplyDialog plan={asked.plan} purpose={asked.purpose} target={target} close={close} />;
    case 'adopt':
      return <AdoptDialog plan={asked.plan} close={close} />;
    case 'suspend':
      return <SuspendDialog name={target.name} close={close} />;
    case 'resume':
      return <ResumeDialog target={target} close={close} />;
    case 'rollback':
      return <RollbackDialog target={target} close={close} />;
  }
}
