// Rollouts of a running daemon or of one `holdfast apply`: finds new revisions, asks the pure room what comes next,
// records it in the Store for all processes, and starts the work. What it decides, any other process continues.
import { randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Context, LoadedDesired } from '../../apply/run/context.ts';
import { summaryOf } from '../../apply/record/summary.ts';
import type { Clock } from '../../domain/clock.ts';
import type { Outcome } from '../../domain/outcome/outcome.ts';
import { fail } from '../../domain/problem/problem.ts';
import type { Rollout, RolloutAction } from '../../domain/state/rollout.ts';
import type { Strategy } from '../../domain/strategy.ts';
import type { Target } from '../../domain/target.ts';
import { advance, type Advanced, still } from '../../rollout/advance.ts';
import { begin, type Fleet } from '../../rollout/begin.ts';
import { controlled } from '../../rollout/control.ts';
import { isUnknown, permits } from '../../rollout/permits.ts';
import { reported, type Seen, undone } from '../../rollout/report.ts';
import { waitsFor } from '../../rollout/view.ts';
import type { Store } from '../../state/store.ts';
import type { RolloutChange } from '../core/reporter.ts';
import { isUndone } from '../core/roll-back.ts';
import type { Permit, RolloutGate } from '../core/rollout-gate.ts';
import { declaredBy } from './declared.ts';
import { requestsOf } from './requests.ts';
import { isOfOtherFiles, lastWrite, seenOf } from './seen.ts';

/** The fleet as the settings of now describe it. */
export interface FleetSettings {
  readonly targets: readonly Target[];
  readonly store: Store;
  readonly strategy?: Strategy | undefined;
  /** What is asked is recorded, and a daemon does it. */
  readonly onlyRecords?: boolean;
  contextOf(target: Target): Context;
}

/** A write that is rolled back: the backup before it, and the digest of what it applied. */
export interface Written {
  readonly backup: string;
  readonly revision: string;
  /**
   * Asked under the lock of the target: another process may have undone it while this one waited, and a newer revision
   * can be in effect since.
   */
  readonly isStillWanted: () => Promise<boolean>;
}

export interface RolloutParts {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Checks the target soon; the result comes back through `seen`. */
  readonly look: (target: string) => void;
  /** Restores what a target had before. */
  readonly undo: (target: string, written: Written, by: string | undefined) => Promise<Outcome>;
  readonly changed: (rollout: Rollout, change: RolloutChange) => void;
  readonly failed: (error: unknown) => void;
  /** With replicas: whether another one has begun this rollout for newer files. */
  readonly isBehind?: ((rollout: Rollout, declared: Fleet['declared']) => boolean) | undefined;
  /** ms between looks at a record that others can change; absent: nobody waits for others. */
  readonly pollMs?: number;
}

/** `id`: the rollout that is meant; absent: the one of now. */
export interface Asked {
  readonly by?: string | undefined;
  readonly id?: string | undefined;
}

export interface Rollouts extends RolloutGate {
  /** Uses these settings from now on. */
  attach(fleet: FleetSettings): void;
  /** Reads the files of all targets, and begins a rollout if they declare something new. */
  discover(): Promise<void>;
  /** Undoes what a process that stopped was about to undo; resolves when it was started. */
  continueUndo(): Promise<void>;
  /** After any work on a target. `digest`: of the files that it was compared with. */
  seen(target: string, digest: string | undefined, outcome: Outcome): Promise<void>;
  /** What a person asks. Rejects with HF7062 or HF7063. */
  control(action: RolloutAction, asked?: Asked): Promise<Rollout>;
  /** When time alone makes a difference, in ms since the epoch. */
  nextAt(): number | undefined;
  /** Continues what is due; resolves when it was started. */
  advance(): Promise<void>;
}

export function createRollouts(parts: RolloutParts): Rollouts {
  return new Driver(parts);
}

