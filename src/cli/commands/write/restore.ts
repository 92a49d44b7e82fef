// `holdfast restore ID|FILE|--latest`.
import type { Command } from 'commander';
import type { RestoreSummary } from '../../../apply/apply.ts';
import { exitOf } from '../../../domain/outcome/outcome.ts';
import { fail } from '../../../domain/problem/problem.ts';
import { timeText } from '../../../lib/text.ts';
import { agrees, asks } from '../../io/confirm.ts';
import { wrapped } from '../../../report/text/wrap.ts';
import type { Io } from '../../../compose/io.ts';
import { type IdentityFlags, identityOption, meantBackup } from '../../io/meant-backup.ts';
import { allowOption, gatewayOptions, onCall } from '../../io/options.ts';
import { progress } from '../../io/progress.ts';
import { openCommandSession } from '../../io/session.ts';
import { theTarget } from '../../../compose/session.ts';
import { showReport } from '../../io/show.ts';
import { positionIn } from '../../io/usage-errors.ts';
import type { PlanFlags } from '../../../compose/flags.ts';

interface Flags extends PlanFlags, IdentityFlags {
  readonly latest?: boolean;
  readonly anyGateway?: boolean;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
}

export function define(command: Command, io: Io): void {
  const restore = allowOption(identityOption(gatewayOptions(command)))
    .argument('[id]', 'the backup ID from `holdfast backup list`, or the file of an archive')
    .option('--latest', 'the newest backup')
    .option('--any-gateway', 'also restore an archive of another target or address')
    .option('-y, --yes', "don't ask for confirmation")
    .option('--dry-run', 'show what would change')
    .addHelpText(
      'after',
      '\nExamples:\n  $ holdfast restore --latest\n  $ holdfast restore 20261123T180142Z-1a2b3c4d --yes\n  $ holdfast restore backups/home-20261123T180142Z-1a2b3c4d.age --identity key.txt',
    );
  onCall(restore, (flags: Flags, id) => {
    if (id === 'latest')
      throw fail('HF1001', '"latest" isn\'t a backup ID', {
        remedy: 'Did you mean `holdfast restore --latest`?',
        position: positionIn(restore, id),
      });
    return run(id, flags, io);
  });
}

async function run(id: string | undefined, flags: Flags, io: Io): Promise<void> {
  if ((id === undefined) === (flags.latest !== true))
    throw fail('HF1001', 'restore takes either a backup ID, a file, or --latest');
  const { restore } = await import('../../../apply/apply.ts');
  await using session = await openCommandSession(flags, io, progress(flags, io));
  const target = theTarget(session, 'restore');
  const outcome = await restore(session.contextOf(target), {
    backup: await meantBackup(session, target.name, id, flags, io),
    ...(flags.anyGateway && { anyGateway: true }),
    ...(flags.dryRun && { dryRun: true }),
    confirm: async (summary) => {
      if (flags.output === 'text') io.out(wrapped(summaryText(summary), io.columns));
      return !asks(flags, io) || agrees(io, `Restore this on ${target.name}?`);
    },
  });
  showReport(io, flags, {
    command: 'restore',
    exit: exitOf(outcome),
    plans: [],
    outcomes: [outcome],
    problems: [],
  });
}

function summaryText(summary: RestoreSummary): string {
  const lines = [
    ...summary.added.map((path) => `  + ${path}`),
    ...summary.changed.map((path) => `  ~ ${path}  gets the value of the backup`),
    ...summary.removed.map((path) => `  - ${path}`),
  ];
  return [
    `backup ${summary.backup} of ${timeText(summary.takenAt)} UTC`,
    ...(summary.same ? ['  the gateway already has exactly this file'] : lines),
    '',
  ].join('\n');
}
