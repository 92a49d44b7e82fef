// `holdfast resume`: the end of a suspension before its time.
import type { Command } from 'commander';
import { inForce } from '../nouns/suspension.ts';
import type { Style } from '../report/style.ts';
import { timeText } from '../nouns/words.ts';
import type { Io } from './io.ts';
import { gatewayOptions, onCall, type PlanFlags } from './options.ts';
import { openSession } from './session.ts';
import { show } from './show.ts';

export function define(command: Command, io: Io): void {
  const resume = gatewayOptions(command).addHelpText(
    'after',
    `
All targets are resumed where --target names none. The daemon takes them up again at its next
look: when a file changes, or on the schedule of \`daemon.drift\`.

Examples:
  $ holdfast resume
  $ holdfast resume --target eu && holdfast apply --target eu`,
  );
  onCall(resume, (flags: PlanFlags) => run(flags, io));
}

interface Resumed {
  readonly target: string;
  /** What was ended; absent where nothing was. */
  readonly ended?: { readonly until: number; readonly reason: string };
}

async function run(flags: PlanFlags, io: Io): Promise<void> {
  await using session = await openSession(flags, io);
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
