// `holdfast drift`: what no longer is as it was applied. Deep unless asked otherwise.
import type { Command } from 'commander';
import { EXIT } from '../../../domain/problem/exit.ts';
import { checkTargets, reportOfChecks } from './check.ts';
import type { Io } from '../../../compose/io.ts';
import { gatewayOptions, onCall, planOptions, sourceOptions } from '../../io/options.ts';
import { showReport } from '../../io/show.ts';
import { type RemoteFlags, remoteOptions } from '../../io/remote-options.ts';

export function define(command: Command, io: Io): void {
  const drift = remoteOptions(planOptions(gatewayOptions(sourceOptions(command))))
    .option('--shallow', "read only the gateway's memory, not its file and behavior")
    .addHelpText(
      'after',
      `
Exits with 2 if something differs.

Examples:
  $ holdfast drift
  $ holdfast drift --shallow --output json
  $ holdfast drift --output junit > drift.xml`,
    );
  onCall(drift, async (flags: RemoteFlags & { readonly shallow?: boolean }) => {
    const outcomes = await checkTargets(flags, io, { depth: flags.shallow ? 'shallow' : 'deep' });
    showReport(io, flags, reportOfChecks('drift', outcomes, EXIT.differences));
  });
}
