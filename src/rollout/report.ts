// What a piece of work on one target means for the rollout. Pure.
import type { OutcomeKind } from '../domain/outcome/outcome.ts';
import type { Requests } from '../domain/requests.ts';
import type { Rollout, RolloutTarget } from '../domain/state/rollout.ts';

export interface Seen {
  readonly kind: OutcomeKind;
  /** Digest of the revision that was compared; absent if the files couldn't be read. */
  readonly digest?: string | undefined;
  /** Of an apply: the backup before it. */
  readonly backup?: string | undefined;
  /** For people: what happened. */
  readonly why: string;
  /** Nothing is written to the target before: a freeze window, or its suspension. */
  readonly heldUntil?: number | undefined;
  /** Recent requests before the work, and all requests since the gateway started, after it. */
  readonly requests?: { readonly recent?: Requests; readonly all?: Requests } | undefined;
}

const AS_DECLARED: ReadonlySet<OutcomeKind> = new Set(['in-sync', 'applied', 'drifted']);
const FAILED: ReadonlySet<OutcomeKind> = new Set([
  'rolled-back',
  'rollback-failed',
  'failed',
  'contested',
  'quarantined',
  'invalid',
  'stale-memory',
  'refused',
]);
/** How many checks in a row may fail to reach a target. */
export const UNREACHABLE_TRIES = 3;

/** The same object: it tells nothing new. A target that is done is judged until the rollout is over. */
export function reported(rollout: Rollout, name: string, seen: Seen, now: number): Rollout {
  const target = rollout.targets[name];
  if (!target) return rollout;
  const isJudged = rollout.phase === 'running' || rollout.phase === 'paused' || rollout.phase === 'stopped';
  const next = target.phase === 'done' && !isJudged ? withoutBusy(target) : afterWork(target, seen, now);
  return next === target ? rollout : withTarget(rollout, name, next);
}

/** How a requested rollback ended. */
export function undone(
  rollout: Rollout,
  name: string,
  { isUndone, why }: { readonly isUndone: boolean; readonly why: string },
  now: number,
): Rollout {
  const target = rollout.targets[name];
  if (target?.phase !== 'undoing') return rollout;
  const { why: _why, ...rest } = target;
  return withTarget(rollout, name, {
    ...rest,
    phase: isUndone ? 'undone' : 'undo-failed',
    at: now,
    ...(!isUndone && { why }),
  });
}

export function withTarget(rollout: Rollout, name: string, target: RolloutTarget): Rollout {
  return { ...rollout, targets: { ...rollout.targets, [name]: target } };
}

function afterWork(before: RolloutTarget, seen: Seen, now: number): RolloutTarget {
  const target = withoutBusy(before);
  const isOurs = seen.digest === target.to;
  switch (target.phase) {
    case 'waiting':
      if (isOurs && (seen.kind === 'applied' || seen.kind === 'in-sync')) return arrived(target, seen, now);
      return seen.kind === 'suspended' ? target : onTime(target);
    case 'working':
      return isOurs || seen.kind === 'invalid' ? afterTurn(target, seen, now) : target;
    case 'done':
      return isOurs || seen.kind === 'unreachable' ? afterCheck(target, seen, now) : target;
    case 'failed':
      return isOurs && (seen.kind === 'applied' || seen.kind === 'in-sync')
        ? arrived(target, seen, now)
        : target;
    default:
      return target;
  }
}

function withoutBusy(target: RolloutTarget): RolloutTarget {
  if (!target.isBusy) return target;
  const { isBusy: _isBusy, ...rest } = target;
  return rest;
}

/** A suspension that ended early doesn't hold the target back any longer. */
function onTime(target: RolloutTarget): RolloutTarget {
  if (!target.isLate) return target;
  const { isLate: _isLate, notBefore: _notBefore, why: _why, ...rest } = target;
  return rest;
}

function afterTurn(target: RolloutTarget, seen: Seen, now: number): RolloutTarget {
  const { kind, why, heldUntil } = seen;
  if (AS_DECLARED.has(kind)) return arrived(target, seen, now);
  if (kind === 'suspended' || (kind === 'refused' && heldUntil !== undefined))
    return {
      ...target,
      phase: 'waiting',
      at: now,
      why,
      ...(heldUntil !== undefined && { notBefore: heldUntil }),
      ...(kind === 'suspended' && { isLate: true }),
    };
  if (kind === 'waiting') return { ...target, phase: 'waiting', at: now };
  return failing(target, seen, now);
}

/** One that was written before. Drift that this mode leaves isn't a failure of the revision. */
function afterCheck(target: RolloutTarget, seen: Seen, now: number): RolloutTarget {
  if (target.backup === undefined) return target;
  if (!AS_DECLARED.has(seen.kind)) return failing(target, seen, now);
  const { unreachable: _unreachable, ...rest } = target;
  const last = seen.requests?.all ?? target.requests?.last;
  return {
    ...rest,
    verifiedAt: now,
    ...(target.requests && last && { requests: { ...target.requests, last } }),
  };
}

/** Not reached once proves nothing; everything else that ended without the revision is a failure. */
function failing(target: RolloutTarget, { kind, why, heldUntil, backup }: Seen, now: number): RolloutTarget {
  if (kind === 'unreachable') {
    const unreachable = (target.unreachable ?? 0) + 1;
    const counted = { ...target, unreachable, why };
    return unreachable < UNREACHABLE_TRIES ? counted : { ...counted, phase: 'failed', at: now };
  }
  if (!FAILED.has(kind) || (kind === 'refused' && heldUntil !== undefined)) return target;
  const mine = target.backup ?? backup; // a part of the revision can have been written
  return { ...target, phase: 'failed', at: now, why, ...(mine !== undefined && { backup: mine }) };
}

function arrived(target: RolloutTarget, { backup, requests }: Seen, now: number): RolloutTarget {
  const { phase, at, to, backup: earlier, requests: before } = target;
  const mine = earlier ?? backup;
  const recent = requests?.recent ?? before?.recent;
  const all = requests?.all;
  return {
    phase: 'done',
    at: phase === 'done' ? at : now,
    ...(to !== undefined && { to }),
    ...(mine !== undefined && { backup: mine }),
    verifiedAt: now,
    ...(recent && { requests: { recent, ...(all && { written: all, last: all }) } }),
  };
}
