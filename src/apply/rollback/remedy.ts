// Manual steps for a person if a rollback through the API failed. The steps don't need the API.
import type { Journal } from '../../domain/state/state.ts';
import type { Run } from '../run/run.ts';

/** Steps for a file that contains changes by others: an older backup would undo them. */
export function besideOthers(
  run: Run,
  backup: string,
  { changes = [] }: Pick<Journal, 'changes'>,
): readonly string[] {
  const { name } = run.context.target;
  const planned = changes.length > 0 ? ` The plan changes: ${changes.join(', ')}.` : '';
  return [
    `The gateway's config.yaml contains changes by others. Don't replace it with an older backup.`,
    `List what differs from the state before this plan: \`holdfast restore ${backup} --dry-run --target ${name}\`. It writes nothing.${planned}`,
    `Restart the gateway, so that it runs what its config.yaml says.`,
    loginAgain(run),
    `Run \`holdfast apply --retry --target ${name}\`. It closes the open transaction and applies the files. To undo a change of this plan, revert it in the files first.`,
  ];
}

/**
 * The recorded login failure survives the restart of the gateway. Without this step, Holdfast would send nothing in
 * the next one.
 */
const loginAgain = ({ context }: Run): string =>
  `If the gateway refused a login or banned this address in the meantime, run \`holdfast doctor --retry-auth --target ${context.target.name}\` now that the gateway has restarted.`;

/** Steps that restore a backup by hand. They write in place, because a rename ends the file watch (C v0 §6.4). */
export function byHand(run: Run, backup: string): readonly string[] {
  const { store, target, gatewayConfigFile } = run.context;
  const from = store.backupFile(target.name, backup);
  const archive = store.archiveOf(target.name, backup);
  const to =
    gatewayConfigFile ?? "the gateway's config.yaml (its -config argument, or in its working directory)";
  return [
    ...(from === undefined
      ? [
          `Print the backup from the database: \`holdfast backup show ${backup} --reveal --target ${target.name} > BACKUP\`.`,
        ]
      : []),
    `On the gateway's machine, copy ${from ?? 'BACKUP'} over ${to}, and write it in place: cat BACKUP > CONFIG. Don't replace the file by renaming.`,
    ...(archive?.endsWith('.age')
      ? [
          `If that file no longer exists, take BACKUP from ${archive}: age -d -i IDENTITY FILE | jq -j .file > BACKUP`,
        ]
      : []),
    'Restart the gateway.',
    loginAgain(run),
    `Run \`holdfast apply --dry-run --target ${target.name}\`. It closes the open transaction and shows the remaining differences.`,
  ];
}
