// `holdfast state copy`.
import type { Command } from 'commander';
import type { PlanFlags } from '../../../compose/flags.ts';
import type { Io } from '../../../compose/io.ts';
import { fail } from '../../../domain/problem/problem.ts';
import { gatewayOptions, onCall, sourceOptions } from '../../io/options.ts';
import { show } from '../../io/show.ts';

interface CopyFlags extends PlanFlags {
  readonly from?: string;
  readonly to?: string;
}

const EXAMPLES = `
Examples:
  $ holdfast state copy --from .holdfast     # into the database of the settings
  $ holdfast state copy --to .holdfast       # and back`;

export function define(command: Command, io: Io): void {
  command.addHelpText('after', EXAMPLES);
  const copying = command
    .command('copy', { isDefault: true })
    .description('Copy what Holdfast knows of the targets: last apply, history, checks and backups.')
    .option('--from <place>', 'a state directory, or `postgres`: the database of the settings')
    .option('--to <place>', 'likewise; a new directory or an empty database')
    .addHelpText(
      'after',
      `
The place that you don't name is the one that the settings use. Stop the daemon first. The copy
changes nothing at its source, and can be repeated if it was interrupted.
${EXAMPLES}`,
    );
  onCall(gatewayOptions(sourceOptions(copying)), (flags: CopyFlags) => copy(flags, io));
}

async function copy({ from, to, ...flags }: CopyFlags, io: Io): Promise<void> {
  if (from === undefined && to === undefined)
    throw fail('HF1001', 'state copy needs --from or --to', {
      remedy: 'For example, run `holdfast state copy --from .holdfast`.',
    });
  const { copyState } = await import('../../../compose/state-copy.ts');
  const result = await copyState(flags, { from, to }, io);
  show(io, flags, 'state-copy', { ...result }, (style) =>
    [
      ...result.targets.map(
        ({ target, backups, history, checks }) =>
          `${style.good('✓')} ${target}: ${backups} backups, ${history} history entries, ${checks} checks`,
      ),
      `Copied from ${result.from} to ${result.to}.`,
      '',
    ].join('\n'),
  );
}
