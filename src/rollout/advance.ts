// What comes next in a rollout: which targets get their turn, which are checked at the end of a soak, when to look
// again. Pure; every replica computes the same.
import type { Rollout, RolloutTarget, RolloutWave } from '../domain/state/rollout.ts';
import { failedPercent, requestCount } from '../domain/requests.ts';
import type { Strategy } from '../domain/strategy.ts';
import { isClearRise, ratesOf } from './error-rate.ts';

export interface Advanced {
  /** The same object: nothing changed. */
  readonly rollout: Rollout;
  /** Targets to check now: their turn came, or their soak ends. */
  readonly check: readonly string[];
  /** Targets whose write is rolled back now. */
  readonly undo: readonly string[];
  /** When time alone makes a difference, in ms since the epoch. */
  readonly nextAt?: number;
}

type Rules = Pick<Strategy, 'maxParallel' | 'soakMs' | 'stopOn'>;

export function advance(rollout: Rollout, rules: Rules, now: number): Advanced {
  if (rollout.phase === 'undoing') return undoing(rollout, rules, now);
  if (rollout.phase !== 'running' && rollout.phase !== 'done') return still(rollout);
  const failed = Object.entries(rollout.targets).find(([, { phase }]) => phase === 'failed');
  if (failed) return still(stopped(rollout, `${failed[0]}: ${failed[1].why ?? 'failed'}`, now));
  const passed = passing(rollout, rules, now);
  if (passed.rollout.phase === 'stopped') return still(passed.rollout);
  const turn = released(passed.rollout, rules, now);
  const times = [passed.soakUntil, turn.nextAt].filter((at) => at !== undefined);
  return {
    rollout: turn.rollout,
    check: [...passed.check, ...turn.released],
    undo: [],
    ...(times.length > 0 && { nextAt: Math.min(...times) }),
  };
}

/** The index of the wave that isn't complete or soaks; the number of waves if all have passed. */
export function currentWave({ waves }: Pick<Rollout, 'waves'>): number {
  const at = waves.findIndex(({ passedAt }) => passedAt === undefined);
  return at === -1 ? waves.length : at;
}

/** Nothing follows now. */
export const still = (rollout: Rollout): Advanced => ({ rollout, check: [], undo: [] });

function stopped(rollout: Rollout, why: string, now: number): Rollout {
  const { by: _by, ...rest } = rollout;
  return { ...rest, phase: 'stopped', at: now, why };
}

interface Passing {
  readonly rollout: Rollout;
  /** Targets whose evidence is older than the end of the soak. */
  readonly check: readonly string[];
  /** When to look again: the end of the soak, or the time of the next check after it. */
  readonly soakUntil?: number;
}

/** Lets waves pass until one isn't complete or soaks. */
function passing(rollout: Rollout, rules: Rules, now: number): Passing {
  const at = currentWave(rollout);
  const wave = rollout.waves[at];
  if (!wave) return { rollout: finished(rollout, now), check: [] };
  if (!isComplete(rollout, wave)) return { rollout, check: [] };
  const written = wave.targets.filter((name) => rollout.targets[name]?.backup !== undefined);
  if (rules.soakMs === 0 || written.length === 0 || isNothingLeft(rollout, at))
    return passing(withWave(rollout, at, { ...wave, passedAt: now }), rules, now);
  return soaking(rollout, at, written, rules, now);
}

function soaking(
  before: Rollout,
  at: number,
  written: readonly string[],
  rules: Rules,
  now: number,
): Passing {
  const known = before.waves[at] as RolloutWave; // the caller found it there
  const soakFrom = known.soakFrom ?? now;
  const wave = { ...known, soakFrom };
  const rollout = known.soakFrom === undefined ? withWave(before, at, wave) : before;
  const soakUntil = soakFrom + rules.soakMs;
  if (now < soakUntil) return { rollout, check: [], soakUntil };
  const targets = written.map((name) => rollout.targets[name] as RolloutTarget); // has a backup there
  const check = written.filter((_, i) => (targets[i]?.verifiedAt ?? 0) < soakUntil);
  if (check.length > 0) return closing(rollout, at, { wave, check, now });
  if (rules.stopOn !== 'error-rate')
    return passing(withWave(rollout, at, { ...wave, passedAt: now }), rules, now);
  const rates = ratesOf(targets);
  if (!isClearRise(rates))
    return passing(withWave(rollout, at, { ...wave, rates, passedAt: now }), rules, now);
  const why = `wave ${wave.name}: ${failedPercent(rates.during)} of ${requestCount(rates.during)} requests failed after the change, ${failedPercent(rates.before)} before it`;
  return { rollout: stopped(withWave(rollout, at, { ...wave, rates }), why, now), check: [] };
}

