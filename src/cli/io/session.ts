// A session for a command: warnings about the settings go to the command's own streams.
import type { Question } from '../../compose/job-base.ts';
import type { PlanFlags } from '../../compose/flags.ts';
import type { Io } from '../../compose/io.ts';
import { openSession, type Session } from '../../compose/session.ts';
import type { Listener } from '../../domain/outcome/event.ts';
import { showWarnings } from './show.ts';

/**
 * Throws HoldfastError with all problems of the settings. `daemon`: whether what only the daemon uses must be set.
 */
export function openCommandSession(
  flags: PlanFlags,
  io: Io,
  listener?: Listener,
  { daemon = false, question }: { readonly daemon?: boolean; readonly question?: Question } = {},
): Promise<Session> {
  return openSession(flags, io, listener, {
    daemon,
    ...(question && { question }),
    warn: (found) => showWarnings(io, flags, found),
  });
}
