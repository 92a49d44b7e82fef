// `holdfast run`: triggers in, looks at targets out, until it is told to stop. It decides nothing about configuration:
// every look is the same reconcile that the command line runs once.
import type { Clock } from '../nouns/clock.ts';
import { HoldfastError } from '../nouns/problem.ts';
import { createLine, type Line, type Trigger } from './line.ts';
import { look } from './look.ts';
import type { Reporter } from './reporter.ts';
import { createRetries, type Retries } from './retries.ts';
import { createSchedule, type Schedule } from './schedule.ts';
import { createWatch, type Watch } from './watch.ts';
import type { OpenWorkplace, Workplace } from './workplace.ts';

export interface DaemonOptions {
  readonly open: OpenWorkplace;
  readonly clock: Clock;
  readonly reporter: Reporter;
  /** Ends the daemon: what is under way is finished or rolled back. */
  readonly signal: AbortSignal;
}

/** Resolves when `signal` ended it. Rejects with HoldfastError when the settings are unusable at the start. */
export async function runDaemon(options: DaemonOptions): Promise<void> {
  const daemon = new Daemon(options, await options.open());
  try {
    await daemon.start();
    await aborted(options.signal);
    options.reporter.note('info', 'stopping: what is under way is finished or rolled back');
  } finally {
    await daemon.stop();
  }
}

/** What a running daemon holds. Its methods reject for nothing that files, gateways or people can do while it runs. */
class Daemon {
  readonly #options: DaemonOptions;
  readonly #line: Line;
  readonly #watch: Watch;
  readonly #schedule: Schedule;
  readonly #retries: Retries;
  /** Files that the desired state of a target was read from, by its name. */
  readonly #sources = new Map<string, readonly string[]>();
  #place: Workplace;
  /** Opening settings again, one after the other. */
  #opening: Promise<void> = Promise.resolve();

  constructor(options: DaemonOptions, place: Workplace) {
    const { reporter, clock, signal } = options;
    this.#options = options;
    this.#place = place;
    this.#line = createLine((target, trigger) => this.#lookAt(target, trigger), reporter.failed);
    this.#watch = createWatch(
      () => this.#filesChanged(),
      (error) => reporter.note('error', `watching files failed (${String(error)}); the schedule goes on`),
    );
    this.#schedule = createSchedule(() => this.#lookAtAll('schedule'));
    this.#retries = createRetries(clock, signal, (target) => this.#line.look(target, 'retry'));
  }

  /** Resolves when files are watched and the first looks wait in line. Throws HF7001. */
  async start(): Promise<void> {
    this.#schedule.follow(this.#place.drift);
    this.#options.reporter.started(this.#place.targets, this.#place.drift);
    await this.#follow();
    this.#lookAtAll('start');
  }

  /** Nothing new begins; resolves when nothing is under way. */
  async stop(): Promise<void> {
    this.#schedule.stop();
    this.#line.clear();
    await this.#watch[Symbol.asyncDispose]();
    await this.#opening;
    this.#line.clear();
    await this.#line.idle();
    await this.#place[Symbol.asyncDispose]();
  }

  #lookAtAll(trigger: Trigger): void {
    for (const { name } of this.#place.targets) this.#line.look(name, trigger);
  }

  async #lookAt(name: string, trigger: Trigger): Promise<void> {
    const place = this.#place;
    const { reporter, signal } = this.#options;
    const target = place.targets.find((candidate) => candidate.name === name);
    if (!target || signal.aborted) return;
    const seen = await look(place, target, trigger, this.#options);
    if (seen.outcome) {
      reporter.outcome(seen.outcome, trigger);
      this.#retries.after(seen.outcome);
    }
    if (!seen.sources) return;
    this.#sources.set(name, seen.sources);
    await this.#follow();
  }

  #follow(): Promise<void> {
    const { watched, targets } = this.#place;
    const names = new Set(targets.map(({ name }) => name));
    const sources = [...this.#sources].flatMap(([name, paths]) => (names.has(name) ? paths : []));
    return this.#watch.follow([...watched, ...targets.flatMap(({ desired }) => desired), ...sources]);
  }

  /** Any of them may be the settings: they are read again, then every target is looked at. */
  #filesChanged(): void {
    this.#opening = this.#opening.then(() => this.#reopen()).catch(this.#options.reporter.failed);
  }

  async #reopen(): Promise<void> {
    if (this.#options.signal.aborted) return;
    const before = this.#place;
    this.#place = await this.#reopened();
    await this.#follow();
    this.#lookAtAll('files');
    // Whoever still works in the old one keeps its connections until it is done.
    if (this.#place !== before)
      void this.#line
        .idle()
        .then(() => before[Symbol.asyncDispose]())
        .catch(this.#options.reporter.failed);
  }

  /** The workplace of the settings as they are now; the old one stays in force when they have errors. */
  async #reopened(): Promise<Workplace> {
    const { open, reporter } = this.#options;
    let opened: Workplace | undefined;
    try {
      opened = await open();
      this.#schedule.follow(opened.drift);
      return opened;
    } catch (error) {
      await opened?.[Symbol.asyncDispose]();
      const known = error instanceof HoldfastError;
      reporter.note(
        'error',
        `the settings ${known ? 'have errors' : 'cannot be read'}; those of before stay in force`,
      );
      reporter.failed(error);
      return this.#place;
    }
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
