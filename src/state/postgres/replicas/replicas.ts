// The replicas of a daemon on one database: jobs by graphile-worker, and what they tell each other by LISTEN and NOTIFY.
// Every message only says that there is something to read, so a lost connection loses nothing.
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { PoolClient } from 'pg';
import type { Clock } from '../../../domain/clock.ts';
import type { Sealed } from '../../../domain/secret.ts';
import type { ReplicaHandlers, Replicas } from '../../replicas.ts';
import { type Database, openDatabase, openPool, placeOf, unusable } from '../database.ts';
import { leasesIn } from '../leases.ts';
import { LEASE_MS } from '../times.ts';
import { type Jobs, startJobs } from './jobs.ts';
import { BEAT_MS, type Dead, type Membership, membershipIn } from './membership.ts';
import { announce, CHANNEL, type Message, messageIn } from './messages.ts';
import { reportsIn } from './reports.ts';
import { type Statuses, statusesIn } from './statuses.ts';

export interface ReplicasOptions {
  readonly url: Sealed<string>;
  readonly clock: Clock;
  /** Checks at the same time, in this process. 32. */
  readonly concurrency?: number;
  /** ms between two heartbeats, and without one until a replica counts as dead. */
  readonly beatMs?: number;
  readonly deadMs?: number;
  readonly leaseMs?: number;
}

/** For LISTEN, and for looking for jobs. */
const JOB_CONNECTIONS = 4;
/** ms between two reports that the database can't be used. */
const AGAIN_MS = 60_000;

/** The tables exist: the Store was opened. Doesn't connect yet; `begin` rejects with HF6020. */
export async function openReplicas(options: ReplicasOptions): Promise<Replicas> {
  const { url, clock, concurrency = 32, beatMs = BEAT_MS, deadMs, leaseMs = LEASE_MS } = options;
  const id = `${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`;
  const database = await openDatabase(url);
  /** Reports at once that the database can't be used. */
  const impatient = await openDatabase(url, []);
  const pool = await openPool(url, { max: JOB_CONNECTIONS, json: 'parsed' });
  const membership = membershipIn(impatient, id, deadMs);
  const statuses = statusesIn(database, id);
  const leases = leasesIn(database, { leaseMs, requestMs: 0, clock });
  let jobs: Jobs | undefined;
  let beats: Beats | undefined;
  return {
    id,
    async begin(handlers) {
      const read = newsReader(statuses, handlers);
      const dead = await membership.beat(undefined);
      // What was recorded while nobody was alive is the past.
      if (await membership.hasOthers()) await read();
      else await statuses.news();
      const hear = hearing(id, read, handlers);
      const work = { pool, check: handlers.check, listening: listeningFor(hear), concurrency };
      jobs = await startJobs(work).catch((error: unknown) => {
        throw unusable(placeOf(url.open()), error);
      });
      beats = beating({ membership, jobs, database: impatient, id, beatMs, handlers, dead });
      await beats.first;
    },
    async end() {
      await beats?.stop();
      await jobs?.stop();
      jobs = undefined;
      await membership.leave().catch(ignore); // the others notice by themselves
    },
    async request(checks) {
      if (!jobs) throw new Error('this replica has not begun, or has ended');
      await jobs.request(checks);
    },
    async claimTick(everyMs) {
      const won = await database.run((query) =>
        // By the clock of the database: those of the replicas can differ by minutes.
        query(
          `update holdfast.store set ticked_at = clock_timestamp()
           where ticked_at is null or ticked_at <= clock_timestamp() - $1 * interval '1 ms' returning 1`,
          [everyMs / 2],
        ),
      );
      return won.length > 0;
    },
    record: statuses.record,
    tell(target, step) {
      const message: Message = { by: id, is: 'progress', target, ...(step !== undefined && { step }) };
      impatient.run((query) => announce(query, message)).catch(ignore);
    },
    ...reportsIn(database, leases, id),
    async [Symbol.asyncDispose]() {
      await Promise.all([database.close(), impatient.close(), pool.end()]);
    },
  };
}

const ignore = (): void => undefined;

/** Hands on what others recorded. */
function newsReader(statuses: Statuses, { recorded }: ReplicaHandlers): () => Promise<void> {
  return async () => {
    for (const status of await statuses.news()) recorded(status);
  };
}

/** Undefined: messages may have been missed. */
function hearing(id: string, read: () => Promise<void>, handlers: ReplicaHandlers): Hear {
  return (message) => {
    if (message?.by === id) {
      if (message.is === 'report') handlers.reported();
      return;
    }
    if (message?.is === 'progress') return handlers.progress(message);
    if (message?.is === 'gone') return handlers.gone(message.id);
    if (message?.is !== 'report') read().catch(ignore); // the next message reads it
    if (message?.is !== 'status') handlers.reported();
  };
}

type Hear = (message: Message | undefined) => void;

/** For each connection that gets notifications. */
function listeningFor(hear: Hear): (client: PoolClient) => void {
  const heard = new WeakSet<PoolClient>();
  return (client) => {
    if (!heard.has(client))
      client.on('notification', ({ channel, payload }) => {
        if (channel === CHANNEL) hear(messageIn(payload));
      });
    heard.add(client);
    client.query(`listen ${CHANNEL}`).then(() => hear(undefined), ignore); // if it fails, there is another one soon
  };
}

interface Beats {
  readonly first: Promise<void>;
  stop(): Promise<void>;
}

interface BeatOptions {
  readonly membership: Membership;
  readonly jobs: Jobs;
  readonly database: Database;
  readonly id: string;
  readonly beatMs: number;
  readonly handlers: ReplicaHandlers;
  /** Who was found dead before the jobs began. */
  readonly dead: readonly Dead[];
}

/** Heartbeats, which also show whether the database can be used. */
function beating({ membership, jobs, database, id, beatMs, handlers, dead }: BeatOptions): Beats {
  /** Nobody else finds them again, so they stay here until their jobs are free. */
  let unburied = dead;
  let failingSince: number | undefined;
  let worker: string | undefined;
  const beat = async (): Promise<void> => {
    try {
      const current = jobs.worker();
      unburied = [...unburied, ...(await membership.beat(current))];
      if (worker !== undefined && worker !== current) await jobs.unlock([worker]);
      worker = current;
      if (failingSince !== undefined) handlers.reachable();
      failingSince = undefined;
      await bury(unburied);
      unburied = [];
    } catch (error) {
      const now = performance.now();
      if (failingSince !== undefined && now - failingSince < AGAIN_MS) return;
      failingSince = now;
      handlers.reachable(error);
    }
  };
  const bury = async (found: readonly Dead[]): Promise<void> => {
    if (found.length === 0) return;
    await jobs.unlock(found.flatMap(({ worker }) => worker ?? []));
    for (const one of found) {
      handlers.gone(one.id);
      await database.run((query) => announce(query, { by: id, is: 'gone', id: one.id }));
    }
  };
  let running: Promise<void> | undefined = beat();
  const first = running;
  const timer = setInterval(() => {
    running ??= beat().finally(() => (running = undefined));
  }, beatMs);
  void first.finally(() => (running = undefined));
  return {
    first,
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
