// `--via URL`: the flags by which a command uses a running daemon. Loads no code of the client.
import type { Command } from 'commander';
import type { PlanFlags } from '../../compose/flags.ts';

export interface RemoteFlags extends PlanFlags {
  readonly via?: string;
  readonly viaTokenFile?: string;
  readonly viaCa?: string;
}

/** With `--via` given. */
export type Routed<F extends RemoteFlags> = F & { readonly via: string };

export function remoteOptions(command: Command): Command {
  return command
    .option('--via <url>', 'ask a running daemon (`daemon.http`) instead of the gateway')
    .option('--via-token-file <file>', "file with the daemon's token (default: HOLDFAST_TOKEN)")
    .option('--via-ca <file>', 'PEM file of the certificate authority for the daemon');
}

export function isRouted<F extends RemoteFlags>(flags: F): flags is Routed<F> {
  return flags.via !== undefined;
}
