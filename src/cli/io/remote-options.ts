// `--via URL`: the flags by which a command uses a running daemon. Loads no code of the client.
import type { Command } from 'commander';
import { isIPv6 } from 'node:net';
import type { PlanFlags } from '../../compose/flags.ts';
import type { Settings } from '../../settings/settings.ts';

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

/** Where the files are, if the daemon follows a repository and they aren't here. */
export function atTheDaemon({ daemon }: Pick<Settings, 'daemon'>): string | undefined {
  return daemon.source && `in the repository that the daemon follows; ask it with ${viaOf(daemon)}`;
}

/** The flag with the address of the daemon, as far as the settings say it. */
function viaOf({ http }: Settings['daemon']): string {
  if (!http) return '`--via URL`';
  const { publicUrl, tls, listen } = http;
  const host = isIPv6(listen.host) ? `[${listen.host}]` : listen.host;
  return `\`--via ${publicUrl?.href ?? `${tls ? 'https' : 'http'}://${host}:${listen.port}`}\``;
}