class Driver implements Rollouts {
  readonly #parts: RolloutParts;
  /** Targets that this process undoes. */
  readonly #undoing = new Set<string>();
  readonly #recent = new Map<string, NonNullable<Seen['requests']>['recent']>();
  #fleet: FleetSettings | undefined;
  #discovery: Promise<void> | undefined;
  /** As this process saw it last. */
  #known: Rollout | undefined;
  #timer: { readonly at: number; readonly replaced: AbortController } | undefined;

  constructor(parts: RolloutParts) {
    this.#parts = parts;
  }

  attach(fleet: FleetSettings): void {
    this.#fleet = fleet;
  }

  async discover(): Promise<void> {
    await this.#discovery;
    await this.#discover();
  }

  async continueUndo(): Promise<void> {
    const rollout = await this.#fleet?.store.rollout();
    if (rollout) this.#undo(rollout, undoingUntil(rollout, Infinity));
  }

  async permit(target: Target, digest: string): Promise<Permit> {
    const fleet = this.#fleet;
    if (!fleet?.strategy || target.mode === 'observe') return { isAllowed: true };
    const { name } = target;
    const { lastApplied } = await fleet.store.read(name);
    const inForce = lastApplied?.revision.digest;
    const asked = { target: name, digest, inForce };
    const rollout = await fleet.store.rollout();
    if (permits(rollout, asked)) return { isAllowed: true, retry: rollout?.targets[name]?.retry === true };
    if (!isUnknown(rollout, asked)) return { isAllowed: false, why: waitsFor(rollout, name), inForce };
    this.#discovery ??= this.#discoverLater();
    return { isAllowed: false, why: waitsFor(undefined, name), inForce };
  }

  async before(target: Target): Promise<void> {
    if (this.#fleet?.strategy?.stopOn !== 'error-rate') return;
    const rollout = await this.#fleet.store.rollout();
    if (rollout?.targets[target.name]?.phase !== 'working') return;
    const found = await requestsOf(this.#fleet.contextOf(target));
    if (found) this.#recent.set(target.name, found.recent);
  }

  async seen(name: string, digest: string | undefined, outcome: Outcome): Promise<void> {
    const fleet = this.#fleet;
    const target = fleet?.targets.find((one) => one.name === name);
    if (!fleet?.strategy || !target) return;
    const requests = await this.#requests(fleet, target);
    const seen = seenOf(outcome, target, digest, this.#parts.clock.now());
    const written = outcome.kind === 'in-sync' ? await lastWrite(fleet.store, name, digest) : undefined;
    await this.#change((now) => {
      if (!now || isOfOtherFiles(now, outcome)) return now;
      const backup =
        written && written.at >= (now.targets[name]?.at ?? Infinity) ? written.backup : undefined;
      const found = { ...seen, ...(backup !== undefined && { backup }), ...(requests && { requests }) };
      return reported(now, name, found, this.#now());
    });
  }

  async control(action: RolloutAction, asked: Asked = {}): Promise<Rollout> {
    const { strategy, onlyRecords } = this.#fleet ?? {};
    if (!strategy && !onlyRecords && (action === 'pause' || action === 'resume'))
      throw fail('HF7062', 'the settings have no `strategy`, so no rollout goes on');
    let refusal: string | undefined;
    const rollout = await this.#change((before) => {
      if (!before) return undefined;
      const result = controlled(before, action, { ...asked, now: this.#now() });
      refusal = typeof result === 'string' ? result : undefined;
      return typeof result === 'string' ? before : result;
    });
    if (!rollout) throw fail('HF7062', 'there was no rollout yet');
    if (refusal !== undefined) throw fail('HF7063', `the rollout can't ${action}: ${refusal}`);
    return rollout;
  }

  nextAt(): number | undefined {
    return this.#timer?.at;
  }

  async advance(): Promise<void> {
    await this.#change((rollout) => rollout);
  }

  #now(): number {
    return this.#parts.clock.now();
  }

  async #discover(): Promise<void> {
    const fleet = this.#fleet;
    if (!fleet?.strategy) return;
    const load = (target: Target): Promise<LoadedDesired> => fleet.contextOf(target).loadDesired();
    const found = await declaredBy({ ...fleet, load }, fleet.strategy);
    // Files that can't be read at all, such as those of a repository that doesn't respond, declare nothing new.
    if (Object.values(found.declared).every(({ to }) => to === undefined)) return;
    const id = randomBytes(4).toString('hex');
    await this.#change((before) => {
      if (!before && Object.values(found.declared).every(({ to, inForce }) => to === inForce))
        return undefined;
      if (before && this.#parts.isBehind?.(before, found.declared)) return before;
      return begin(before, found, { id, now: this.#now() });
    });
  }

  async #discoverLater(): Promise<void> {
    try {
      await this.#discover();
    } catch (error) {
      this.#parts.failed(error);
    } finally {
      this.#discovery = undefined;
    }
  }

