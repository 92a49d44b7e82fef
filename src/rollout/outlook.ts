// Whether a freeze window gets in the way of a rollout. Pure.
import { openWindows, opensNext, parseFreeze } from '../domain/plan/freeze.ts';
import { type Problem, problem } from '../domain/problem/problem.ts';
import type { Rollout } from '../domain/state/rollout.ts';
import type { Strategy } from '../domain/strategy.ts';
import type { Target } from '../domain/target.ts';
import { momentText } from '../lib/text.ts';
import { currentWave } from './advance.ts';

type Frozen = Pick<Target, 'name'> & { readonly policy: Pick<Target['policy'], 'freeze'> };

/** When the windows that are open for a target now have closed; undefined: none is open. */
export function frozenUntil(freeze: readonly string[], now: number): number | undefined {
  const open = openWindows(freeze, now).map(({ until }) => until);
  return open.length > 0 ? Math.max(...open) : undefined;
}

/** The soaks that are left take at least until then. */
export function earliestEnd(rollout: Rollout, { soakMs }: Pick<Strategy, 'soakMs'>, now: number): number {
  const at = currentWave(rollout);
  const wave = rollout.waves[at];
  const ahead = rollout.waves
    .slice(at + 1)
    .filter(({ targets }) => targets.some((name) => rollout.targets[name]?.phase !== 'done'));
  if (!wave || ahead.length === 0) return now;
  const current = wave.soakFrom === undefined ? now + soakMs : Math.max(now, wave.soakFrom + soakMs);
  return current + (ahead.length - 1) * soakMs;
}

/** A window that opens before that for a target that waits: the fleet has two revisions until it closes. */
export function windowAhead(
  rollout: Rollout,
  strategy: Pick<Strategy, 'soakMs'>,
  targets: readonly Frozen[],
  now: number,
): Problem | undefined {
  if (rollout.phase !== 'running' && rollout.phase !== 'paused') return undefined;
  const end = earliestEnd(rollout, strategy, now);
  const found = targets
    .filter(({ name }) => rollout.targets[name]?.phase === 'waiting')
    .flatMap(({ name, policy }) => policy.freeze.flatMap((text) => opening(text, now, end, name)))
    .toSorted((a, b) => a.from - b.from)[0];
  if (!found) return undefined;
  const { name, from, text } = found;
  return problem(
    'HF7064',
    `the soaks take at least until ${momentText(end)}, and the freeze window \`${text}\` of ${name} opens at ${momentText(from)}`,
    { target: name, severity: 'warning' },
  );
}

function opening(
  text: string,
  now: number,
  end: number,
  name: string,
): { readonly from: number; readonly text: string; readonly name: string }[] {
  const window = parseFreeze(text);
  const from = typeof window === 'string' ? undefined : opensNext(window, now);
  return from !== undefined && from < end ? [{ from, text, name }] : [];
}
