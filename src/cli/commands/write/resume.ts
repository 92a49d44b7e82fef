// `holdfast resume`: ends a suspension early.
import type { Command } from 'commander';
import { inForce } from '../../../domain/state/suspension.ts';
import type { Style } from '../../../report/text/style.ts';
import { timeText } from '../../../lib/text.ts';
import type { Io } from '../../../compose/io.ts';
import { gatewayOptions, onCall } from '../../io/options.ts';
import { openCommandSession } from '../../io/session.ts';
import { show } from '../../io/show.ts';
import type { PlanFlags } from '../../../compose/flags.ts';

export function define(command: Command, io: Io): void {
  const resume = gatewayOptions(command).addHelpText(
    'after',
    `
Without --target, resumes all targets. The daemon continues with them at its next check: when a
file changes, or on the schedule of \`daemon.drift\`.

Examples:
  $ holdfast resume
  $ holdfast resume --target eu && holdfast apply --target eu`,
  );
  onCall(resume, (flags: PlanFlags) => run(flags, io));
}

interface Resumed {
  readonly target: string;
  /** The suspension that was ended; absent if there was none. */
  readonly ended?: { readonly until: number; readonly reason: string };
}

async function run(flags: PlanFlags, io: Io): Promise<void> {
  await using session = await openCommandSession(flags, io);
  const now = session.clock.now();
  const resumed: Resumed[] = [];
  for (const { name } of session.targets) {
    const ended = inForce((await session.store.read(name)).suspension, now);
    if (ended) await session.store.update(name, { suspension: undefined });
    resumed.push({ target: name, ...(ended && { ended }) });
  }
  show(io, flags, 'resume', { resumed }, (style) => resumed.map((one) => resumedText(one, style)).join(''));
}

function resumedText({ target, ended }: Resumed, style: Style): string {
  const name = style.accent(style.bold(target));
  if (!ended) return `${name}  was not suspended\n`;
  return `${name}  ${style.good('resumed')}; it was suspended until ${timeText(ended.until)} UTC: ${ended.reason}\n`;
}
