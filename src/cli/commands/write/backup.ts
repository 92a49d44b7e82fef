// `holdfast backup list|show|create`.
import type { Command } from 'commander';
import type { BackupRecord } from '../../../domain/state/backup.ts';
import type { Io } from '../../../compose/io.ts';
import { gatewayOptions, onCall } from '../../io/options.ts';
import { backupsText } from '../../../report/text/history.ts';
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
  $ holdfast backup show 20261123T180142Z-1a2b3c4d --reveal > config.yaml`,
  );
  const listing = command.command('list', { isDefault: true }).description('List backups, newest first.');
  onCall(gatewayOptions(listing), (flags: PlanFlags) => list(flags, io));
  const creating = command.command('create').description('Create a backup of the gateway now.');
  onCall(gatewayOptions(creating), (flags: PlanFlags) => create(flags, io));
  const showing = command.command('show').description('Show one backup.').argument('<id>');
  showing.option('--reveal', 'print the raw config.yaml, secrets included');
  onCall(gatewayOptions(showing), (flags: PlanFlags, id) => reveal(String(id), flags, io));
}

async function list(flags: PlanFlags, io: Io): Promise<void> {
  await using session = await openCommandSession(flags, io);
  const backups = (
    await Promise.all(session.targets.map(({ name }) => session.store.listBackups(name)))
  ).flat();
  show(io, flags, 'backup', { backups }, (style) => backupsText(backups, style));
}

async function create(flags: PlanFlags, io: Io): Promise<void> {
  const { backUp } = await import('../../../apply/apply.ts');
  await using session = await openCommandSession(flags, io);
  const backups: BackupRecord[] = [];
  for (const target of session.targets) backups.push(await backUp(session.contextOf(target)));
  show(io, flags, 'backup', { backups }, (style) => backupsText(backups, style));
}

async function reveal(id: string, flags: PlanFlags & { readonly reveal?: boolean }, io: Io): Promise<void> {
  await using session = await openCommandSession(flags, io);
  const target = theTarget(session, 'backup show');
  const { file, json: _, ...record } = await session.store.readBackup(target.name, id);
  if (flags.reveal) return (io.raw ?? io.out)(file.open());
  show(
    io,
    flags,
    'backup',
    { backup: record, file: session.store.backupFile(target.name, id) },
    (style) =>
      `${backupsText([record], style)}\nraw file (contains secrets): ${session.store.backupFile(target.name, id)}\n`,
  );
}
