// Sessions of clients that speak an earlier protocol: how many there are, how long they last, and whose they are.
import type { Caller } from './server.ts';

const HOUR = 60 * 60 * 1000;
/** ms without a request, and ms since the beginning. */
const IDLE = 4 * HOUR;
const LASTS = 7 * 24 * HOUR;
/** Of one token, so that none of them ends those of others, and of all. */
const MOST_EACH = 16;
const MOST = 128;

/** What a session keeps open. */
interface Closing {
  close(): Promise<void>;
}

interface Session<T extends Closing> {
  readonly transport: T;
  readonly owner: string;
  readonly begunAt: number;
  readonly usedAt: number;
}

export interface Sessions<T extends Closing> {
  /** Undefined: there is none with this ID, it has expired, or it is of another client. */
  use(id: string, caller: Caller): T | undefined;
  /** Ends the one of the same caller that was idle longest where there are too many. */
  add(id: string, caller: Caller, transport: T): void;
  remove(id: string): void;
  close(): Promise<void>;
}

export function createSessions<T extends Closing>(now: () => number): Sessions<T> {
  // In the order of their last use.
  const sessions = new Map<string, Session<T>>();
  const end = async (id: string): Promise<void> => {
    const ended = sessions.get(id);
    sessions.delete(id);
    await ended?.transport.close();
  };
  const endAll = (ids: readonly string[]): void => {
    for (const id of ids) void end(id).catch(() => {}); // the client is gone
  };
  const idsOf = (owner?: string): readonly string[] =>
    [...sessions].flatMap(([id, one]) => (owner === undefined || one.owner === owner ? [id] : []));
  return {
    use(id, caller) {
      endAll([...sessions].flatMap(([each, one]) => (isOver(one, now()) ? [each] : [])));
      const session = sessions.get(id);
      if (!session || session.owner !== ownerOf(caller)) return undefined;
      sessions.delete(id);
      sessions.set(id, { ...session, usedAt: now() });
      return session.transport;
    },
    add(id, caller, transport) {
      const owner = ownerOf(caller);
      sessions.set(id, { transport, owner, begunAt: now(), usedAt: now() });
      endAll(idsOf(owner).slice(0, -MOST_EACH));
      endAll(idsOf().slice(0, -MOST));
    },
    remove: (id) => void sessions.delete(id),
    close: async () => void (await Promise.all([...sessions.keys()].map(end))),
  };
}

/** A token whose role changed has no sessions of its earlier role. */
const ownerOf = ({ name, role }: Caller): string => `${role} ${name}`;

const isOver = ({ begunAt, usedAt }: { begunAt: number; usedAt: number }, now: number): boolean =>
  now - usedAt >= IDLE || now - begunAt >= LASTS;
