// Checks of targets as jobs of graphile-worker, in its own schema. A job has the target as its key: while one waits,
// another request only adds its trigger to it. Jobs are not in queues, because the lease of the target already keeps two
// replicas apart, and graphile-worker locks every free queue each time it looks for a job.
import { EventEmitter } from 'node:events';
import type { Logger, Runner, WorkerEvents, WorkerUtils } from 'graphile-worker';
import type { Pool, PoolClient } from 'pg';
import type { Trigger } from '../../../domain/state/check-record.ts';
import type { CheckRequest } from '../../replicas.ts';

export interface JobsOptions {
  /** With JSON as values. */
  readonly pool: Pool;
  /** Runs one check. If it rejects, the job waits a moment for any replica. */
  readonly check: (target: string, triggers: readonly Trigger[]) => Promise<void>;
  /** A connection that gets notifications is open; again after it was lost. */
  readonly listening: (client: PoolClient) => void;
  /** Checks at the same time. */
  readonly concurrency: number;
}

export interface Jobs {
  /** The name under which this process has jobs; another one after the connection was lost. */
  worker(): string | undefined;
  request(checks: readonly CheckRequest[]): Promise<void>;
  /** Gives the jobs of processes that died to others. */
  unlock(workers: readonly string[]): Promise<void>;
  /** Takes no more jobs; resolves when those in progress have ended. */
  stop(): Promise<void>;
}

const SCHEMA = 'holdfast_jobs';
const TASK = 'check';
/** How often another replica tries a target that its settings don't have, before it counts as removed. */
const MOST_ATTEMPTS = 6;
/** A new job is announced; this is for jobs that wait a moment. */
const POLL_MS = 5000;
/** ms before jobs are taken again after the connection was lost. */
const RESTART_MS = 1000;

/** Resolves when this process takes jobs. Rejects if the database can't be used. */
export async function startJobs(options: JobsOptions): Promise<Jobs> {
  const { makeWorkerUtils } = await import('graphile-worker');
  const utils = await makeWorkerUtils({ pgPool: options.pool, schema: SCHEMA, logger: await silence() });
  await utils.migrate();
  const runners = keepRunning(options);
  await runners.started;
  return {
    worker: runners.worker,
    request: (checks) => requestIn(utils, checks),
    async unlock(workers) {
      await utils.forceUnlockWorkers([...workers]);
      await utils.cleanup({ tasks: ['DELETE_PERMAFAILED_JOBS'] });
    },
    async stop() {
      await runners.stop();
      await utils.release();
    },
  };
}

async function requestIn(utils: WorkerUtils, checks: readonly CheckRequest[]): Promise<void> {
  if (checks.length === 0) return;
  await utils.addJobs(
    checks.map(({ target, trigger }) => ({
      identifier: TASK,
      payload: [{ target, trigger }],
      jobKey: target,
      maxAttempts: MOST_ATTEMPTS,
      priority: trigger === 'asked' ? -1 : 0,
    })),
  );
}

interface Runners {
  readonly started: Promise<Runner>;
  worker(): string | undefined;
  stop(): Promise<void>;
}

/** graphile-worker ends when it can't record the end of a job. It then starts again, under another name. */
function keepRunning(options: JobsOptions): Runners {
  const stopped = new AbortController();
  let worker: string | undefined;
  let runner: Runner | undefined;
  const events: WorkerEvents = new EventEmitter();
  events.on('pool:create', ({ workerPool }) => (worker = workerPool.id));
  events.on('pool:listen:success', ({ client }) => options.listening(client));
  const started = begin(options, events);
  const goOn = async (): Promise<void> => {
    runner = await started;
    while (!stopped.signal.aborted) {
      await runner?.promise.catch(() => undefined);
      if (stopped.signal.aborted) return;
      await new Promise((resolve) => setTimeout(resolve, RESTART_MS));
      runner = await begin(options, events).catch(() => undefined);
    }
    await runner?.stop().catch(() => undefined);
  };
  const ended = goOn();
  ended.catch(() => undefined); // the caller gets it from `started`
  return {
    started,
    worker: () => worker,
    async stop() {
      stopped.abort();
      await runner?.stop().catch(() => undefined); // it may have stopped by itself
      await ended;
    },
  };
}

async function begin({ pool, check, concurrency }: JobsOptions, events: WorkerEvents): Promise<Runner> {
  const { run } = await import('graphile-worker');
  return run({
    pgPool: pool,
    schema: SCHEMA,
    events,
    concurrency,
    pollInterval: POLL_MS,
    noHandleSignals: true,
    noPreparedStatements: true,
    logger: await silence(),
    // Without a batch, a job whose end can't be recorded would be an unhandled rejection.
    preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
    taskList: {
      [TASK]: async (payload, { job }) => {
        const asked = requestsIn(payload);
        const [first] = asked;
        if (!first) return;
        const last = job.attempts >= job.max_attempts;
        await check(
          first.target,
          asked.map(({ trigger }) => trigger),
        ).catch((error: unknown) => {
          if (!last) throw error;
        });
      },
    },
  });
}

function requestsIn(payload: unknown): readonly CheckRequest[] {
  return Array.isArray(payload) ? (payload as CheckRequest[]) : []; // `requestIn` wrote it
}

/** What matters is reported by the daemon. */
async function silence(): Promise<Logger> {
  const worker = await import('graphile-worker');
  return new worker.Logger(() => () => undefined);
}