/** ms between two checks of the same target at the end of a soak: one that proves nothing is repeated, in peace. */
const AGAIN_MS = 30_000;

function closing(
  rollout: Rollout,
  at: number,
  {
    wave,
    check,
    now,
  }: { readonly wave: RolloutWave; readonly check: readonly string[]; readonly now: number },
): Passing {
  const again = (wave.askedAt ?? -Infinity) + AGAIN_MS;
  if (now < again) return { rollout, check: [], soakUntil: again };
  return { rollout: withWave(rollout, at, { ...wave, askedAt: now }), check, soakUntil: now + AGAIN_MS };
}

/** Suspended targets come later, but they aren't evidence: at least one must be done. */
function isComplete({ targets }: Rollout, wave: RolloutWave): boolean {
  const members = wave.targets.flatMap((name) => targets[name] ?? []);
  const isDone = ({ phase }: RolloutTarget): boolean => phase === 'done';
  if (members.every(isDone)) return true;
  return members.some(isDone) && members.every((one) => isDone(one) || isLate(one));
}

const isLate = ({ phase, isLate: late }: RolloutTarget): boolean => phase === 'waiting' && late === true;

/** Whether every target of the later waves has its revision already. */
function isNothingLeft({ waves, targets }: Rollout, at: number): boolean {
  return waves
    .slice(at + 1)
    .flatMap((wave) => wave.targets)
    .every((name) => targets[name]?.phase === 'done');
}

function finished(rollout: Rollout, now: number): Rollout {
  if (rollout.phase === 'done') return rollout;
  const { by: _by, why: _why, ...rest } = rollout;
  return { ...rest, phase: 'done', at: now };
}

function withWave(rollout: Rollout, at: number, wave: RolloutWave): Rollout {
  return { ...rollout, waves: rollout.waves.with(at, wave) };
}

/** Gives targets of the waves that were reached their turn, as long as there is room. */
function released(
  rollout: Rollout,
  { maxParallel }: Rules,
  now: number,
): { readonly rollout: Rollout; readonly released: readonly string[]; readonly nextAt?: number } {
  const reached = rollout.waves.slice(0, currentWave(rollout) + 1).flatMap(({ targets }) => targets);
  const waiting = reached.filter((name) => {
    const target = rollout.targets[name];
    return target?.phase === 'waiting' && !target.isBusy;
  });
  const held = waiting.flatMap((name) => rollout.targets[name]?.notBefore ?? []).filter((at) => at > now);
  const ready = waiting.filter((name) => (rollout.targets[name]?.notBefore ?? 0) <= now);
  const room = Math.max(0, maxParallel - inWork(rollout));
  const turn = ready.slice(0, room);
  return {
    rollout: turn.length === 0 ? rollout : withPhase(rollout, turn, 'working', now),
    released: turn,
    ...(held.length > 0 && { nextAt: Math.min(...held) }),
  };
}

/** How many targets somebody works on. */
export function inWork({ targets }: Pick<Rollout, 'targets'>): number {
  return Object.values(targets).filter(
    ({ phase, isBusy }) => phase === 'working' || phase === 'undoing' || isBusy === true,
  ).length;
}

function withPhase(
  rollout: Rollout,
  names: readonly string[],
  phase: 'working' | 'undoing',
  now: number,
): Rollout {
  const turned = names.flatMap((name) => {
    const { why: _why, notBefore: _notBefore, isLate: _isLate, ...rest } = rollout.targets[name] ?? {};
    return [[name, { ...rest, phase, at: now }] as const];
  });
  return { ...rollout, targets: { ...rollout.targets, ...Object.fromEntries(turned) } };
}

/** From the last wave back to the first. Work in progress ends first. */
function undoing(rollout: Rollout, { maxParallel }: Rules, now: number): Advanced {
  const names = rollout.waves.flatMap(({ targets }) => targets).toReversed();
  const left = names.filter((name) => {
    const target = rollout.targets[name];
    return target?.backup !== undefined && (target.phase === 'done' || target.phase === 'failed');
  });
  const busy = inWork(rollout);
  if (left.length === 0 && busy === 0) return still({ ...rollout, phase: 'undone', at: now });
  const turn = left.slice(0, Math.max(0, maxParallel - busy));
  if (turn.length === 0) return still(rollout);
  return { rollout: withPhase(rollout, turn, 'undoing', now), check: [], undo: turn };
}
