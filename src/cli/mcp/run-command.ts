// Runs a command of this program for an agent, and returns what it prints as JSON.
import type { Io } from '../../compose/io.ts';
import { EXIT } from '../../domain/problem/exit.ts';
import { fail } from '../../domain/problem/problem.ts';
import type { CommandResult, RunOptions } from '../../mcp/types.ts';

export async function runCommand(
  argv: readonly string[],
  io: Io,
  { signal, onStep, stdin = '' }: RunOptions,
): Promise<CommandResult> {
  if (!io.run) throw fail('HF9001', 'this process runs one command only');
  let out = '';
  const captured: Io = {
    ...io,
    out: (text) => void (out += text),
    err: (text) => text.trim() !== '' && onStep(text.trim()),
    stdoutIsTerminal: false,
    stderrIsTerminal: false,
    stdinIsTerminal: false,
    columns: undefined,
    stdin: async () => stdin,
    ask: async () => '',
    signal: AbortSignal.any([io.signal, signal]),
    exit: EXIT.ok,
  };
  // `--verbose` prints each step: the agent reads them.
  await io.run(['--output', 'json', '--no-color', '--verbose', ...argv], captured);
  return { exit: captured.exit, document: parsed(out) };
}

function parsed(out: string): CommandResult['document'] {
  try {
    return JSON.parse(out) as CommandResult['document']; // every command prints one document
  } catch {
    return { problems: [{ code: 'HF9001', message: 'the command printed no result' }] };
  }
}
