// What each channel was notified of, kept in the Store: changes are reported once, across restarts too.
import type { NotifiedStatus, NotifiedByChannel } from '../../domain/state/state.ts';

/** The part of the Store that it needs. */
export interface Keeper {
  notified(): Promise<NotifiedByChannel>;
  saveNotified(told: NotifiedByChannel): Promise<void>;
}

export interface NotifiedState {
  /** Rejects as the Store does; then it knows nothing. */
  load(): Promise<void>;
  /** What the channel knows once all its waiting messages are delivered. */
  of(channel: string, about: string): NotifiedStatus | undefined;
  /** There is nothing to report: recorded immediately, unless an earlier message is still waiting. */
  note(channel: string, about: string, status: NotifiedStatus): void;
  /** A notice with this status was queued. */
  sent(channel: string, about: string, status: NotifiedStatus): void;
  arrived(channel: string, about: string, status: NotifiedStatus): void;
  /** It wasn't delivered: the next check reports it again, unless more was queued since. */
  lost(channel: string, about: string, status: NotifiedStatus): void;
  /** Writes to the Store again, with what is kept beside the statuses. */
  touch(): void;
  /** Removes channels and targets that no longer exist. */
  keepOnly(channels: ReadonlySet<string>, about: ReadonlySet<string>): void;
  /** Resolves when everything is in the Store, or reported to `failed`. */
  saved(): Promise<void>;
}

type Statuses = Map<string, Map<string, NotifiedStatus>>;

export function createNotifiedState(keeper: () => Keeper, failed: (error: unknown) => void): NotifiedState {
  let kept: Statuses = new Map();
  let expected: Statuses = new Map();
  let isDirty = false;
  let saving: Promise<void> | undefined;

  const save = async (): Promise<void> => {
    while (isDirty) {
      isDirty = false;
      await keeper().saveNotified(plain(kept)).catch(failed);
    }
    saving = undefined;
  };
  /** Many changes at once are one write. */
  const touch = (): void => {
    isDirty = true;
    saving ??= Promise.resolve().then(save);
  };
  const keep = (channel: string, about: string, status: NotifiedStatus): void => {
    set(kept, channel, about, status);
    touch();
  };

  return {
    async load() {
      const told = await keeper().notified();
      [kept, expected] = [statusesOf(told), statusesOf(told)];
    },
    of: (channel, about) => expected.get(channel)?.get(about),
    note(channel, about, status) {
      const isSettled = expected.get(channel)?.get(about) === kept.get(channel)?.get(about);
      set(expected, channel, about, status);
      if (isSettled) keep(channel, about, status);
    },
    sent: (channel, about, status) => set(expected, channel, about, status),
    arrived: keep,
    touch,
    lost(channel, about, status) {
      if (expected.get(channel)?.get(about) !== status) return;
      const before = kept.get(channel)?.get(about);
      if (before) set(expected, channel, about, before);
      else expected.get(channel)?.delete(about);
    },
    keepOnly(channels, about) {
      for (const statuses of [kept, expected]) retain(statuses, channels, about);
    },
    saved: async () => saving,
  };
}

function set(statuses: Statuses, channel: string, about: string, status: NotifiedStatus): void {
  const own = statuses.get(channel) ?? new Map<string, NotifiedStatus>();
  statuses.set(channel, own.set(about, status));
}

function retain(statuses: Statuses, channels: ReadonlySet<string>, about: ReadonlySet<string>): void {
  for (const [channel, own] of statuses) {
    if (!channels.has(channel)) statuses.delete(channel);
    for (const name of own.keys()) if (!about.has(name)) own.delete(name);
  }
}

function statusesOf(told: NotifiedByChannel): Statuses {
  const copies = Object.entries(told).map(
    ([channel, statuses]) => [channel, new Map(Object.entries(statuses))] as const,
  );
  return new Map(copies);
}

function plain(statuses: Statuses): NotifiedByChannel {
  return Object.fromEntries([...statuses].map(([channel, own]) => [channel, Object.fromEntries(own)]));
}
