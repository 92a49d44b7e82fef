// What people ask of a rollout. Asking twice is the same as asking once. Pure.
import type {
  Rollout,
  RolloutAction,
  RolloutPhase,
  RolloutTarget,
  RolloutWave,
} from '../domain/state/rollout.ts';

export interface Request {
  readonly by?: string | undefined;
  /** The rollout that is meant; absent: the one of now. */
  readonly id?: string | undefined;
  readonly now: number;
}

/** The same object: it is so already. A text: why it can't be done. */
export function controlled(
  rollout: Rollout,
  action: RolloutAction,
  { by, id, now }: Request,
): Rollout | string {
  if (id !== undefined && id !== rollout.id) return `it was replaced by rollout ${rollout.id}`;
  const { to, from } = TURNS[action];
  if (rollout.phase === to) return rollout;
  if (action === 'undo' && rollout.phase === 'undone' && !hasFailedUndo(rollout)) return rollout;
  if (!from.includes(rollout.phase)) return `it is ${rollout.phase}`;
  if (action === 'undo' && !hasWritten(rollout) && rollout.phase === 'done') return 'it wrote nothing';
  const { why: _why, by: _by, ...rest } = rollout;
  const turned: Rollout = { ...rest, phase: to, at: now, ...(by !== undefined && { by }) };
  if (action === 'resume') return again(turned, rollout.phase === 'stopped', now);
  return action === 'undo' ? undoneAgain(turned) : turned;
}

const TURNS: Readonly<
  Record<RolloutAction, { readonly to: RolloutPhase; readonly from: readonly RolloutPhase[] }>
> = {
  pause: { to: 'paused', from: ['running'] },
  resume: { to: 'running', from: ['paused', 'stopped', 'aborted'] },
  abort: { to: 'aborted', from: ['running', 'paused', 'stopped'] },
  undo: { to: 'undoing', from: ['running', 'paused', 'stopped', 'aborted', 'done', 'undone'] },
};

/** What can be asked of it now. */
export function actionsOf(rollout: Rollout): RolloutAction[] {
  const { phase } = rollout;
  const actions = (['pause', 'resume', 'abort', 'undo'] as const).filter((action) =>
    TURNS[action].from.includes(phase),
  );
  return actions.filter((action) => action !== 'undo' || canUndo(rollout));
}

function canUndo(rollout: Rollout): boolean {
  if (rollout.phase === 'undone') return hasFailedUndo(rollout);
  return rollout.phase !== 'done' || hasWritten(rollout);
}

const hasFailedUndo = ({ targets }: Rollout): boolean =>
  Object.values(targets).some(({ phase }) => phase === 'undo-failed');

/** An undo that failed on a target is tried again there. */
function undoneAgain(rollout: Rollout): Rollout {
  const targets = Object.entries(rollout.targets).map(([name, target]) => {
    if (target.phase !== 'undo-failed') return [name, target] as const;
    const { why: _why, ...rest } = target;
    return [name, { ...rest, phase: 'done' as const }] as const;
  });
  return { ...rollout, targets: Object.fromEntries(targets) };
}

const hasWritten = ({ targets }: Rollout): boolean =>
  Object.values(targets).some(({ backup }) => backup !== undefined);

/** What failed is tried again. After a stop, a wave that hasn't passed soaks from the beginning. */
function again(rollout: Rollout, wasStopped: boolean, now: number): Rollout {
  return {
    ...rollout,
    waves: wasStopped ? rollout.waves.map(soakedAnew) : rollout.waves,
    targets: Object.fromEntries(
      Object.entries(rollout.targets).map(([name, target]) => [name, retried(target, wasStopped, now)]),
    ),
  };
}

function soakedAnew(wave: RolloutWave): RolloutWave {
  if (wave.passedAt !== undefined) return wave;
  const { soakFrom: _soakFrom, askedAt: _askedAt, rates: _rates, ...rest } = wave;
  return rest;
}

function retried(target: RolloutTarget, wasStopped: boolean, now: number): RolloutTarget {
  if (target.phase === 'failed') {
    const { why: _why, unreachable: _unreachable, ...rest } = target;
    return { ...rest, phase: 'waiting', at: now, retry: true };
  }
  const { requests } = target;
  if (!wasStopped || !requests?.last) return target;
  return { ...target, requests: { ...requests, written: requests.last } };
}
