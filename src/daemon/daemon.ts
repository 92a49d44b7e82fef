// `holdfast run`: turns triggers into checks of targets until it is stopped. It decides nothing about configuration:
// every check is the same reconcile that the command line runs once.
import type { Clock } from '../domain/clock.ts';
import type { Trigger } from '../domain/state/check-record.ts';
import { fail, HoldfastError } from '../domain/problem/problem.ts';
import type { Rollout, RolloutAction } from '../domain/state/rollout.ts';
import type { Strategy } from '../domain/strategy.ts';
import type { Target } from '../domain/target.ts';
import { sameItems } from '../lib/value.ts';
import { type StatusCache, createStatusCache } from './core/status-cache.ts';
import type { DaemonOperations } from './core/daemon-operations.ts';
import { createExpiries, type Expiries } from './core/expiries.ts';
import { createLastGood } from './core/last-good.ts';
import { createWorkQueue, type WorkQueue } from './core/work-queue.ts';
import { checkRecord, checkTarget, type CheckContext, type CheckResult } from './core/check.ts';
import { type Reporter, together } from './core/reporter.ts';
import { createRetries, type Retries } from './core/retries.ts';
import { createMember, type Member } from './replicas/member.ts';
import { createRevisionOrder } from './replicas/revision-order.ts';
import { createSchedule, type Schedule } from './core/schedule.ts';
import type { Service, Services } from './core/service.ts';
import { createWatch, type Watch } from './core/watch.ts';
import { createWorkSlots, type WorkSlots } from './core/work-slots.ts';
import type { Replicas } from '../state/replicas.ts';
import type { OpenTargetSet, TargetSet } from './core/target-set.ts';
import { RequestedWork, type RequestedParts } from './requested.ts';
import { tellRollout } from './rollout/tell.ts';
import { type Asked, createRollouts, type Rollouts } from './rollout/rollouts.ts';

export interface DaemonOptions {
  readonly open: OpenTargetSet;
  readonly clock: Clock;
  readonly reporter: Reporter;
  /** Stops the daemon: work in progress is finished or rolled back. */
  readonly signal: AbortSignal;
  /** What runs next to the checks; nothing by default. */
  readonly services?: Services;
  /** Watches settings and files; the file system by default. */
  readonly watch?: typeof createWatch;
  /** Gets a function that reloads settings and files, for SIGHUP. */
  readonly onHangup?: (reload: () => void) => void;
}

/** Resolves when `signal` stopped it. Rejects with HoldfastError if the settings are invalid at the start. */
export async function runDaemon(options: DaemonOptions): Promise<void> {
  const place = await options.open();
  const replicas = place.shared && (await place.shared.openReplicas());
  const daemon = new Daemon(options, place, replicas);
  try {
    await daemon.start();
    options.onHangup?.(() => daemon.reload('settings'));
    await aborted(options.signal);
    options.reporter.note('info', 'stopping: Holdfast finishes or rolls back work in progress');
  } finally {
    await daemon.stop();
  }
  options.reporter.note('info', 'stopped');
}

/** A running daemon. Its methods don't reject for anything that files, gateways or people can do while it runs. */
class Daemon extends RequestedWork implements DaemonOperations {
  protected readonly parts: RequestedParts = {
    place: () => this.#place,
    looking: () => this.#looking,
    line: () => this.#line,
    member: () => this.#member,
    planned: (outcome) => this.#board.planned(outcome),
    seen: (found, trigger) => this.#seen(found, trigger),
  };
  readonly #open: OpenTargetSet;
  readonly #looking: CheckContext;
  readonly #line: WorkQueue;
  readonly #slots: WorkSlots = createWorkSlots();
  readonly #replicas: Replicas | undefined;
  /** Absent with a state that only one daemon can use. */
  readonly #member: Member | undefined;
  readonly #watch: Watch;
  readonly #schedule: Schedule;
  readonly #retries: Retries;
  readonly #expiries: Expiries;
  readonly #rollouts: Rollouts;
  readonly #board: StatusCache = createStatusCache();
  readonly #services: readonly Service[];
  /** Files that the desired state of a target was read from, by its name. */
  readonly #sources = new Map<string, readonly string[]>();
  #place: TargetSet;
  /** Reloads of the settings, one after the other. */
  #opening: Promise<void> = Promise.resolve();

