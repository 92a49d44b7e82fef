// A session for a command: warnings about the settings go to the command's own streams.
import type { Question } from '../../compose/job-base.ts';
import type { PlanFlags } from '../../compose/flags.ts';
import type { Io } from '../../compose/io.ts';
import { selectedTargets } from '../../compose/selected-targets.ts';
import { openSession, type Session } from '../../compose/session.ts';
import { withClient } from '../../apply/run/with-run.ts';
import type { Listener } from '../../domain/outcome/event.ts';
import type { Store } from '../../state/store.ts';
import { withFlags } from '../../settings/common.ts';
import { showSettingsWarnings } from './show.ts';

interface Options {
  /** Whether what only the daemon uses must be set. */
  readonly daemon?: boolean;
  readonly question?: Question;
  /** How warnings about the settings are shown, if not in one line. */
  readonly warn?: typeof showSettingsWarnings;
}

/** Throws HoldfastError with all problems of the settings. */
export function openCommandSession(
  flags: PlanFlags,
  io: Io,
  listener?: Listener,
  { daemon = false, question, warn = showSettingsWarnings }: Options = {},
): Promise<Session> {
  if (io.session) return Promise.resolve(lent(io.session(), flags, io, listener));
  return openSession(flags, io, listener, {
    daemon,
    ...(question && { question }),
    warn: (found) => warn(io, flags, found),
  });
}

/** ms: a look waits until the daemon has finished an apply. */
const PATIENCE = 30_000;

/** The daemon's own, which stays open: its settings, its state, and the files that it follows. */
function lent(session: Session, flags: PlanFlags, { signal }: Io, listener: Listener = () => {}): Session {
  const patient: Store['lock'] = (name, owner) => session.store.lock(name, owner, { waitMs: PATIENCE });
  const store = { ...session.store, lock: patient };
  const contextOf: Session['contextOf'] = (one) => ({ ...session.contextOf(one), store, signal, listener });
  return {
    ...session,
    store,
    targets: selectedTargets(session.targets, flags.target).map((target) => ({
      ...target,
      policy: withFlags(target.policy, flags).policy,
    })),
    contextOf,
    withClient: (one, command, work) => withClient(contextOf(one), { owner: `holdfast ${command}` }, work),
    [Symbol.asyncDispose]: async () => {},
  };
}
