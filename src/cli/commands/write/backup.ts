// `holdfast backup list|show|create`.
import type { Command } from 'commander';
import type { BackupRecord } from '../../../domain/state/backup.ts';
import type { Io } from '../../../compose/io.ts';
import { type IdentityFlags, identityOption, meantBackup } from '../../io/meant-backup.ts';
import { gatewayOptions, onCall } from '../../io/options.ts';
import { archivesText, backupsText } from '../../../report/text/history.ts';
import { openCommandSession } from '../../io/session.ts';
import { theTarget } from '../../../compose/session.ts';
import { show } from '../../io/show.ts';
import type { PlanFlags } from '../../../compose/flags.ts';

export function define(command: Command, io: Io): void {
  command.addHelpText(
    'after',
    `
Examples:
  $ holdfast backup create
  $ holdfast backup list
  $ holdfast backup show 20261123T180142Z-1a2b3c4d --reveal > config.yaml
  $ holdfast backup show backups/home-20261123T180142Z-1a2b3c4d.age --identity key.txt --reveal`,
  );
  const listing = command.command('list', { isDefault: true }).description('List backups, newest first.');
  onCall(gatewayOptions(listing), (flags: PlanFlags) => list(flags, io));
  const creating = command.command('create').description('Create a backup of the gateway now.');
  onCall(gatewayOptions(creating), (flags: PlanFlags) => create(flags, io));
  const showing = command.command('show').description('Show one backup.').argument('<id>', 'ID or file');
  showing.option('--reveal', 'print the raw config.yaml, secrets included');
  onCall(gatewayOptions(identityOption(showing)), (flags: ShowFlags, id) => reveal(String(id), flags, io));
}

interface ShowFlags extends PlanFlags, IdentityFlags {
  readonly reveal?: boolean;
}

async function list(flags: PlanFlags, io: Io): Promise<void> {
  await using session = await openCommandSession(flags, io);
  const ofEach = session.targets.map(({ name }) => name);
  const backups = (await Promise.all(ofEach.map((name) => session.store.listBackups(name)))).flat();
  const archives = (await Promise.all(ofEach.map((name) => session.store.listArchives(name)))).flat();
  show(io, flags, 'backup', { backups, archives }, (style, columns) =>
    backups.length === 0 && archives.length > 0
      ? archivesText(archives, style, columns)
      : [backupsText(backups, style, columns), archivesText(archives, style, columns)]
          .filter(Boolean)
          .join('\n'),
  );
}

async function create(flags: PlanFlags, io: Io): Promise<void> {
  const { backUp } = await import('../../../apply/apply.ts');
  await using session = await openCommandSession(flags, io);
  const backups: BackupRecord[] = [];
  for (const target of session.targets) backups.push(await backUp(session.contextOf(target)));
  show(io, flags, 'backup', { backups }, (style, columns) => backupsText(backups, style, columns));
}

async function reveal(id: string, flags: ShowFlags, io: Io): Promise<void> {
  await using session = await openCommandSession(flags, io);
  const target = theTarget(session, 'backup show');
  const meant = await meantBackup(session, target.name, id, flags, io);
  const backup = 'kept' in meant ? meant.kept : await session.store.readBackup(target.name, meant.id);
  const place = 'kept' in meant ? {} : { file: session.store.backupFile(target.name, meant.id) };
  const { file, json: _, ...record } = backup;
  if (flags.reveal) return (io.raw ?? io.out)(file.open());
  show(io, flags, 'backup', { backup: record, ...place }, (style, columns) => {
    const raw = place.file === undefined ? '' : `\nraw file (contains secrets): ${place.file}\n`;
    return `${backupsText([record], style, columns)}${raw}`;
  });
}