  constructor(
    { open, clock, reporter, signal, services = () => [], watch = createWatch }: DaemonOptions,
    place: TargetSet,
    replicas: Replicas | undefined,
  ) {
    super();
    this.#open = open;
    this.#place = place;
    this.#replicas = replicas;
    this.#services = services(this);
    const work = (target: string, trigger: Trigger): Promise<void> => this.#lookAt(target, trigger);
    const failed = (error: unknown, target?: string): void => {
      this.#reporter.failed(error, target);
      if (target !== undefined) this.#retries.after(target, 'fault');
    };
    const isUnreachable = (target: string): boolean => this.#board.of(target).outcome?.kind === 'unreachable';
    this.#member =
      replicas &&
      createMember({
        replicas,
        clock,
        signal,
        work,
        failed,
        isUnreachable,
        board: this.#board,
        reporter: () => this.#reporter,
        knows: (name) => this.#place.targets.some((target) => target.name === name),
        checkedElsewhere: (name) => this.#retries.elsewhere(name),
        retryAt: (name) => this.#retries.nextAt(name),
        reported: () => this.#reporter.reported?.(),
      });
    this.#line = this.#member?.queue ?? createWorkQueue(work, failed, { isUnreachable });
    const listening = this.#services.flatMap(({ reporter: one }) => (one ? [one] : []));
    const order = replicas && createRevisionOrder(clock, () => this.#place.isCurrent?.() ?? true);
    this.#rollouts = createRollouts({
      clock,
      signal,
      look: (target) => this.#line.look(target, 'asked'),
      undo: (target, written, by) => this.undoWrite(target, written, by),
      changed: (rollout, change) => tellRollout(this.#reporter, rollout, change, this.#place, clock.now()),
      failed: (error) => this.#reporter.failed(error),
      isBehind: order?.isBehind,
      pollMs: ROLLOUT_POLL_MS,
    });
    this.#looking = {
      clock,
      signal,
      reporter: together(reporter, [
        this.#board.reporter,
        ...(this.#member ? [this.#member.reporter] : []),
        ...listening,
      ]),
      lastGood: createLastGood(),
      rollouts: this.#rollouts,
      ...(order && { confirm: order.confirm }),
    };
    this.#watch = watch(
      () => this.reload('files'),
      (error) =>
        this.#reporter.note('error', `watching files failed (${String(error)}); the schedule continues`),
    );
    this.#schedule = createSchedule((everyMs, sinceMs) => {
      const names = this.#place.targets.map(({ name }) => name);
      this.#line.tick(names, everyMs, sinceMs);
    });
    this.#expiries = createExpiries(clock, signal, () => this.#lookAtAll('schedule'));
    this.#retries = createRetries(clock, signal, (target) => this.#line.look(target, 'retry'));
  }

  get #reporter(): Reporter {
    return this.#looking.reporter;
  }

  /**
   * Resolves when files are watched and the first checks are queued. Throws HF7001, and what services reject with.
   */
  async start(): Promise<void> {
    const { daemon, targets } = this.#place;
    this.#schedule.follow(daemon.drift);
    for (const service of this.#services) await service.follow(daemon);
    this.#reporter.started(targets, daemon.drift);
    await this.#follow();
    this.#expiries.follow(targets);
    await this.#member?.begin();
    await this.#followRollouts();
    await this.#rollouts.continueUndo().catch((error: unknown) => this.#reporter.failed(error));
    this.#lookAtAll('start');
  }

  /** Starts nothing new; resolves when no work is in progress. */
  async stop(): Promise<void> {
    this.#schedule.stop();
    this.#line.clear();
    await this.#watch[Symbol.asyncDispose]();
    await this.#opening;
    this.#line.clear();
    await (this.#member ? this.#member.end() : this.#line.idle());
    for (const service of this.#services) await service[Symbol.asyncDispose]();
    await this.#place[Symbol.asyncDispose]();
  }

  targets(): readonly Target[] {
    return this.#place.targets;
  }

  store(): TargetSet['store'] {
    return this.#place.store;
  }

  replicas(): Replicas | undefined {
    return this.#replicas;
  }

  known(name: string): ReturnType<StatusCache['of']> {
    return this.#board.of(this.target(name).name);
  }

  nextLookAt(name: string): number | undefined {
    const now = this.#looking.clock.now();
    const { retryAt = 0 } = this.#board.of(name);
    const retry = this.#retries.nextAt(this.target(name).name) ?? (retryAt > now ? retryAt : undefined);
    const offset = this.#line.offset(name);
    const [last = 0, next] = [this.#schedule.lastAt(), this.#schedule.nextAt()];
    const scheduled = last + offset > now ? last + offset : next && next + offset;
    const times = [scheduled, retry];
    const known = times.filter((at) => at !== undefined);
    return known.length > 0 ? Math.min(...known) : undefined;
  }

  look(name: string, trigger: Trigger = 'asked'): void {
    this.#line.look(this.target(name).name, trigger);
  }

  /** Any file can be the settings: reloads them, then checks every target. */
  reload(trigger: Trigger): void {
    this.#opening = this.#opening.then(() => this.#reopen(trigger)).catch(this.#reporter.failed);
  }

  strategy(): Strategy | undefined {
    return this.#place.strategy;
  }

  rollout(action: RolloutAction, asked?: Asked): Promise<Rollout> {
    return this.#rollouts.control(action, asked);
  }

  async #followRollouts(): Promise<void> {
    const { targets, store, strategy } = this.#place;
    this.#rollouts.attach({ targets, store, strategy, contextOf: (one) => this.contextOf(one) });
    await this.#rollouts.discover().catch((error: unknown) => this.#reporter.failed(error));
  }

  #lookAtAll(trigger: Trigger): void {
    for (const { name } of this.#place.targets) this.#line.look(name, trigger);
  }

  async #lookAt(name: string, trigger: Trigger): Promise<void> {
    const place = this.#place;
    const target = place.targets.find((candidate) => candidate.name === name);
    if (!target || this.#looking.signal.aborted) return;
    const seen = await this.#slots.hold((waiting) =>
      checkTarget(place, target, trigger, { ...this.#looking, waiting }),
    );
    await this.#seen(seen, trigger);
  }

  async #seen({ outcome, sources, digest }: CheckResult, trigger: Trigger): Promise<void> {
    this.#reporter.outcome(outcome, trigger);
    this.#retries.after(outcome.target, outcome);
    await this.#rollouts
      .seen(outcome.target, digest, outcome)
      .catch((error: unknown) => this.#reporter.failed(error, outcome.target));
    await this.#member?.record(outcome, trigger);
    await this.#place.store
      .appendLook(outcome.target, checkRecord(outcome, trigger))
      .catch((error: unknown) => this.#reporter.failed(error, outcome.target));
    if (!sources || sameItems(sources, this.#sources.get(outcome.target) ?? [])) return;
    this.#sources.set(outcome.target, sources);
    // The next target doesn't wait until these files are watched.
    void this.#follow();
  }

  #follow(): Promise<void> {
    const { watched, targets } = this.#place;
    const names = new Set(targets.map(({ name }) => name));
    const sources = [...this.#sources].flatMap(([name, paths]) => (names.has(name) ? paths : []));
    return this.#watch.follow({
      paths: [...watched, ...sources],
      trees: targets.flatMap(({ desired }) => desired),
    });
  }

  async #reopen(trigger: Trigger): Promise<void> {
    if (this.#looking.signal.aborted) return;
    const before = this.#place;
    this.#place = await this.#reopened();
    await this.#follow();
    this.#expiries.follow(this.#place.targets);
    await this.#followRollouts();
    this.#lookAtAll(trigger);
    // Work in the old target set keeps its connections until it is done.
    if (this.#place !== before)
      void this.#line
        .idle()
        .then(() => before[Symbol.asyncDispose]())
        .catch(this.#reporter.failed);
  }

  /** The target set of the current settings; the old one stays in effect if they have errors. */
  async #reopened(): Promise<TargetSet> {
    const before = this.#place;
    let opened: TargetSet | undefined;
    try {
      opened = await this.#open();
      if (opened.shared?.identity !== before.shared?.identity) throw otherDatabase();
      await this.#takeUp(opened);
      this.#reporter.shared?.('settings');
      return opened;
    } catch (error) {
      await opened?.[Symbol.asyncDispose]();
      const known = error instanceof HoldfastError;
      this.#reporter.note(
        'error',
        `the settings ${known ? 'have errors' : "can't be read"}; the previous settings stay in effect`,
      );
      this.#reporter.failed(error);
      this.#reporter.shared?.('settings', error);
      await this.#takeUp(before).catch(this.#reporter.failed);
      return before;
    }
  }

  /** Applies the settings of this target set to the schedule and the services. */
  async #takeUp({ daemon }: TargetSet): Promise<void> {
    this.#schedule.follow(daemon.drift);
    for (const service of this.#services) await service.follow(daemon);
  }
}

const ROLLOUT_POLL_MS = 10_000;

const otherDatabase = (): HoldfastError =>
  fail('HF6031', 'the settings keep the state in another place than when the daemon started');

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
