// `holdfast sandbox`: the embedded gateway as a server.
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { fail } from '../../../domain/problem/problem.ts';
import type { Globals, Io } from '../../../compose/io.ts';
import { onCall, repeatable } from '../../io/options.ts';
import { show } from '../../io/show.ts';

/** What `--api` simulates. */
const GATEWAYS = {
  v7: { api: 'v7' },
  v8: { api: 'v8' },
  'v8-early': { api: 'v8', generation: 'A' },
} as const;

interface Flags extends Globals {
  readonly config: string;
  readonly port?: string;
  readonly api: keyof typeof GATEWAYS;
  readonly password?: string;
  readonly fault?: readonly string[];
}

export function define(command: Command, io: Io): void {
  const sandbox = command
    .requiredOption('--config <file>', 'its config.yaml. The sandbox changes the file like the real gateway')
    .option('--port <n>', "port to listen on, 0 for a free one (default: the file's)")
    .addOption(
      new Option(
        '--api <generation>',
        'the gateway to simulate; v8-early is before 8.0.11 and based only on its source',
      )
        .choices(Object.keys(GATEWAYS))
        .default('v7'),
    )
    .option('--password <password>', 'local password, like that of the real gateway')
    .addOption(repeatable('--fault <name[=arg]>', 'a fault to simulate, see docs/sandbox.md; repeatable'))
    .addHelpText(
      'after',
      `
MANAGEMENT_PASSWORD has the same meaning as for the real gateway.

Examples:
  $ holdfast sandbox --config copy-of-config.yaml --port 8317
  $ holdfast sandbox --config copy.yaml --fault drop-writes
  $ HOLDFAST_URL=http://127.0.0.1:8317 holdfast apply     # rehearse on it`,
    );
  onCall(sandbox, (flags: Flags) => run(flags, io));
}

async function run(flags: Flags, io: Io): Promise<void> {
  const { runSandbox } = await import('../../../sandbox/run.ts');
  await runSandbox(
    {
      file: resolve(io.cwd, flags.config),
      ...GATEWAYS[flags.api],
      env: io.env,
      ...(flags.port !== undefined && { port: portOf(flags.port) }),
      ...(flags.password !== undefined && { password: flags.password }),
      ...(flags.fault !== undefined && { faults: flags.fault }),
      started: ({ url, file }) =>
        show(
          io,
          flags,
          'sandbox',
          { url, file },
          () => `sandbox gateway at ${url}, config ${file}; press Ctrl-C to stop it\n`,
        ),
    },
    io.signal,
  );
}

function portOf(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw fail('HF1001', `--port ${text} is not a port`);
  return port;
}
