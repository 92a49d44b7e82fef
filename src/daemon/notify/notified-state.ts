// What each channel was told, kept in the Store: changes are told once, across restarts too.
import type { Mark, Told } from '../../domain/state/state.ts';

/** What the Store does for it. */
export interface Keeper {
  told(): Promise<Told>;
  keepTold(told: Told): Promise<void>;
}

export interface NotifiedState {
  /** Rejects as the Store does; then nothing is known. */
  load(): Promise<void>;
  /** What the channel knows when all that waits for it has arrived. */
  of(channel: string, about: string): Mark | undefined;
  /** Nothing is to be told: it is known at once, unless something before it is still on its way. */
  note(channel: string, about: string, mark: Mark): void;
  /** A letter with this mark was sent on its way. */
  sent(channel: string, about: string, mark: Mark): void;
  arrived(channel: string, about: string, mark: Mark): void;
  /** It did not arrive: what is seen next is told as if it were new, unless more was sent since. */
  lost(channel: string, about: string, mark: Mark): void;
  /** Forgets channels and targets that there are none of. */
  keepOnly(channels: ReadonlySet<string>, about: ReadonlySet<string>): void;
  /** Resolves when everything is in the Store, or told to `failed`. */
  saved(): Promise<void>;
}

type Marks = Map<string, Map<string, Mark>>;

export function createNotifiedState(keeper: () => Keeper, failed: (error: unknown) => void): NotifiedState {
  let kept: Marks = new Map();
  let expected: Marks = new Map();
  let isDirty = false;
  let saving: Promise<void> | undefined;

  const save = async (): Promise<void> => {
    while (isDirty) {
      isDirty = false;
      await keeper().keepTold(plain(kept)).catch(failed);
    }
    saving = undefined;
  };
  /** Many changes at once are one write. */
  const keep = (channel: string, about: string, mark: Mark): void => {
    set(kept, channel, about, mark);
    isDirty = true;
    saving ??= Promise.resolve().then(save);
  };

  return {
    async load() {
      const told = await keeper().told();
      [kept, expected] = [marksOf(told), marksOf(told)];
    },
    of: (channel, about) => expected.get(channel)?.get(about),
    note(channel, about, mark) {
      const isSettled = expected.get(channel)?.get(about) === kept.get(channel)?.get(about);
      set(expected, channel, about, mark);
      if (isSettled) keep(channel, about, mark);
    },
    sent: (channel, about, mark) => set(expected, channel, about, mark),
    arrived: keep,
    lost(channel, about, mark) {
      if (expected.get(channel)?.get(about) !== mark) return;
      const before = kept.get(channel)?.get(about);
      if (before) set(expected, channel, about, before);
      else expected.get(channel)?.delete(about);
    },
    keepOnly(channels, about) {
      for (const marks of [kept, expected]) retain(marks, channels, about);
    },
    saved: async () => saving,
  };
}

function set(marks: Marks, channel: string, about: string, mark: Mark): void {
  const own = marks.get(channel) ?? new Map<string, Mark>();
  marks.set(channel, own.set(about, mark));
}

function retain(marks: Marks, channels: ReadonlySet<string>, about: ReadonlySet<string>): void {
  for (const [channel, own] of marks) {
    if (!channels.has(channel)) marks.delete(channel);
    for (const name of own.keys()) if (!about.has(name)) own.delete(name);
  }
}

function marksOf(told: Told): Marks {
  const copies = Object.entries(told).map(
    ([channel, marks]) => [channel, new Map(Object.entries(marks))] as const,
  );
  return new Map(copies);
}

function plain(marks: Marks): Told {
  return Object.fromEntries([...marks].map(([channel, own]) => [channel, Object.fromEntries(own)]));
}
