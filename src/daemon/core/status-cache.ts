// The daemon's current knowledge of its targets, from reports: the work in progress, the last outcome and the last
// plan. What outlives the process is in the Store.
import type { Step } from '../../domain/outcome/event.ts';
import type { Outcome } from '../../domain/outcome/outcome.ts';
import type { Plan } from '../../domain/plan/plan.ts';
import { type SyncStatus, syncStatusOf } from '../../domain/outcome/sync-status.ts';
import type { Reporter } from './reporter.ts';

export interface KnownStatus {
  /** The current work; absent if there is none. */
  readonly step?: Step;
  /** The last outcome since the daemon started. */
  readonly outcome?: Outcome;
  /** The status from the last meaningful outcome; absent before the first one. */
  readonly standing?: SyncStatus;
  /** When it changed to this status, in ms since the epoch; absent for the first one. */
  readonly since?: number;
  /** The last plan, and when it was made, in ms since the epoch; absent once the target matches the files. */
  readonly plan?: { readonly plan: Plan; readonly at: number };
  /** The API of the last plan, also of one that is over. */
  readonly through?: Plan['gateway']['api'];
  /** When another replica checks it again by itself, in ms since the epoch. */
  readonly retryAt?: number;
}

export interface StatusCache {
  readonly reporter: Pick<Reporter, 'event' | 'outcome'>;
  of(target: string): KnownStatus;
  /** A requested plan, made as the daemon itself would make it. */
  planned(outcome: Outcome): void;
  /** What all replicas show. Work of this replica that is in progress stays. */
  put(target: string, status: KnownStatus): void;
  /** The work of another replica, and undefined at its end. */
  step(target: string, step: Step | undefined): void;
}

export function createStatusCache(): StatusCache {
  const known = new Map<string, KnownStatus>();
  const of = (target: string): KnownStatus => known.get(target) ?? {};
  return {
    of,
    reporter: {
      event(event) {
        if (event.kind === 'step') known.set(event.target, { ...of(event.target), step: event.step });
        // The result is in `outcome`: not all work shows how the target compares with its files.
        if (event.kind === 'finished') known.set(event.target, rested(of(event.target)));
      },
      outcome: (outcome) => known.set(outcome.target, statusAfter(of(outcome.target), outcome)),
    },
    planned: (outcome) => known.set(outcome.target, statusAfter(of(outcome.target), outcome)),
    put(target, status) {
      const { step } = of(target);
      known.set(target, { ...rested(status), ...(step && { step }) });
    },
    step: (target, step) => known.set(target, { ...rested(of(target)), ...(step && { step }) }),
  };
}

function rested({ step: _done, ...known }: KnownStatus): KnownStatus {
  return known;
}

function sinceOf(before: KnownStatus, standing: SyncStatus | undefined, at: number): { since?: number } {
  if (before.standing === undefined) return {};
  if (before.standing !== standing) return { since: at };
  return before.since === undefined ? {} : { since: before.since };
}

/** The status after an outcome. */
export function statusAfter(before: KnownStatus, outcome: Outcome): KnownStatus {
  const standing = syncStatusOf(outcome) ?? before.standing;
  const through = outcome.plan?.gateway.api ?? before.through;
  const told = {
    outcome,
    ...(standing && { standing }),
    ...(through && { through }),
    ...sinceOf(before, standing, outcome.at),
  };
  // The plan was applied, so nobody may apply it again.
  const applied = outcome.kind === 'applied';
  if (outcome.plan && !applied) return { ...told, plan: { plan: outcome.plan, at: outcome.at } };
  const answered = applied || outcome.kind === 'in-sync' || outcome.kind === 'restored';
  return { ...told, ...(before.plan && !answered && { plan: before.plan }) };
}
