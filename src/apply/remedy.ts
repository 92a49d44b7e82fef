// What a person does when the API cannot put things back: words that need no API.
import type { Run } from './run.ts';

/** Steps that put a backup in place by hand. Written in place, because a rename ends the file watch (C v0 §6.4). */
export function byHand(run: Run, backup: string): readonly string[] {
  const { store, target, gatewayConfigFile } = run.context;
  const from = store.backupFile(target.name, backup);
  const to =
    gatewayConfigFile ?? 'the config.yaml of the gateway (its -config argument, or its working directory)';
  return [
    `On the machine of the gateway, copy ${from} over ${to}, written in place: cat BACKUP > CONFIG. Do not rename over it.`,
    'Restart the gateway.',
    `Run \`holdfast apply --dry-run --target ${target.name}\`: it closes the open transaction and shows what is left.`,
  ];
}
