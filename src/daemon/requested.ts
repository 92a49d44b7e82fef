// Work that someone requests of a running daemon, by the API, the dashboard or a command. It waits in the same queue as
// the checks, and its results reach the same listeners.
import { check, restore } from '../apply/apply.ts';
import { inspect, type Inspection } from '../apply/inspect.ts';
import type { Context, ReconcileRequest, RestoreRequest, RestoreSummary } from '../apply/run/context.ts';
import type { Trigger } from '../domain/state/check-record.ts';
import type { Outcome, OutcomeKind } from '../domain/outcome/outcome.ts';
import { fail, HoldfastError } from '../domain/problem/problem.ts';
import type { Suspension } from '../domain/state/state.ts';
import { targetNamed } from '../domain/target-names.ts';
import type { Target } from '../domain/target.ts';
import type { AdoptRequest, AdoptResult } from './core/adopt-request.ts';
import { type CheckContext, type CheckResult, checkTarget, contextOf } from './core/check.ts';
import type { DaemonOperations } from './core/daemon-operations.ts';
import { type LastApply, lastApply, undoRequest, withBefore } from './core/roll-back.ts';
import type { TargetSet } from './core/target-set.ts';
import type { WorkQueue } from './core/work-queue.ts';
import type { Member } from './replicas/member.ts';
import type { Written } from './rollout/rollouts.ts';

/** Of the daemon as it is now. */
export interface RequestedParts {
  readonly place: () => TargetSet;
  readonly looking: () => CheckContext;
  readonly line: () => WorkQueue;
  /** Absent with a state that only one daemon can use. */
  readonly member: () => Member | undefined;
  /** Shows a plan that was made on request. */
  readonly planned: (outcome: Outcome) => void;
  /** After a check, or a restore that wrote. */
  readonly seen: (found: CheckResult, trigger: Trigger) => Promise<void>;
}

type Operations = Pick<
  DaemonOperations,
  | 'target'
  | 'plan'
  | 'apply'
  | 'inspect'
  | 'compare'
  | 'restore'
  | 'rollBack'
  | 'adopt'
  | 'suspend'
  | 'resume'
>;

export abstract class RequestedWork implements Operations {
  protected abstract readonly parts: RequestedParts;

  target(name: string): Target {
    return targetNamed(this.parts.place().targets, name);
  }

