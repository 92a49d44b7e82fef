// What a person does when the API cannot put things back: words that need no API.
import type { Journal } from '../../domain/state/state.ts';
import type { Run } from '../run/run.ts';

/** Steps where somebody else's changes are in the file: an older backup over it would undo them. */
export function besideOthers(
  run: Run,
  backup: string,
  { changes = [] }: Pick<Journal, 'changes'>,
): readonly string[] {
  const { target } = run.context;
  return [
    `The config.yaml of the gateway holds changes of others: do not put an older backup over it.`,
    `Compare it with backup ${backup}: \`holdfast restore ${backup} --dry-run --target ${target.name}\` writes nothing.`,
    `Take back by hand what is left of this plan: ${changes.join(', ')}. Then restart the gateway.`,
    loginAgain(run),
    `Run \`holdfast apply --retry --target ${target.name}\`: it keeps what is there, closes the open transaction and applies the files.`,
  ];
}

/** A remembered refusal outlives the restart that ended its cause: without this the next step would not be sent. */
const loginAgain = ({ context }: Run): string =>
  `If a login was refused or this address was banned meanwhile, run \`holdfast doctor --retry-auth --target ${context.target.name}\` now that the gateway has restarted.`;

/** Steps that put a backup in place by hand. Written in place, because a rename ends the file watch (C v0 §6.4). */
export function byHand(run: Run, backup: string): readonly string[] {
  const { store, target, gatewayConfigFile } = run.context;
  const from = store.backupFile(target.name, backup);
  const to =
    gatewayConfigFile ?? 'the config.yaml of the gateway (its -config argument, or its working directory)';
  return [
    `On the machine of the gateway, copy ${from} over ${to}, written in place: cat BACKUP > CONFIG. Do not rename over it.`,
    'Restart the gateway.',
    loginAgain(run),
    `Run \`holdfast apply --dry-run --target ${target.name}\`: it closes the open transaction and shows what is left.`,
  ];
}
