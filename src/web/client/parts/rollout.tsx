// The rollout above the targets: its waves, where every target is, and what a person can ask.
import { useEffect, useState } from 'preact/hooks';
import type { RolloutView } from '../../../api-schema/rollout.ts';
import type { RolloutAction, RolloutPhase, RolloutTargetPhase } from '../../../domain/state/rollout.ts';
import type { WaveTargetView, WaveView } from '../../../domain/state/rollout-view.ts';
import type { ProblemView } from '../../../api-schema/views.ts';
import { control, followRollout, rollout } from '../data/rollout.ts';
import { mayOperate } from '../data/session.ts';
import type { Tone } from '../data/standing.ts';
import { Dialog } from './dialog.tsx';
import { DialogFoot } from './dialog-foot.tsx';
import { Icon } from './icon.tsx';
import { Message } from './message.tsx';
import { CommitCode } from './revision.tsx';
import { Ago, Until } from './time.tsx';
import { Trouble } from './trouble.tsx';

/** Nothing if there was no rollout yet. */
export function RolloutPanel() {
  useEffect(followRollout, []);
  const found = rollout.state.value.value?.rollout;
  return found ? <Panel view={found} /> : null;
}

const TONES: Readonly<Record<RolloutPhase, Tone>> = {
  running: 'quiet',
  paused: 'warn',
  stopped: 'bad',
  aborted: 'warn',
  undoing: 'warn',
  undone: 'warn',
  done: 'ok',
};

function Panel({ view }: { readonly view: RolloutView }) {
  const [asked, setAsked] = useState<RolloutAction>();
  const { phase, at, by, why, commit, waves, actions, problems, id } = view;
  return (
    <details class="rollout" open={phase !== 'done'} key={`${id} ${phase === 'done'}`}>
      <summary>
        <strong>Rollout</strong>
        <span class={`tag tone-${TONES[phase]}`}>{phase}</span>
        {by !== undefined && <span class="muted">by {by}</span>}
        {commit && <CommitCode sha={commit.sha} />}
        {commit?.subject !== undefined && <bdi class="subject">{commit.subject}</bdi>}
        <span class="muted">
          <Ago at={at} />
        </span>
      </summary>
      {why !== undefined && <Note tone="bad" text={why} />}
      {problems.map(({ code, message, remedy }) => (
        <Note key={code} tone="warn" text={`${code}: ${message}. ${remedy}`} />
      ))}
      <ol class="rollout-waves">
        {waves.map((wave) => (
          <Wave key={wave.name} wave={wave} />
        ))}
      </ol>
      {mayOperate.value && actions.length > 0 && (
        <p class="rollout-actions">
          {actions.map((action) => (
            <button
              key={action}
              type="button"
              class={`button ${action === 'undo' ? 'button-danger' : ''}`}
              onClick={() => setAsked(action)}
            >
              {LABELS[action]}
            </button>
          ))}
        </p>
      )}
      {asked && <Confirm action={asked} view={view} close={() => setAsked(undefined)} />}
    </details>
  );
}

const Note = ({ tone, text }: { readonly tone: Tone; readonly text: string }) => (
  <p class={`rollout-note tone-${tone}`}>
    <Icon name={tone === 'bad' ? 'danger' : 'warning'} />
    <span>
      <Message text={text} />
    </span>
  </p>
);

function Wave({ wave }: { readonly wave: WaveView }) {
  const { name, state, soakUntil, passedAt, targets } = wave;
  return (
    <li class={`rollout-wave rollout-${state}`}>
      <p>
        <strong>
          <bdi>{name}</bdi>
        </strong>{' '}
        <span class="muted">
          {targets.length === 0 ? 'no targets' : countsOf(targets)}
          {state === 'soaking' && soakUntil !== undefined && (
            <>
              ; soaks, ends <Until at={soakUntil} />
            </>
          )}
          {passedAt !== undefined && (
            <>
              ; passed <Ago at={passedAt} />
            </>
          )}
        </span>
      </p>
      <ul>
        {first(targets).map((target) => (
          <li key={target.name} title={target.why}>
            <a
              class={`tag tone-${TARGET_TONES[target.phase]}`}
              href={`#/targets/${encodeURIComponent(target.name)}`}
            >
              <bdi>{target.name}</bdi> {target.phase}
            </a>
          </li>
        ))}
        {targets.length > MOST && <li class="muted">and {targets.length - MOST} more</li>}
      </ul>
    </li>
  );
}

/** Shown of a wave. */
const MOST = 24;

/** What failed or is in work comes first. */
const first = (targets: readonly WaveTargetView[]): readonly WaveTargetView[] =>
  targets.toSorted((a, b) => RANK.indexOf(b.phase) - RANK.indexOf(a.phase)).slice(0, MOST);

const RANK: readonly RolloutTargetPhase[] = [
  'waiting',
  'done',
  'undone',
  'working',
  'undoing',
  'undo-failed',
  'failed',
];

function countsOf(targets: readonly WaveTargetView[]): string {
  return [...Map.groupBy(targets, ({ phase }) => phase)]
    .map(([phase, members]) => `${members.length} ${phase}`)
    .join(', ');
}

const TARGET_TONES: Readonly<Record<RolloutTargetPhase, Tone>> = {
  waiting: 'quiet',
  working: 'warn',
  done: 'ok',
  failed: 'bad',
  undoing: 'warn',
  undone: 'warn',
  'undo-failed': 'bad',
};

const LABELS: Readonly<Record<RolloutAction, string>> = {
  pause: 'Pause',
  resume: 'Resume',
  abort: 'Abort',
  undo: 'Undo',
};

const ABOUT: Readonly<Record<RolloutAction, string>> = {
  pause: 'Holdfast starts nothing new until you resume. Work in progress finishes.',
  resume: 'Holdfast continues with the next targets. What failed is tried again.',
  abort: 'Every target keeps the revision that it has, until there is a newer one.',
  undo: 'Holdfast restores what every target had before this rollout wrote it, the last wave first. What others changed on those gateways since then is restored too.',
};

interface ConfirmProps {
  readonly action: RolloutAction;
  readonly view: RolloutView;
  readonly close: () => void;
}

function Confirm({ action, view, close }: ConfirmProps) {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ProblemView>();
  const written = view.waves.flatMap(({ targets }) => targets).filter(({ backup }) => backup !== undefined);
  const ask = async (): Promise<void> => {
    setBusy(true);
    const answer = await control(action, view.id);
    setBusy(false);
    if (answer.ok) close();
    else setProblem(answer.problem);
  };
  return (
    <Dialog title={`${LABELS[action]} the rollout`} close={close}>
      <p>{ABOUT[action]}</p>
      {action === 'undo' && (
        <p>
          Written by this rollout:{' '}
          {written.length === 0 ? 'nothing' : written.map(({ name }) => name).join(', ')}.
        </p>
      )}
      {problem && <Trouble problem={problem} />}
      <DialogFoot close={close}>
        <button
          type="button"
          class={`button ${action === 'undo' ? 'button-danger' : 'button-primary'}`}
          disabled={isBusy}
          onClick={() => void ask()}
        >
          {LABELS[action]}
        </button>
      </DialogFoot>
    </Dialog>
  );
}
