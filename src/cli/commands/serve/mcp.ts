// `holdfast mcp`: the MCP server on standard input and output. Its tools run the commands of this program.
import type { Command } from 'commander';
import type { PlanFlags } from '../../../compose/flags.ts';
import type { Io } from '../../../compose/io.ts';
import { gatewayOptions, onCall, sourceOptions } from '../../io/options.ts';
import { localHost } from '../../mcp/local-host.ts';

export function define(command: Command, io: Io): void {
  gatewayOptions(sourceOptions(command)).addHelpText(
    'after',
    `
An agent's program starts this command, and talks to it on standard input and output. Agents can read, plan, and apply a
plan that a person approved. \`mcp\` in the settings says what else they may do. Secrets are masked in everything that they
get.

Examples:
  $ holdfast mcp --settings /etc/holdfast/holdfast.yaml
  $ claude mcp add holdfast -- npx holdfast mcp`,
  );
  onCall(command, (flags: PlanFlags) => serve(flags, io));
}

async function serve(flags: PlanFlags, io: Io): Promise<void> {
  const [{ serveStdio }, { createServer }, { createMemory }] = await Promise.all([
    import('@modelcontextprotocol/server/stdio'),
    import('../../../mcp/server.ts'),
    import('../../../mcp/memory.ts'),
  ]);
  const host = await localHost(flags, io);
  const memory = createMemory();
  const closed = Promise.withResolvers<void>();
  const handle = serveStdio(() => createServer(host, memory), {
    onerror: ({ message }) => io.err(`${message}\n`),
  });
  process.stdin.once('close', () => closed.resolve());
  process.stdin.once('end', () => closed.resolve());
  io.signal.addEventListener('abort', () => closed.resolve(), { once: true });
  await closed.promise;
  await handle.close();
}
