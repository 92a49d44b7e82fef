// Notifications as a service of the daemon: hears outcomes, tells each channel what is new to it. Nothing here is waited
// for by a look, and a receiver that is down is somebody else's trouble.
import type { Notice, Topic } from '../../nouns/notice.ts';
import type { Outcome } from '../../nouns/outcome.ts';
import type { Mark } from '../../nouns/state.ts';
import { visibleIn } from '../../nouns/visible.ts';
import type { DaemonSettings } from '../../settings/settings.ts';
import type { Desk } from '../desk.ts';
import type { Reporter } from '../reporter.ts';
import type { Service } from '../service.ts';
import { newMessageId } from './id.ts';
import { createMemory } from './memory.ts';
import { type Circumstances, noticeOf, sharedNotice } from './notices.ts';
import { openOutlet, type Outlet, type OutletOptions } from './outlet.ts';
import { openSender } from './sender.ts';
import { sharedTurn, type Turn, turnAfter } from './turns.ts';

export interface NotifyOptions extends Pick<OutletOptions, 'clock' | 'onResult'> {
  readonly desk: Pick<Desk, 'targets' | 'store'>;
  /** Where it says how channels are; the log. */
  readonly reporter: Pick<Reporter, 'note' | 'failed'>;
  /** Takes secrets out of what is sent and said. */
  readonly clean?: OutletOptions['clean'];
  readonly newId?: OutletOptions['newId'];
  readonly random?: OutletOptions['random'];
  readonly open?: OutletOptions['open'];
  /** Where people find the dashboard. */
  readonly publicUrl?: (settings: DaemonSettings) => URL | undefined;
}

/** What is told beside targets; no target can be called so. */
const ABOUT = { settings: ':settings', source: ':source' } as const;
const TOPIC_OF = { settings: 'daemon', source: 'source' } as const;

export function createNotify(options: NotifyOptions): Service {
  const { desk, clock, reporter, clean = (value) => value, newId = newMessageId } = options;
  const { random = Math.random, open = openSender, publicUrl = () => undefined } = options;
  const memory = createMemory(() => desk.store(), reporter.failed);
  let outlets: readonly Outlet[] = [];
  let dashboard: URL | undefined;
  let isLoaded = false;

  const outletOptions: OutletOptions = {
    clock,
    newId,
    random,
    open,
    clean,
    reporter,
    ...(options.onResult && { onResult: options.onResult }),
    ended(channel, letters, ending) {
      for (const { about, mark } of letters) {
        if (mark && ending === 'delivered') memory.arrived(channel, about, mark);
        if (mark && ending === 'undelivered') memory.lost(channel, about, mark);
      }
    },
  };

  const tell = (
    outlet: Outlet,
    about: string,
    { tells, mark }: Turn,
    make: (kind: Topic, circumstances: Circumstances) => Notice,
  ): void => {
    const { name } = outlet.channel;
    const before = memory.of(name, about);
    const isNew = mark !== undefined && mark !== before;
    if (isNew) memory[tells.length > 0 ? 'sent' : 'note'](name, about, mark);
    for (const [i, kind] of tells.entries()) {
      const notice = make(kind, circumstancesOf(before, about, newId(), dashboard));
      const carried = isNew && i === tells.length - 1;
      outlet.add({ notice: visibleIn(clean(notice)), about, ...(carried && { mark }) });
    }
  };

  return {
    reporter: {
      outcome(outcome: Outcome) {
        const about = outcome.target;
        for (const outlet of outlets) {
          const turn = turnAfter(outlet.channel, memory.of(outlet.channel.name, about), outcome);
          tell(outlet, about, turn, (kind, circumstances) => noticeOf(kind, outcome, circumstances));
        }
      },
      shared(what, error) {
        const about = ABOUT[what];
        const isWrong = error !== undefined;
        for (const outlet of outlets) {
          const before = memory.of(outlet.channel.name, about);
          const turn = sharedTurn(outlet.channel, before, TOPIC_OF[what], isWrong);
          tell(outlet, about, turn, (kind, circumstances) =>
            sharedNotice(what, kind, clock.now(), circumstances, error),
          );
        }
      },
    },
    async follow(settings) {
      const { notify = [] } = settings;
      if (notify.length > 0 && !isLoaded) await memory.load().catch(reporter.failed);
      isLoaded ||= notify.length > 0;
      dashboard = publicUrl(settings);
      const names = desk.targets().map(({ name }) => name);
      memory.keepOnly(new Set(notify.map(({ name }) => name)), new Set([...names, ...Object.values(ABOUT)]));
      const before = outlets;
      outlets = notify.map(
        (channel) => before.find((outlet) => isSame(outlet, channel)) ?? openOutlet(channel, outletOptions),
      );
      for (const outlet of before) if (!outlets.includes(outlet)) void outlet.close().catch(reporter.failed);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(outlets.map((outlet) => outlet.close().catch(reporter.failed)));
      await memory.saved();
    },
  };
}

function isSame({ channel }: Outlet, other: Outlet['channel']): boolean {
  return channel.name === other.name && channel.identity.open() === other.identity.open();
}

function circumstancesOf(
  before: Mark | undefined,
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
    ...(standing && standing !== 'source' && standing !== 'daemon' && { previous: standing }),
    ...(link !== undefined && { link }),
  };
}