  /** Records a change with everything that follows from it, and starts that. */
  async #change(change: (rollout: Rollout | undefined) => Rollout | undefined): Promise<Rollout | undefined> {
    const { store } = this.#fleet ?? {};
    if (!store) return undefined;
    const known = await store.rollout();
    const next = (rollout: Rollout | undefined): Advanced | undefined => {
      const changed = change(rollout);
      return changed && this.#advanced(changed);
    };
    // Most checks change nothing, and need no lock.
    const expected = next(known);
    if (expected?.rollout === known) return this.#begin(expected, known);
    let before: Rollout | undefined;
    let result: Advanced | undefined;
    await store.changeRollout((current) => {
      before = current;
      result = next(current);
      return result?.rollout;
    });
    return this.#begin(result, before);
  }

  /** What follows. A process that stops records what it did, and leaves the rest to others or to its next start. */
  #advanced(rollout: Rollout): Advanced {
    const { strategy, onlyRecords } = this.#fleet ?? {};
    const rules = strategy ?? (rollout.phase === 'undoing' ? UNDO_ALONE : undefined);
    return rules && !onlyRecords && !this.#parts.signal.aborted
      ? advance(rollout, rules, this.#now())
      : still(rollout);
  }

  #begin(advanced: Advanced | undefined, before: Rollout | undefined): Rollout | undefined {
    if (!advanced) return undefined;
    const { rollout, check, undo, nextAt } = advanced;
    if (this.#parts.signal.aborted) return rollout;
    if (rollout !== before) this.#parts.changed(rollout, { before, isOwn: true });
    else if (this.#known && !isDeepStrictEqual(rollout, this.#known)) {
      this.#parts.changed(rollout, { before: this.#known, isOwn: false });
      // The process that gave them their turn may have ended.
      for (const [name, { phase }] of Object.entries(rollout.targets))
        if (phase === 'working') this.#parts.look(name);
    }
    this.#known = rollout;
    for (const name of check) this.#parts.look(name);
    this.#undo(rollout, [...undo, ...this.#orphans(rollout)]);
    this.#wait(this.#earlier(nextAt, rollout));
    return rollout;
  }

  #undo(rollout: Rollout, names: readonly string[]): void {
    for (const name of names) {
      if (this.#undoing.has(name)) continue;
      this.#undoing.add(name);
      void this.#undoOne(rollout, name)
        .catch(this.#parts.failed)
        .finally(() => this.#undoing.delete(name));
    }
  }

  /** The process that began to undo them has ended, or couldn't record the result. */
  #orphans(rollout: Rollout): readonly string[] {
    if (rollout.phase !== 'undoing' || this.#fleet?.onlyRecords === true) return [];
    return undoingUntil(rollout, this.#now() - ORPHANED_MS);
  }

  /** Others work on the target. */
  async #undoLater(rollout: Rollout, name: string): Promise<void> {
    const { clock, signal } = this.#parts;
    const isAwake = await clock.sleep(RETRY_MS, signal).then(
      () => true,
      () => false,
    );
    if (isAwake) await this.#undoOne(rollout, name);
  }

  async #undoOne(rollout: Rollout, name: string): Promise<void> {
    const { targets, by } = rollout;
    const { backup = '', to = '' } = targets[name] ?? {};
    const isStillWanted = (): Promise<boolean> => this.#isUndoing(rollout.id, name);
    if (!(await isStillWanted())) return;
    const found = await this.#parts.undo(name, { backup, revision: to, isStillWanted }, by).then(
      (outcome) =>
        outcome.kind === 'locked'
          ? undefined
          : {
              isUndone: isUndone(outcome),
              why: summaryOf(outcome),
            },
      (error: unknown) => ({ isUndone: false, why: error instanceof Error ? error.message : String(error) }),
    );
    if (!found) return this.#undoLater(rollout, name);
    await this.#change((now) => now && undone(now, name, found, this.#now()));
  }

  async #isUndoing(id: string, name: string): Promise<boolean> {
    const now = await this.#fleet?.store.rollout();
    return now?.id === id && now.targets[name]?.phase === 'undoing';
  }

  /** Another process can continue a rollout that isn't over, and people can ask it to. */
  #earlier(nextAt: number | undefined, { phase }: Rollout): number | undefined {
    const { pollMs, clock } = this.#parts;
    if (pollMs === undefined || phase === 'done' || phase === 'undone') return nextAt;
    return Math.min(nextAt ?? Infinity, clock.now() + pollMs);
  }

  #wait(at: number | undefined): void {
    if (this.#timer?.at === at) return;
    this.#timer?.replaced.abort();
    this.#timer = undefined;
    if (at === undefined) return;
    const replaced = new AbortController();
    this.#timer = { at, replaced };
    const { clock, signal } = this.#parts;
    const ms = Math.min(Math.max(0, at - clock.now()), LONGEST_WAIT);
    const end = AbortSignal.any([signal, replaced.signal]);
    void this.#advanceAfter(ms, end);
  }

  async #advanceAfter(ms: number, end: AbortSignal): Promise<void> {
    await this.#parts.clock.sleep(ms, end).catch(() => undefined); // rejects only when it is aborted
    if (end.aborted) return;
    this.#timer = undefined;
    try {
      await this.advance();
    } catch (error) {
      this.#parts.failed(error);
      this.#wait(this.#now() + (this.#parts.pollMs ?? RETRY_MS));
    }
  }

  async #requests({ strategy, store, contextOf }: FleetSettings, target: Target): Promise<Seen['requests']> {
    if (strategy?.stopOn !== 'error-rate') return undefined;
    const rollout = await store.rollout();
    if (rollout?.phase !== 'running') return undefined;
    const known = rollout.targets[target.name];
    if (known?.phase !== 'working' && known?.backup === undefined) return undefined;
    const recent = this.#recent.get(target.name);
    const all = (await requestsOf(contextOf(target)))?.all;
    this.#recent.delete(target.name);
    return { ...(recent && { recent }), ...(all && { all }) };
  }
}

const RETRY_MS = 10_000;

/** Rules of an undo after the strategy was removed from the settings. */
const UNDO_ALONE = { maxParallel: 5, soakMs: 0, stopOn: 'failure' } as const;

/** ms after which an undo that no process reports on is taken up by another one. */
const ORPHANED_MS = 60_000;

/** A timer of Node is limited to 24 days. */
const LONGEST_WAIT = 86_400_000;

/** Targets whose undo began by then, ms since the epoch, and hasn't ended. */
const undoingUntil = ({ targets }: Rollout, then: number): readonly string[] =>
  Object.entries(targets).flatMap(([name, { phase, at }]) =>
    phase === 'undoing' && at <= then ? [name] : [],
  );
