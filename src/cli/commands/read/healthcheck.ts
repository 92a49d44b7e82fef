// `holdfast healthcheck`: whether a daemon is alive, from the heartbeat in its state. For process supervisors: it
// needs no port, no token and no gateway.
import type { Command } from 'commander';
import { type Heartbeat, HEARTBEAT_VALID_MS } from '../../../domain/state/heartbeat.ts';
import { fail } from '../../../domain/problem/problem.ts';
import { duration } from '../../../report/text/style.ts';
import { offlineSettings } from '../../io/offline-settings.ts';
import { readBeat } from '../../../state/files/heartbeat.ts';
import type { Io } from '../../../compose/io.ts';
import { onCall } from '../../io/options.ts';
import { show } from '../../io/show.ts';
import { systemClock } from '../../../compose/system-clock.ts';
import type { PlanFlags } from '../../../compose/flags.ts';

export function define(command: Command, io: Io): void {
  const healthcheck = command
    .option('--state <dir>', "the daemon's state directory (default: .holdfast)")
    .addHelpText(
      'after',
      `
\`holdfast run\` writes a heartbeat every 30 seconds. Exit code 0: the last heartbeat is recent and reports
no delay, no stuck check and no stuck queue. Exit code 1: it's older than 90 seconds, or reports a problem.

Examples:
  $ holdfast healthcheck
  $ holdfast healthcheck --state /var/lib/holdfast`,
    );
  onCall(healthcheck, (flags: PlanFlags) => run(flags, io));
}

async function run(flags: PlanFlags, io: Io): Promise<void> {
  const dir = await stateDirOf(flags, io);
  const now = systemClock.now();
  const beat = alive(await readBeat(dir, now), dir, now);
  show(io, flags, 'healthcheck', { state: dir, ...beat }, (style) => {
    const age = style.dim(`heartbeat ${duration(now - beat.at)} ago, process ${beat.pid}`);
    return `${style.good('alive')} ${age}`;
  });
}

/** This needs no secrets, so the settings are read without resolving them. */
async function stateDirOf(flags: PlanFlags, io: Io): Promise<string> {
  const { settings } = await offlineSettings(flags, io);
  return settings.state.dir;
}

function alive(beat: Heartbeat | undefined, dir: string, now: number): Heartbeat {
  if (!beat) throw fail('HF7070', `${dir} contains no heartbeat of a daemon`);
  const age = duration(now - beat.at);
  if (beat.ended) throw fail('HF7070', `the daemon on ${dir} ended ${age} ago`);
  if (now - beat.at > HEARTBEAT_VALID_MS) throw fail('HF7070', `the last heartbeat in ${dir} is ${age} old`);
  if (beat.problems.length > 0) throw fail('HF7071', beat.problems.join('; '));
  return beat;
}
