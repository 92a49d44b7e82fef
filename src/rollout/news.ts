// What a change of a rollout means in words, for logs. Pure.
import type { Rollout, RolloutWave } from '../domain/state/rollout.ts';
import { plural } from '../lib/text.ts';

export interface News {
  readonly isTrouble: boolean;
  readonly text: string;
}

/** Empty if nothing happened that anyone waits for. */
export function newsOf(rollout: Rollout, before: Rollout | undefined): News[] {
  const known = before?.id === rollout.id ? before : undefined;
  const turn = known?.phase === rollout.phase ? [] : [turnOf(rollout)];
  const waves = rollout.waves.flatMap((wave, i) => waveNews(wave, known?.waves[i]));
  return rollout.phase === 'done' ? [...waves, ...turn] : [...turn, ...waves];
}

function turnOf({ id, phase, by, why, commit, supersedes, targets }: Rollout): News {
  const of = commit ? `rollout ${id} of commit ${commit.sha.slice(0, 12)}` : `rollout ${id}`;
  const told = [
    ...(by === undefined ? [] : [` by ${by}`]),
    ...(why === undefined ? [] : [`: ${why}`]),
    ...(phase === 'running' ? [`; ${plural(Object.keys(targets).length, 'target')}`] : []),
    ...(phase === 'running' && supersedes !== undefined ? [`, replaces ${supersedes.slice(0, 12)}`] : []),
  ];
  return { isTrouble: phase === 'stopped', text: `${of} is ${phase}${told.join('')}` };
}

function waveNews(wave: RolloutWave, before: RolloutWave | undefined): News[] {
  if (wave.targets.length === 0) return [];
  if (wave.passedAt !== undefined)
    return before && before.passedAt === undefined
      ? [{ isTrouble: false, text: `wave ${wave.name} has passed` }]
      : [];
  const soaks = wave.soakFrom !== undefined && before?.soakFrom === undefined;
  return soaks ? [{ isTrouble: false, text: `wave ${wave.name} is applied and soaks` }] : [];
}
