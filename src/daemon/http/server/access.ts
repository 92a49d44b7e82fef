// Who can use the HTTP API: tokens by value, sessions by their cookie. Follows the settings; knows no request.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../../domain/clock.ts';
import type { HttpRole, HttpSettings } from '../../../settings/settings.ts';
import { createSessions } from './sessions.ts';

export interface Who {
  /** The name of the token, for output. */
  readonly name: string;
  readonly role: HttpRole;
  /** A browser sends cookies without its user's intent, so only a token in a header proves intent. */
  readonly by: 'token' | 'session' | 'nothing';
}

export interface Access {
  /** Uses these tokens from now on. Sessions of removed tokens end. */
  follow(settings: Pick<HttpSettings, 'auth' | 'tokens'>): void;
  /** Everyone, if no token is required. */
  everyone(): Who | undefined;
  byToken(token: string): Who | undefined;
  /** `isUse`: a user action, not a request of an idle page. */
  bySession(id: string, isUse: boolean): Who | undefined;
  /** A session ID for the holder of a token; undefined: the token is invalid. */
  begin(token: string): string | undefined;
  end(sessionId: string): void;
}

interface Known {
  readonly name: string;
  readonly role: HttpRole;
  readonly hash: Buffer;
  /** Identifies the token with its role, so that a session ends if either changes. */
  readonly id: string;
}

export function createAccess(clock: Pick<Clock, 'now'>): Access {
  const key = randomBytes(32);
  const hashOf = (text: string): Buffer => createHmac('sha256', key).update(text).digest();
  const sessions = createSessions(clock);
  let open = false;
  let known: readonly Known[] = [];

  const holding = (token: string): Known | undefined => {
    const hash = hashOf(token);
    // Compares with all of them, so that the time doesn't reveal which one was close.
    const holders = known.filter((one) => timingSafeEqual(one.hash, hash));
    return holders.at(0);
  };
  return {
    follow({ auth, tokens }) {
      open = auth === 'none';
      known = tokens.map(({ name, role, token }) => {
        const hash = hashOf(token.open());
        return { name, role, hash, id: `${hash.toString('hex')} ${role} ${name}` };
      });
    },
    everyone: () => (open ? { name: 'anyone', role: 'operate', by: 'nothing' } : undefined),
    byToken: (token) => whoIs(holding(token), 'token'),
    bySession(sessionId, isUse) {
      const id = sessions.tokenOf(sessionId, isUse);
      return whoIs(
        known.find((one) => one.id === id),
        'session',
      );
    },
    begin(token) {
      const found = holding(token);
      return found && sessions.begin(found.id);
    },
    end: sessions.end,
  };
}

function whoIs(found: Known | undefined, by: Who['by']): Who | undefined {
  return found && { name: found.name, role: found.role, by };
}
