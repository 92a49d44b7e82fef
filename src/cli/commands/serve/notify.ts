// `holdfast notify test`: sends test messages, and shows how the receivers respond.
import type { Command } from 'commander';
import { EXIT } from '../../../domain/problem/exit.ts';
import { fail, problem, type Problem } from '../../../domain/problem/problem.ts';
import { deliveriesText, type TestDelivery } from '../../../report/text/deliveries.ts';
import type { Channel } from '../../../settings/settings.ts';
import type { Io } from '../../../compose/io.ts';
import { onCall, repeatable } from '../../io/options.ts';
import { openCommandSession } from '../../io/session.ts';
import { show, showWarnings } from '../../io/show.ts';
import { systemClock } from '../../../compose/system-clock.ts';
import type { PlanFlags } from '../../../compose/flags.ts';

interface Flags extends PlanFlags {
  readonly channel?: readonly string[];
}

export function define(command: Command, io: Io): void {
  command.addHelpText(
    'after',
    '\nExamples:\n  $ holdfast notify test\n  $ holdfast notify test --channel ops',
  );
  const test = command
    .command('test')
    .description('Send a test message to every channel of `daemon.notify`.')
    .addOption(repeatable('--channel <name>', 'only this channel; repeatable'));
  onCall(test, (flags: Flags) => sendTests(flags, io));
}

async function sendTests(flags: Flags, io: Io): Promise<void> {
  const { sendTestMessage } = await import('../../../daemon/notify/test-message.ts');
  await using session = await openCommandSession(flags, io, undefined, { daemon: true });
  const channels = chosen(session.settings.daemon.notify ?? [], flags.channel);
  const { redact = (value) => value } = io;
  const sent = channels.map(async (channel): Promise<TestDelivery> => {
    const { kind, answer } = await sendTestMessage(channel, systemClock.now());
    return { channel: channel.name, receiver: channel.receiver.kind, result: kind, answer: redact(answer) };
  });
  const deliveries = await Promise.all(sent);
  const problems = deliveries.filter(({ result }) => result !== 'delivered').map(undelivered);
  if (problems.length > 0) io.exit = EXIT.unreachable;
  show(io, flags, 'notify test', { deliveries, problems }, (style) => deliveriesText(deliveries, style));
  if (flags.output === 'text') showWarnings(io, flags, problems);
}

function chosen(channels: readonly Channel[], names: readonly string[] | undefined): readonly Channel[] {
  const known = channels.map(({ name }) => name).join(', ') || 'none';
  if (channels.length === 0)
    throw fail('HF7054', 'the settings have no `daemon.notify`', {
      remedy: 'See docs/notifications.md to configure channels.',
    });
  const unknown = names?.find((name) => !channels.some((channel) => channel.name === name));
  if (unknown !== undefined)
    throw fail('HF7054', `there is no channel "${unknown}". The channels are ${known}`);
  return names ? channels.filter(({ name }) => names.includes(name)) : channels;
}

function undelivered({ channel, answer }: TestDelivery): Problem {
  return problem('HF7055', `The test message to "${channel}" wasn't delivered: ${answer}`);
}
