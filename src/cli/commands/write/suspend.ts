// `holdfast suspend`: nothing is written to a target until the given time.
import { type Command, Option } from 'commander';
import { fail } from '../../../domain/problem/problem.ts';
import { parseDuration } from '../../../lib/duration.ts';
import type { Suspension } from '../../../domain/state/state.ts';
import { suspensionFault } from '../../../domain/state/suspension.ts';
import { parseEnd } from '../../../lib/zone.ts';
import { duration, type Style } from '../../../report/text/style.ts';
import { timeText } from '../../../lib/text.ts';
import type { Io } from '../../../compose/io.ts';
import { gatewayOptions, onCall } from '../../io/options.ts';
import { openCommandSession } from '../../io/session.ts';
import { show } from '../../io/show.ts';
import type { PlanFlags } from '../../../compose/flags.ts';

interface Flags extends PlanFlags {
  readonly for?: string;
  readonly until?: string;
  readonly reason?: string;
}

export function define(command: Command, io: Io): void {
  const suspend = gatewayOptions(command)
    .option('--for <time>', 'how long: 30m, 1h30m, 2d')
    .addOption(
      new Option(
        '--until <moment>',
        'or until when: 2026-12-24T18:00 Europe/Berlin (default time zone: UTC)',
      ).conflicts('for'),
    )
    .option('--reason <text>', 'the reason, shown to others')
    .addHelpText(
      'after',
      `
While a target is suspended, apply is refused with exit code 4, and the daemon doesn't check the
target. plan, diff and drift still work. A suspension ends automatically, after 30 days at most.
\`holdfast resume\` ends it early. Without --target, suspends all targets. An apply in progress
finishes first.

Examples:
  $ holdfast suspend --for 30m --reason "upstream is moving"
  $ holdfast suspend --target eu --until "2026-12-24T18:00 Europe/Berlin" --reason "on holiday"
  $ holdfast apply --allow frozen    # writes once anyway`,
    );
  onCall(suspend, (flags: Flags) => run(flags, io));
}

interface Suspended extends Suspension {
  readonly target: string;
  /** Who works on the target now and will finish. */
  readonly busy?: string;
}

async function run(flags: Flags, io: Io): Promise<void> {
  const reason = neededReason(flags);
  await using session = await openCommandSession(flags, io);
  const now = session.clock.now();
  const suspension = { until: endOf(flags, now), reason: reason.trim() };
  const fault = suspensionFault(suspension, now);
  if (fault !== undefined) throw fail('HF1001', `nothing was suspended: ${fault}`, { remedy: EXAMPLE });
  const suspended: Suspended[] = [];
  for (const { name } of session.targets) {
    await session.store.update(name, { suspension });
    const busy = await session.store.holder(name);
    suspended.push({ target: name, ...suspension, ...(busy !== undefined && { busy }) });
  }
  show(io, flags, 'suspend', { suspended }, (style) =>
    suspended.map((one) => suspendedText(one, now, style)).join(''),
  );
}

const EXAMPLE = 'For example, run `holdfast suspend --for 30m --reason "upstream is moving"`.';

/** Throws HF1001 for all missing flags at once. */
function neededReason({ for: span, until, reason }: Flags): string {
  const missing = [
    ...(span === undefined && until === undefined ? ['an end (--for or --until)'] : []),
    ...(reason === undefined ? ['a reason (--reason)'] : []),
  ];
  if (reason !== undefined && missing.length === 0) return reason;
  throw fail('HF1001', `suspend needs ${missing.join(' and ')}`, { remedy: EXAMPLE });
}

function endOf({ for: span, until }: Flags, now: number): number {
  if (until !== undefined) {
    const end = parseEnd(until);
    if (end !== undefined) return end;
    const remedy =
      'For example, write `2026-12-24T18:00 Europe/Berlin`, `2026-12-24T18:00+01:00` or `2026-12-24`.';
    throw fail('HF1001', `--until: \`${until}\` isn't a valid date or time`, { remedy });
  }
  const ms = span === undefined ? undefined : parseDuration(span);
  if (ms !== undefined) return now + ms;
  throw fail('HF1001', `--for: \`${span}\` isn't a valid duration`, {
    remedy: 'For example, write 30m, 1h30m or 2d.',
  });
}

function suspendedText({ target, until, reason, busy }: Suspended, now: number, style: Style): string {
  const end = `until ${timeText(until)} UTC (${duration(until - now)})`;
  return [
    `${style.accent(style.bold(target))}  ${style.warn(`suspended ${end}: ${reason}`)}\n`,
    ...(busy === undefined ? [] : [`  ${busy} is working on it and finishes first\n`]),
    `  ${style.dim(`ends automatically; to end it early: holdfast resume --target ${target}`)}\n`,
  ].join('');
}
