// Notifications as a service of the daemon: receives outcomes and sends each channel what is new to it. No check
// waits for it, and a receiver that is down delays nothing else.
import type { Outcome } from '../../domain/outcome/outcome.ts';
import type { Notice, Topic } from '../../domain/outcome/notice.ts';
import type { SyncStatus } from '../../domain/outcome/sync-status.ts';
import type { NotifiedStatus } from '../../domain/state/state.ts';
import { terminalSafeIn } from '../../lib/terminal-safe.ts';
import { type DaemonSettings, isForge } from '../../settings/settings.ts';
import type { DaemonOperations } from '../core/daemon-operations.ts';
import type { Reporter } from '../core/reporter.ts';
import type { Service } from '../core/service.ts';
import { newMessageId } from './channels/id.ts';
import { createNotifiedState, type Keeper, type NotifiedState } from './notified-state.ts';
import { type Circumstances, noticeOf, pendingNotice, rolloutNotice, sharedNotice } from './notices.ts';
import { openChannel, type ActiveChannel, type ActiveChannelOptions } from './channel.ts';
import { openSender } from './channels/sender.ts';
import { commitTransition, pendingTransition } from './commit-transitions.ts';
import type { Positions } from './positions.ts';
import { rolloutTransition, sharedTransition, type Transition, transitionAfter } from './transitions.ts';

export interface NotifyOptions extends Pick<ActiveChannelOptions, 'clock' | 'onResult'> {
  readonly operations: Pick<DaemonOperations, 'targets' | 'store'>;
  /** Where it reports the state of channels: the log. */
  readonly reporter: Pick<Reporter, 'note' | 'failed'>;
  /** Redacts secrets in what is sent and logged. */
  readonly clean?: ActiveChannelOptions['clean'];
  readonly newId?: ActiveChannelOptions['newId'];
  readonly random?: ActiveChannelOptions['random'];
  readonly open?: ActiveChannelOptions['open'];
  /** The address of the dashboard. */
  readonly publicUrl?: (settings: DaemonSettings) => URL | undefined;
  /** Where it is kept what channels were sent; the Store by default. */
  readonly keeper?: Keeper;
  /** With replicas: which report is told at the moment, and to whom. */
  readonly positions?: Positions & {
    /** This replica stops sending: what wasn't delivered, another one sends. */
    isOver(): boolean;
  };
}

/** The subject of what isn't about a target; no target can have this name. */
const ABOUT = { settings: ':settings', source: ':source', rollout: ':rollout' } as const;
const TOPIC_OF = { settings: 'daemon', source: 'source' } as const;

export function createNotify(options: NotifyOptions): Service {
  const { operations, clock, reporter, clean = (value) => value, newId = newMessageId } = options;
  const { random = Math.random, open = openSender, publicUrl = () => undefined } = options;
  const { positions } = options;
  const memory = createNotifiedState(() => options.keeper ?? operations.store(), reporter.failed);
  let activeChannels: readonly ActiveChannel[] = [];
  let dashboard: URL | undefined;
  let isLoaded = false;

  const outletOptions: ActiveChannelOptions = {
    clock,
    newId,
    random,
    open,
    clean,
    reporter,
    ...(options.onResult && { onResult: options.onResult }),
    ended(channel, notices, ending) {
      const isLeft = ending === 'undelivered' && positions?.isOver() === true;
      for (const { about, status, report } of notices) {
        if (report !== undefined && !isLeft) positions?.ended(channel, report);
        if (status && ending === 'delivered') memory.arrived(channel, about, status);
        if (status && ending === 'undelivered') memory.lost(channel, about, status);
      }
      if (positions) memory.touch();
    },
  };

  const tell = teller({ memory, newId, clean, positions, dashboard: () => dashboard });
  return {
    reporter: reporterOf(
      () => activeChannels.filter(({ channel }) => positions?.isFor(channel.name) ?? true),
      memory,
      tell,
      clock,
    ),
    async follow(settings) {
      const { notify = [] } = settings;
      if (notify.length > 0 && !isLoaded) await memory.load().catch(reporter.failed);
      isLoaded ||= notify.length > 0;
      dashboard = publicUrl(settings);
      const names = operations.targets().map(({ name }) => name);
      memory.keepOnly(new Set(notify.map(({ name }) => name)), new Set([...names, ...Object.values(ABOUT)]));
      const before = activeChannels;
      activeChannels = notify.map(
        (channel) =>
          before.find((activeChannel) => isSame(activeChannel, channel)) ??
          openChannel(channel, outletOptions),
      );
      for (const activeChannel of before)
        if (!activeChannels.includes(activeChannel)) void activeChannel.close().catch(reporter.failed);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(activeChannels.map((activeChannel) => activeChannel.close().catch(reporter.failed)));
      await memory.saved();
    },
  };
}

