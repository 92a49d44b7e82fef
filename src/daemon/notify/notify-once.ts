// Notifications of a daemon with replicas. Each replica records what it reports; one at a time sends, under a lease, in the
// order of the records. If it stops or dies, another one continues after the last message that was delivered. A message
// that was sent when its replica died is sent again, with the same ID.
import { setTimeout as sleep } from 'node:timers/promises';
import { isRefused, type Plan } from '../../domain/plan/plan.ts';
import type { Replicas, Told } from '../../state/replicas.ts';
import type { Lease } from '../../state/store.ts';
import { type DaemonSettings, isForge } from '../../settings/settings.ts';
import type { Service } from '../core/service.ts';
import type { OpenSender } from './channels/delivery.ts';
import { openSender } from './channels/sender.ts';
import { createNotify, type NotifyOptions } from './notify.ts';
import { createPositions, type Positions } from './positions.ts';
import { hear, outcomeEntry, type ReportEntry, sharedEntry } from './report.ts';

export interface NotifyOnceOptions extends NotifyOptions {
  readonly replicas: Replicas;
}

/** Longer than any sender takes for one message. */
const SEND_MS = 40_000;
/** ms after which reports are looked for without a message that there are some. */
const LOOK_MS = 10_000;
/** ms before the database is tried again. */
const AGAIN_MS = 2000;

export function createNotifyOnce(options: NotifyOnceOptions): Service {
  const { replicas, reporter } = options;
  const end = new AbortController();
  let settings: DaemonSettings | undefined;
  let term: Term | undefined;
  let nudge = (): void => {};
  let sending: Promise<void> | undefined;
  let recording: Promise<void> = Promise.resolve();

  const record = (entry: ReportEntry): void => {
    if (!settings?.notify?.length) return;
    recording = recording.then(() => persisted(() => replicas.report(entry), end.signal));
  };
  const waitForReports = async (): Promise<void> => {
    const woken = new AbortController();
    nudge = () => woken.abort();
    await pause(LOOK_MS, AbortSignal.any([woken.signal, end.signal]));
  };
  const work = async (current: () => DaemonSettings): Promise<void> => {
    while (!end.signal.aborted) {
      const lease = await replicas.lockNotifications(end.signal).catch(() => undefined);
      if (!lease) return;
      try {
        term = await openTerm(options, lease, current());
        while (!end.signal.aborted && lease.remainingMs() > 0) {
          await term.work();
          await waitForReports();
        }
      } catch (error) {
        reporter.failed(error);
        await pause(AGAIN_MS, end.signal);
      } finally {
        await term?.close();
        term = undefined;
        await lease.release();
      }
    }
  };
  return {
    reporter: { ...recorder(record, () => settings), reported: () => nudge() },
    async follow(next) {
      settings = next;
      await term?.follow(next);
      if (next.notify?.length) sending ??= work(() => settings ?? next);
    },
    async [Symbol.asyncDispose]() {
      await Promise.race([recording, sleep(AGAIN_MS)]);
      end.abort();
      await sending;
    },
  };
}

function recorder(
  record: (entry: ReportEntry) => void,
  settings: () => DaemonSettings | undefined,
): NonNullable<Service['reporter']> {
  return {
    outcome: (outcome, trigger) => record(outcomeEntry(outcome, trigger)),
    event(event) {
      if (event.kind === 'planned' && isPending(event.plan, settings()))
        record({ is: 'planned', plan: event.plan });
    },
    // The other replicas report changes that aren't theirs.
    rollout(rollout, change) {
      if (change.isOwn) record({ is: 'rollout', rollout, change });
    },
    shared: (what, error) => record(sharedEntry(what, error)),
  };
}

/** As long as one replica sends. */
interface Term {
  /** Sends what is new. */
  work(): Promise<void>;
  follow(settings: DaemonSettings): Promise<void>;
  close(): Promise<void>;
}

async function openTerm(options: NotifyOnceOptions, lease: Lease, first: DaemonSettings): Promise<Term> {
  const { replicas } = options;
  const told = await replicas.told();
  const positions = createPositions(told.positions);
  let channels = namesIn(first);
  const over = new AbortController();
  const save = (statuses: Told['statuses']): Promise<void> =>
    persisted(
      () => replicas.saveTold({ statuses, positions: positions.of(channels) }),
      over.signal,
      () => lease.remainingMs() === 0,
    );
  const notify = createNotify({
    ...options,
    open: underLease(options.open ?? openSender, lease),
    positions: { ...positions, isOver: () => over.signal.aborted },
    keeper: { notified: async () => told.statuses, saveNotified: save },
  });
  await notify.follow(first);
  return {
    work: () => heardAll(replicas, positions, notify),
    async follow(settings) {
      channels = namesIn(settings);
      await notify.follow(settings);
    },
    async close() {
      over.abort();
      await notify[Symbol.asyncDispose]();
    },
  };
}

async function heardAll(replicas: Replicas, positions: Positions, notify: Service): Promise<void> {
  for (;;) {
    const reports = await replicas.reports(positions.readAfter());
    if (reports.length === 0) return;
    for (const { n, entry } of reports) {
      positions.begin(n);
      hear(notify.reporter ?? {}, entry);
    }
  }
}

const namesIn = ({ notify = [] }: DaemonSettings): readonly string[] => notify.map(({ name }) => name);

/** Sends nothing that could still be on its way when another replica has the lease. */
const underLease =
  (open: OpenSender, lease: Lease): OpenSender =>
  (receiver) => {
    const sender = open(receiver);
    return {
      ...sender,
      send: async (message, now) =>
        lease.remainingMs() > SEND_MS
          ? sender.send(message, now)
          : { kind: 'failed', answer: 'this replica lost the lease of the notifications' },
    };
  };

/** Only channels that set commit statuses announce a plan before it is applied. */
function isPending(plan: Plan, settings: DaemonSettings | undefined): boolean {
  const forges = settings?.notify?.some(({ receiver }) => isForge(receiver.kind)) ?? false;
  return forges && plan.writes.length > 0 && !isRefused(plan);
}

/** Tries until it works, or can't any more. */
async function persisted(
  work: () => Promise<void>,
  signal: AbortSignal,
  isLost: () => boolean = () => false,
): Promise<void> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (signal.aborted || isLost()) throw error;
      await pause(AGAIN_MS, signal);
    }
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  sleep(ms, undefined, { signal, ref: false }).catch(() => undefined);
