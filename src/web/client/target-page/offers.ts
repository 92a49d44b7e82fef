// Which actions a target page offers: only those that can succeed now, and which one is recommended. Pure.
import { isRefused, type Plan } from '../../../domain/plan/plan.ts';
import { overrideOf } from '../../../domain/plan/override.ts';
import type { SyncStatus } from '../../../domain/outcome/sync-status.ts';
import type { TargetView } from '../../../api-schema/views.ts';
import { adoptable } from './plan/sections.ts';

export type Offer =
  'resume' | 'retry' | 'apply' | 'override' | 'correct' | 'adopt' | 'sync' | 'suspend' | 'rollback';

export interface Offers {
  /** In the order of their buttons. */
  readonly offered: readonly Offer[];
  /** The one that leads out of this state; absent: you don't need to do anything, or no button does it. */
  readonly primary?: Offer;
}

type Seen = Pick<TargetView, 'mode' | 'rollback' | 'suspension' | 'quarantine'>;

/** `followsGit`: the daemon can commit what it adopts. */
export function offersFor(
  target: Seen,
  standing: SyncStatus,
  plan: Plan | undefined,
  followsGit = false,
): Offers {
  const write = CANNOT_WRITE.has(standing) ? undefined : writeOf(target, standing, plan);
  // After the steps by hand: a mere check may find the same open transaction again.
  const again = standing === 'needs-a-person';
  const offered: Offer[] = [
    ...(target.suspension ? (['resume'] as const) : []),
    ...(write ? [write] : []),
    ...(followsGit && plan && !NO_PLAN_OF_NOW.has(standing) && adoptable(plan).length > 0
      ? (['adopt'] as const)
      : []),
    'sync',
    ...(again ? (['retry'] as const) : []),
    ...(target.suspension ? [] : (['suspend'] as const)),
    ...(target.rollback && !NOT_REACHED.has(standing) ? (['rollback'] as const) : []),
  ];
  const primary = primaryOf(target, standing, write);
  return { offered, ...(primary && { primary }) };
}

/** The gateway doesn't respond, or a person must act on its host first. */
const NOT_REACHED: ReadonlySet<SyncStatus> = new Set(['unreachable', 'needs-a-person']);

/** The plan isn't one of the current files and the gateway of now. */
const NO_PLAN_OF_NOW: ReadonlySet<SyncStatus> = new Set([...NOT_REACHED, 'invalid', 'in-sync']);

/** The plan that is shown isn't one of the current files, or nothing would be written. */
const CANNOT_WRITE: ReadonlySet<SyncStatus> = new Set([...NOT_REACHED, 'invalid', 'suspended', 'in-sync']);

/** A quarantine can be of an earlier revision; with these, it is of the current one. */
const HELD_BACK: ReadonlySet<SyncStatus> = new Set(['quarantined', 'rolled-back']);

function writeOf(
  { mode, quarantine }: Seen,
  standing: SyncStatus,
  plan: Plan | undefined,
): Offer | undefined {
  if (plan && isRefused(plan)) return isOverridable(plan) ? 'override' : undefined;
  if (standing === 'contested' || (quarantine && HELD_BACK.has(standing))) return 'retry';
  if (!plan) return undefined;
  if (plan.writes.length > 0) return 'apply';
  const left = plan.changes.some(({ disposition }) => disposition === 'report');
  return mode === 'apply' && left ? 'correct' : undefined;
}

/** Each guard that refuses can be overridden. */
function isOverridable({ verdicts }: Plan): boolean {
  return verdicts.every((verdict) => verdict.allowed || overrideOf(verdict) !== undefined);
}

/** States from which only a new check leads, once their cause is gone. */
const WAITS_FOR_A_CHECK: ReadonlySet<SyncStatus> = new Set([
  ...NOT_REACHED,
  'failed',
  'unknown',
  'rolled-back',
]);

/** An override is never recommended: the way out of a refusal is to change the files. */
function primaryOf({ suspension }: Seen, standing: SyncStatus, write: Offer | undefined): Offer | undefined {
  if (suspension) return 'resume';
  if (write) return write === 'override' ? undefined : write;
  return WAITS_FOR_A_CHECK.has(standing) ? 'sync' : undefined;
}
