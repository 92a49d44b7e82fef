// The rollout of the settings' state, continued by this process: for commands without a daemon.
import { restore } from '../../apply/apply.ts';
import type { Outcome } from '../../domain/outcome/outcome.ts';
import { targetNamed } from '../../domain/target-names.ts';
import type { Session } from '../../compose/session.ts';
import { undoRequest, withBefore } from '../../daemon/core/roll-back.ts';
import { createRollouts, type Rollouts, type Written } from '../../daemon/rollout/rollouts.ts';

type Fleet = Pick<Session, 'settings' | 'store' | 'clock' | 'contextOf'>;

interface Local {
  readonly signal: AbortSignal;
  /** What is to be checked comes here. */
  readonly look: (target: string) => void;
  readonly failed: (error: unknown) => void;
  /** Whether this process also does what comes next; otherwise it records what is asked. */
  readonly isContinued: boolean;
}

export function openRollouts(session: Fleet, { signal, look, failed, isContinued }: Local): Rollouts {
  const { settings, store, clock } = session;
  const rollouts = createRollouts({
    clock,
    signal,
    look,
    failed,
    undo: (name, written, by) => undo(session, name, written, by),
    changed: () => {},
  });
  rollouts.attach({
    targets: settings.targets,
    store,
    strategy: settings.strategy,
    onlyRecords: !isContinued,
    contextOf: (target) => session.contextOf(target),
  });
  return rollouts;
}

async function undo(
  session: Fleet,
  name: string,
  written: Written,
  by: string | undefined,
): Promise<Outcome> {
  const { store } = session;
  const context = session.contextOf(targetNamed(session.settings.targets, name));
  const apply = await withBefore(store, name, written);
  const request = undoRequest(apply, { by, held: apply.revision });
  return restore(context, { ...request, confirm: written.isStillWanted });
}
