// `holdfast drift`: what differs from the last apply. Deep by default.
import type { Command } from 'commander';
import { checkTargets, reportOfChecks } from './check.ts';
import type { Io } from '../../../compose/io.ts';
import { baseOption, gatewayOptions, onCall, planOptions, sourceOptions } from '../../io/options.ts';
import { type FailOn, failOnOption } from '../../ci/fail-on.ts';
import { type ForgeFlags, forkOption, statusOption } from '../../ci/flags.ts';
import { writeOutputs } from '../../ci/outputs.ts';
import { openPublisher } from '../../ci/publisher.ts';
import { showReport } from '../../io/show.ts';
import { type RemoteFlags, remoteOptions } from '../../io/remote-options.ts';

interface Flags extends RemoteFlags, ForgeFlags {
  readonly exitCode?: boolean;
  readonly shallow?: boolean;
  readonly interactive?: boolean;
  readonly failOn?: FailOn;
}

export function define(command: Command, io: Io): void {
  const drift = forkOption(
    statusOption(
      failOnOption(remoteOptions(planOptions(baseOption(gatewayOptions(sourceOptions(command))))), 'changes'),
    ),
  )
    .option('--shallow', "read only the gateway's memory, not its file and behavior")
    .option('--exit-code', 'exit with 2 if something differs, which is the default')
    .option('-i, --interactive', 'decide about each difference: adopt it, put it back, or skip it')
    .option('--issue', 'open an issue on the forge of this CI job if something differs, and close it if not')
    .addHelpText(
      'after',
      `
Shows what changed on the gateway; \`holdfast plan\` shows what changed in the files.
Exits with 2 if something differs, on either side.

Examples:
  $ holdfast drift
  $ holdfast drift --interactive
  $ holdfast drift --shallow --output json
  $ holdfast drift --output junit > drift.xml
  $ holdfast drift --issue --fail-on error      # in a nightly job`,
    );
  onCall(drift, async (flags: Flags) => {
    if (flags.interactive) return (await import('../../adopt/interactive.ts')).decide(flags, io);
    await using publisher = await openPublisher('drift', flags, io);
    const depth = flags.shallow ? 'shallow' : 'deep';
    const outcomes = await checkTargets(flags, io, { depth, question: 'drift', begun: publisher.begun });
    const report = reportOfChecks('drift', outcomes, flags.failOn ?? 'changes');
    const published = await publisher.publish(report, outcomes);
    await writeOutputs(io, flags, published);
    showReport(io, flags, { ...published, view: { drift: true } });
  });
}
