// `holdfast rollout`: where every target is, and what people can ask of the rollout.
import type { Command } from 'commander';
import { ROLLOUT_ACTIONS, type Rollout, type RolloutAction } from '../../domain/state/rollout.ts';
import type { RolloutView } from '../../domain/state/rollout-view.ts';
import { EXIT } from '../../domain/problem/exit.ts';
import type { Io } from '../../compose/io.ts';
import type { Session } from '../../compose/session.ts';
import { rolloutText } from '../../report/rollout.ts';
import { viewOf } from '../../rollout/view.ts';
import { gatewayOptions, onCall } from '../io/options.ts';
import { isRouted, type RemoteFlags, remoteOptions } from '../io/remote-options.ts';
import { openCommandSession } from '../io/session.ts';
import { show } from '../io/show.ts';

const ABOUT: Readonly<Record<RolloutAction | 'status', string>> = {
  status: 'Show the waves, and where every target is.',
  pause: 'Start nothing new until you resume. Work in progress finishes.',
  resume: 'Continue after a pause, an abort or a failure; what failed is tried again.',
  abort: 'End the rollout: every target keeps the revision that it has, until there is a newer one.',
  undo: 'Restore what every target had before this rollout wrote it, the last wave first.',
};

export function define(command: Command, io: Io): void {
  command.addHelpText(
    'after',
    `
A rollout begins when \`strategy\` of the settings orders the targets in waves and a target gets a
new revision. \`holdfast run\` and \`holdfast apply\` advance it. docs/rollouts.md describes it.

Examples:
  $ holdfast rollout status
  $ holdfast rollout pause --via https://holdfast.example
  $ holdfast rollout undo`,
  );
  for (const action of ['status', ...ROLLOUT_ACTIONS] as const) {
    const one = command
      .command(action, { isDefault: action === 'status' })
      .description(ABOUT[action])
      .summary(ABOUT[action].replace(/[.:;].*$/s, ''));
    onCall(gatewayOptions(remoteOptions(one)), (flags: RemoteFlags) => run(action, flags, io));
  }
}

type Asked = RolloutAction | 'status';

async function run(action: Asked, flags: RemoteFlags, io: Io): Promise<void> {
  const { rollout, strategy } = isRouted(flags)
    ? await (await import('../remote/commands.ts')).remoteRollout(flags, io, action)
    : await here(action, flags, io);
  if (rollout && ENDED_BADLY.has(rollout.phase)) io.exit = EXIT.differences;
  show(io, flags, 'rollout', { rollout: rollout ?? null }, (style) =>
    rollout ? rolloutText(rollout, io.clock?.now() ?? Date.now(), style) : noRolloutText(strategy),
  );
}

const noRolloutText = (hasStrategy: boolean): string =>
  hasStrategy
    ? 'There was no rollout yet. One begins when a target gets a new revision.\n'
    : 'There are no rollouts, because the settings have no `strategy`. docs/rollouts.md describes it.\n';

const ENDED_BADLY: ReadonlySet<Rollout['phase']> = new Set(['stopped']);

interface Known {
  readonly rollout?: RolloutView | undefined;
  /** Whether the settings have a strategy. */
  readonly strategy: boolean;
}

async function here(action: Asked, flags: RemoteFlags, io: Io): Promise<Known> {
  await using session = await openCommandSession(flags, io);
  const { store, settings, clock } = session;
  if (action !== 'status') await asked(session, action, io);
  const rollout = await store.rollout();
  const { strategy, targets } = settings;
  return {
    rollout: rollout && viewOf(rollout, strategy, targets, clock.now()),
    strategy: strategy !== undefined,
  };
}

/** ms between looks at what other processes undo. */
const POLL_MS = 1000;

/** Undo is done here, together with a daemon that runs; everything else is recorded for the process that continues. */
async function asked(session: Session, action: RolloutAction, { signal, env }: Io): Promise<void> {
  const { openRollouts } = await import('./local.ts');
  const faults: unknown[] = [];
  const failed = (error: unknown): void => void faults.push(error);
  const rollouts = openRollouts(session, {
    signal,
    look: () => {},
    failed,
    isContinued: action === 'undo',
  });
  const by = env['USER'] ?? env['LOGNAME'];
  if (action === 'undo') await rollouts.continueUndo();
  let rollout: Rollout | undefined = await rollouts.control(action, by === undefined ? {} : { by });
  while (rollout?.phase === 'undoing' && !signal.aborted && faults.length === 0) {
    await session.clock.sleep(POLL_MS, signal).catch(() => undefined);
    await rollouts.advance();
    rollout = await session.store.rollout();
  }
  if (faults.length > 0) throw faults[0];
}
