// The view of a rollout, and what a target of it waits for. Pure.
import type { RolloutView, WaveView } from '../domain/state/rollout-view.ts';
import type { Rollout, RolloutWave } from '../domain/state/rollout.ts';
import type { Strategy } from '../domain/strategy.ts';
import type { Target } from '../domain/target.ts';
import { currentWave } from './advance.ts';
import { actionsOf } from './control.ts';
import { windowAhead } from './outlook.ts';

export function viewOf(
  rollout: Rollout,
  strategy: Pick<Strategy, 'soakMs'> | undefined,
  targets: readonly Target[],
  now: number,
): RolloutView {
  const { targets: _targets, waves, ...rest } = rollout;
  const ahead = strategy && windowAhead(rollout, strategy, targets, now);
  return {
    ...rest,
    waves: waves.map((wave, i) => waveView(rollout, wave, i, strategy?.soakMs ?? 0)),
    actions: actionsOf(rollout),
    problems: ahead ? [ahead] : [],
  };
}

function waveView(rollout: Rollout, wave: RolloutWave, i: number, soakMs: number): WaveView {
  const { name, soakFrom, passedAt, rates } = wave;
  const at = currentWave(rollout);
  const goesOn = rollout.phase === 'running' || rollout.phase === 'paused';
  const isSoaking = goesOn && soakFrom !== undefined && passedAt === undefined;
  return {
    name,
    state: i < at ? 'done' : i > at ? 'waiting' : isSoaking ? 'soaking' : 'current',
    ...(isSoaking && { soakUntil: soakFrom + soakMs }),
    ...(passedAt !== undefined && { passedAt }),
    ...(rates && { rates }),
    targets: wave.targets.flatMap((target) => {
      const found = rollout.targets[target];
      if (!found) return [];
      const { phase, at: since, to, why, notBefore, backup } = found;
      return [
        {
          name: target,
          phase,
          at: since,
          ...(to !== undefined && { revision: to }),
          ...(why !== undefined && { why }),
          ...(notBefore !== undefined && { notBefore }),
          ...(backup !== undefined && { backup }),
        },
      ];
    }),
  };
}

/** What a target waits for, in words. */
export function waitsFor(rollout: Rollout | undefined, target: string): string {
  const found = rollout?.targets[target];
  if (!rollout || !found) return 'for a rollout of this revision';
  const wave = rollout.waves.findIndex(({ targets }) => targets.includes(target));
  const { name = '' } = rollout.waves[wave] ?? {};
  const place = `for wave \`${name}\` (${wave + 1} of ${rollout.waves.length})`;
  if (rollout.phase === 'running' || rollout.phase === 'done') return found.why ?? place;
  const after = rollout.why === undefined ? '' : `: ${rollout.why}`;
  return `${place}; the rollout is ${rollout.phase}${after}`;
}
