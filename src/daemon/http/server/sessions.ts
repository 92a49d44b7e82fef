// Sessions of browsers: a random ID in a cookie, everything else in memory. A restart ends them all.
import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../../../domain/clock.ts';

export interface Sessions {
  /** Starts a session for the holder of a token. Returns its ID, which isn't available later. */
  begin(token: string): string;
  /**
   * The token it was started with; undefined if there is none, or it has expired. Using it resets its idle time;
   * checking whether it is valid doesn't.
   */
  tokenOf(id: string, isUse: boolean): string | undefined;
  end(id: string): void;
}

const HOUR = 60 * 60 * 1000;
/** ms without a request, and ms since its start. */
const IDLE = 12 * HOUR;
export const SESSION_LASTS = 7 * 24 * HOUR;

interface Session {
  readonly token: string;
  readonly begunAt: number;
  readonly usedAt: number;
}

/**
 * At most `most` at once: a new one ends the one that was idle longest. `token` identifies a token, and isn't the
 * token itself.
 */
export function createSessions({ now }: Pick<Clock, 'now'>, most = 1000): Sessions {
  // In the order of their last use.
  const sessions = new Map<string, Session>();
  return {
    begin(token) {
      const id = randomBytes(32).toString('base64url');
      for (const oldest of sessions.keys()) {
        if (sessions.size < most) break;
        sessions.delete(oldest);
      }
      sessions.set(hashOf(id), { token, begunAt: now(), usedAt: now() });
      return id;
    },
    tokenOf(id, isUse) {
      const key = hashOf(id);
      const session = sessions.get(key);
      if (!session) return undefined;
      const over = isOver(session, now());
      if (over || isUse) sessions.delete(key);
      if (over) return undefined;
      if (isUse) sessions.set(key, { ...session, usedAt: now() });
      return session.token;
    },
    end: (id) => void sessions.delete(hashOf(id)),
  };
}

function isOver({ begunAt, usedAt }: Session, now: number): boolean {
  return now - usedAt >= IDLE || now - begunAt >= SESSION_LASTS;
}

/** The lookup uses a hash, so that its time reveals nothing about existing IDs. */
function hashOf(id: string): string {
  return createHash('sha256').update(id).digest('base64');
}
