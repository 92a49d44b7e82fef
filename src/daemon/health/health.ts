// Whether the daemon is alive and whether it is ready, as findings; and a heartbeat in its state for callers without
// a port.
import { HEARTBEAT_INTERVAL_MS } from '../../domain/state/heartbeat.ts';
import { HoldfastError } from '../../domain/problem/problem.ts';
import type { Source } from '../../api-schema/views.ts';
import type { DaemonOperations } from '../core/daemon-operations.ts';
import type { Service } from '../core/service.ts';
import type { Finding } from './finding.ts';
import { createLiveness, TICK_MS, type Liveness } from './liveness.ts';

export interface HealthOptions {
  readonly operations: Pick<DaemonOperations, 'targets' | 'nextLookAt' | 'store'>;
  /** ms since the epoch, and ms of a monotonic clock. */
  readonly now: () => number;
  readonly elapsed: () => number;
  /** The source of the files, if git is followed. */
  readonly source?: () => Source | undefined;
}

export interface Health extends Service {
  /** Whether the process does its work. If not, a restart helps. */
  alive(): readonly Finding[];
  /** Whether it has everything it needs, and checked every target once. */
  ready(): Promise<readonly Finding[]>;
}

/** How long the result of one test write is reused, in ms. */
const WRITTEN_LASTS_MS = 5000;

export function createHealth(options: HealthOptions): Health {
  const { operations, source } = options;
  const liveness = createLiveness(options);
  const looked = new Set<string>();
  const beats = createBeats(options, liveness);
  let timer: NodeJS.Timeout | undefined;
  let database: Finding | undefined;
  return {
    reporter: {
      event: (event) => liveness.reporter.event?.(event),
      outcome(outcome, trigger) {
        looked.add(outcome.target);
        liveness.reporter.outcome?.(outcome, trigger);
      },
      failed(error, target) {
        if (target !== undefined) looked.add(target);
        liveness.reporter.failed?.(error, target);
      },
      elsewhere(target, ended) {
        if (!ended) return;
        looked.add(target);
        liveness.reporter.outcome?.(ended.outcome, ended.trigger);
      },
      database(error) {
        database = error === undefined ? USABLE : { ...USABLE, ok: false, detail: unusable(error) };
      },
    },
    alive: () => liveness.findings(),
    ready: async () => [
      { name: 'settings', ok: timer !== undefined, detail: timer ? 'loaded' : 'not loaded yet' },
      await beats.written(),
      ...(database ? [database] : []),
      lookedAt(operations, looked),
      ...checkout(source?.()),
    ],
    async follow() {
      if (timer) return;
      timer = setInterval(() => {
        liveness.tick();
        void beats.due();
      }, TICK_MS).unref();
      liveness.tick();
      await beats.due();
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      if (timer) await beats.last();
    },
  };
}

interface Beats {
  /** Writes a heartbeat if it is due. */
  due(): Promise<void>;
  /** Whether the last heartbeat could be written. */
  written(): Promise<Finding>;
  last(): Promise<void>;
}

function createBeats({ operations, now, elapsed }: HealthOptions, liveness: Liveness): Beats {
  let latest: { readonly at: number; readonly result: Promise<Finding> } | undefined;
  const write = (ended: boolean): Promise<Finding> => {
    const problems = wrong(liveness.findings());
    const beat = { at: now(), pid: process.pid, problems, ...(ended && { ended }) };
    const result = operations
      .store()
      .writeBeat(beat)
      .then(() => ({ name: 'state', ok: true, detail: 'can be written' }))
      .catch((error: unknown) => ({ name: 'state', ok: false, detail: unwritable(error) }));
    latest = { at: elapsed(), result };
    return result;
  };
  const within = (ms: number): Promise<Finding> =>
    latest && elapsed() - latest.at < ms ? latest.result : write(false);
  return {
    due: async () => void (await within(HEARTBEAT_INTERVAL_MS)),
    written: () => within(WRITTEN_LASTS_MS),
    last: async () => void (await write(true)),
  };
}

const wrong = (findings: readonly Finding[]): string[] =>
  findings.filter(({ ok }) => !ok).map(({ name, detail }) => `${name}: ${detail}`);

/** Only the code: callers don't need to know paths. */
const unwritable = (error: unknown): string => `can't be written${codeIn(error)}`;

const USABLE: Finding = { name: 'database', ok: true, detail: 'can be used' };
const unusable = (error: unknown): string =>
  `can't be used${codeIn(error)}: nothing is checked or written until it can`;

function codeIn(error: unknown): string {
  const code = error instanceof HoldfastError ? error.problems[0]?.code : undefined;
  return code === undefined ? '' : ` (${code})`;
}

function lookedAt(operations: HealthOptions['operations'], looked: ReadonlySet<string>): Finding {
  const targets = operations.targets();
  const done = targets.filter(({ name }) => looked.has(name)).length;
  const detail = `${done} of ${targets.length} targets were checked`;
  return { name: 'first-looks', ok: done === targets.length, detail };
}

function checkout(source: Source | undefined): Finding[] {
  if (!source) return [];
  const ok = source.commit !== undefined;
  return [{ name: 'git', ok, detail: ok ? 'a commit is in effect' : 'nothing has been checked out yet' }];
}