interface TellerOptions {
  readonly memory: NotifiedState;
  readonly newId: ActiveChannelOptions['newId'];
  readonly clean: ActiveChannelOptions['clean'];
  readonly dashboard: () => URL | undefined;
  readonly positions: NotifyOptions['positions'];
}

type Tell = <K extends Topic | 'pending'>(
  activeChannel: ActiveChannel,
  about: string,
  transition: { readonly tells: readonly K[]; readonly status: Transition['status'] },
  make: (kind: K, circumstances: Circumstances) => Notice,
) => void;

/** Gives a channel its notices. The last one carries the new status: it counts once that one is delivered. */
function teller({ memory, newId, clean, dashboard, positions }: TellerOptions): Tell {
  return (activeChannel, about, { tells, status }, make) => {
    const { name } = activeChannel.channel;
    const before = memory.of(name, about);
    const isNew = status !== undefined && status !== before;
    if (isNew) memory[tells.length > 0 ? 'sent' : 'note'](name, about, status);
    for (const [i, kind] of tells.entries()) {
      const id = positions?.idOf(name, i) ?? newId();
      const notice = make(kind, circumstancesOf(before, about, id, dashboard()));
      const isLast = i === tells.length - 1;
      activeChannel.add({
        notice: terminalSafeIn(clean(notice)),
        about,
        ...(isNew && isLast && { status }),
        ...(positions && isLast && { report: positions.queued(name) }),
      });
    }
  };
}

/** What the daemon reports, for every channel that it is new to. */
function reporterOf(
  channels: () => readonly ActiveChannel[],
  memory: NotifiedState,
  tell: Tell,
  clock: NotifyOptions['clock'],
): NonNullable<Service['reporter']> {
  return {
    outcome(outcome) {
      const about = outcome.target;
      for (const activeChannel of channels()) {
        const { channel } = activeChannel;
        const after = isForge(channel.receiver.kind) ? commitTransition : transitionAfter;
        const turn = after(channel, memory.of(channel.name, about), outcome);
        tell(activeChannel, about, turn, (kind, circumstances) =>
          noticeOf(kind, outcome, withRun(circumstances, outcome)),
        );
      }
    },
    event(event) {
      if (event.kind !== 'planned') return;
      const { plan, target: about } = event;
      for (const activeChannel of channels()) {
        const { channel } = activeChannel;
        if (!isForge(channel.receiver.kind)) continue;
        const turn = pendingTransition(channel, memory.of(channel.name, about), plan);
        tell(activeChannel, about, turn, (_, circumstances) =>
          pendingNotice(plan, clock.now(), circumstances),
        );
      }
    },
    rollout(rollout, { before, isOwn }) {
      // Another process tells of its own changes.
      if (!isOwn || (rollout.id === before?.id && rollout.phase === before.phase)) return;
      for (const activeChannel of channels()) {
        if (isForge(activeChannel.channel.receiver.kind)) continue;
        const known = memory.of(activeChannel.channel.name, ABOUT.rollout);
        const turn = rolloutTransition(activeChannel.channel, known, rollout);
        tell(activeChannel, ABOUT.rollout, turn, (kind, circumstances) =>
          rolloutNotice(kind, rollout, circumstances),
        );
      }
    },
    shared(what, error) {
      const about = ABOUT[what];
      for (const activeChannel of channels()) {
        if (isForge(activeChannel.channel.receiver.kind)) continue;
        const before = memory.of(activeChannel.channel.name, about);
        const turn = sharedTransition(activeChannel.channel, before, TOPIC_OF[what], error !== undefined);
        tell(activeChannel, about, turn, (kind, circumstances) =>
          sharedNotice(what, kind, clock.now(), circumstances, error),
        );
      }
    },
  };
}

function isSame({ channel }: ActiveChannel, other: ActiveChannel['channel']): boolean {
  return channel.name === other.name && channel.identity.open() === other.identity.open();
}

/** Links to the run in the history of the target: the backup that a run made names it. */
function withRun(circumstances: Circumstances, outcome: Outcome): Circumstances {
  const { link } = circumstances;
  if (link === undefined || !('backup' in outcome)) return circumstances;
  return { ...circumstances, link: `${link}/history/${encodeURIComponent(outcome.backup)}` };
}

function circumstancesOf(
  before: NotifiedStatus | undefined,
  about: string,
  id: string,
  dashboard: URL | undefined,
): Circumstances {
  const standing = before?.standing;
  const isOfTarget = !about.startsWith(':');
  const link =
    dashboard && isOfTarget ? `${dashboard.href}#/targets/${encodeURIComponent(about)}` : undefined;
  return {
    id,
    ...(standing && isStatus(standing) && { previous: standing }),
    ...(link !== undefined && { link }),
  };
}

const isStatus = (standing: NotifiedStatus['standing']): standing is SyncStatus =>
  standing !== 'source' && standing !== 'daemon' && standing !== 'rollout';
