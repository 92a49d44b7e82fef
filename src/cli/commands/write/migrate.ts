// `holdfast migrate`: converts desired-state files from one layout to the other, shows a diff, and verifies that
// they mean the same.
import { isFlat } from '../../../gateway/layout/layouts.ts';
import { Option, type Command } from 'commander';
import type { Layout } from '../../../domain/desired.ts';
import { colouredDiff, unifiedDiff } from '../../../report/text/diff.ts';
import { plural } from '../../../lib/text.ts';
import type { Io } from '../../../compose/io.ts';
import { onCall, sourceOptions } from '../../io/options.ts';
import { show, showWarnings } from '../../io/show.ts';
import type { PlanFlags } from '../../../compose/flags.ts';

interface Flags extends PlanFlags {
  readonly to: Layout;
  readonly write?: boolean;
  readonly out?: string;
}

export function define(command: Command, io: Io): void {
  const migrate = sourceOptions(command)
    .addOption(new Option('--to <layout>', 'the layout to write').choices(['legacy', 'v8']).default('v8'))
    .option('--write', 'rewrite the files in place')
    .option('--out <dir>', 'write the rewritten files here instead')
    .addHelpText(
      'after',
      `
Shows what would change. Writes nothing without --write or --out.

Examples:
  $ holdfast migrate                        # from the flat layout of v6 and v7 to the tree of v8
  $ holdfast migrate --write
  $ holdfast migrate --to legacy --out old`,
    );
  onCall(migrate, (flags: Flags) => run(flags, io));
}

async function run(flags: Flags, io: Io): Promise<void> {
  const { migrateAll } = await import('./migration.ts');
  const { files, problems, written } = await migrateAll(flags, io);
  showWarnings(io, flags, problems);
  const diffs = files.map(({ shown, before, after }) => ({
    file: shown,
    diff: unifiedDiff(before, after, shown),
  }));
  show(
    io,
    flags,
    'migrate',
    { to: flags.to, files: diffs, written },
    (style) =>
      [
        ...diffs.map(({ diff }) => colouredDiff(diff, style)),
        style.dim(summary(files.length, written, flags)),
      ].join('\n'),
    { asIs: true },
  );
}

function summary(count: number, written: readonly string[], { to }: Flags): string {
  const layout = isFlat(to) ? 'the flat layout' : 'the v8 layout';
  if (count === 0) return `nothing to do: the files are in ${layout}`;
  const proof = 'both versions have the same meaning';
  if (written.length === 0)
    return `${plural(count, 'file')} would change, ${proof}. Nothing was written. Add --write to write the files.`;
  return `${plural(written.length, 'file')} rewritten, ${proof}`;
}