  async plan(name: string, request: ReconcileRequest = {}): Promise<Outcome> {
    return this.#run(name, async (target) => {
      const outcome = await check(this.contextOf(target), request);
      if (isOfItsOwn(request)) return outcome;
      this.parts.planned(outcome);
      await this.parts.member()?.record(outcome);
      return outcome;
    });
  }

  async apply(name: string, request: ReconcileRequest, by?: string): Promise<Outcome> {
    return this.#run(name, async (target) => {
      const found = await checkTarget(this.parts.place(), target, 'asked', this.#forSomeone(by), request);
      await this.parts.seen(found, 'asked');
      return found.outcome;
    });
  }

  async inspect(name: string): Promise<Inspection> {
    return this.#run(name, (target) => inspect(this.contextOf(target)));
  }

  async compare(name: string, backup: string): Promise<RestoreSummary> {
    let found: RestoreSummary | undefined;
    const confirm = (summary: RestoreSummary): Promise<boolean> => {
      found = summary;
      return Promise.resolve(true);
    };
    const { problems } = await this.#run(name, (target) => {
      const context = { ...this.contextOf(target), listener: () => undefined };
      return restore(context, { backup: { id: backup }, dryRun: true, confirm });
    });
    if (!found) throw new HoldfastError(problems);
    return found;
  }

  async restore(name: string, request: RestoreRequest, by?: string): Promise<Outcome> {
    return this.#run(name, async (target) => {
      const outcome = await restore(this.contextOf(target, by), request);
      await this.#restored(outcome);
      return outcome;
    });
  }

  async rollBack(name: string, request: Pick<RestoreRequest, 'dryRun'>, by?: string): Promise<Outcome> {
    return this.#undo(name, () => lastApply(this.parts.place().store, name), request, by);
  }

  async adopt(name: string, request: AdoptRequest): Promise<AdoptResult> {
    return this.#run(name, (target) => this.parts.place().adopt(target, request));
  }

  async suspend(name: string, suspension: Suspension): Promise<void> {
    await this.#setSuspension(name, suspension);
  }

  async resume(name: string): Promise<void> {
    await this.#setSuspension(name, undefined);
  }

  /** Restores what a target had before this write of a rollout. */
  protected async undoWrite(name: string, written: Written, by?: string): Promise<Outcome> {
    const find = (): Promise<LastApply> => withBefore(this.parts.place().store, name, written);
    return this.#undo(name, find, { confirm: written.isStillWanted }, by);
  }

  /** The context of the engine for what is requested of a target. */
  protected contextOf(target: Target, by?: string): Context {
    return contextOf(this.parts.place(), target, this.#forSomeone(by));
  }

  async #undo(
    name: string,
    find: () => Promise<LastApply>,
    how: Pick<RestoreRequest, 'dryRun' | 'confirm'>,
    by?: string,
  ): Promise<Outcome> {
    return this.#run(name, async (target) => {
      const undone = await find();
      const context = this.contextOf(target, by);
      const held = await heldBack(context, undone);
      const outcome = await restore(context, { ...undoRequest(undone, { by, held }), ...how });
      // Listeners find the quarantine there.
      await this.#restored(outcome);
      return outcome;
    });
  }

  /** Exclusively, and in the queue of the target. */
  async #run<T>(name: string, work: (target: Target) => Promise<T>): Promise<T> {
    const target = this.#workable(name);
    return this.parts.line().run(name, () => work(target));
  }

  async #setSuspension(name: string, suspension: Suspension | undefined): Promise<void> {
    await this.parts.place().store.update(this.#workable(name).name, { suspension });
    this.parts.line().look(this.target(name).name, 'asked');
  }

  /** What someone requested waits for the other replicas as it waits in the queue of a single daemon. */
  #forSomeone(by: string | undefined): CheckContext {
    return { ...this.parts.looking(), by, ...(this.parts.member() && { waitMs: OTHERS_MS }) };
  }

  #workable(name: string): Target {
    if (this.parts.looking().signal.aborted)
      throw fail('HF7044', "the daemon is stopping and doesn't start new work");
    return this.target(name);
  }

  /**
   * A restore that wrote nothing is about the backup, not the files. After one that wrote, the status is determined
   * again.
   */
  async #restored(outcome: Outcome): Promise<void> {
    if (!WROTE.has(outcome.kind)) return;
    await this.parts.seen({ outcome }, 'asked');
    this.parts.line().look(outcome.target, 'asked');
  }
}

/**
 * Later files may declare the same as the revision that was applied, or more. They would undo the rollback, so the newest
 * revision waits; unless it is the one before, as on a replica that doesn't have the newest files.
 */
async function heldBack(context: Context, { revision, before }: LastApply): Promise<string> {
  const loaded = await context.loadDesired().catch(() => undefined); // files that can't be read declare nothing
  const declared = loaded?.desired?.revision.digest;
  return declared === undefined || declared === before?.lastApplied?.revision.digest ? revision : declared;
}

/** How long requested work waits for another replica, ms: longer than a lease and the last request of its holder. */
const OTHERS_MS = 5 * 60_000;

/** What a restore can result in after its first write. */
const WROTE: ReadonlySet<OutcomeKind> = new Set(['restored', 'rolled-back', 'rollback-failed']);

/** Whether it requests something that the daemon wouldn't do by itself: the result is shown only to the requester. */
function isOfItsOwn({ allow, prune, mode, only }: ReconcileRequest): boolean {
  return (allow ?? []).length > 0 || only !== undefined || prune !== undefined || mode !== undefined;
}
