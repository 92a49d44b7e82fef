// The process as commands see it: streams, environment, exit code. Tests pass in their own.
import type { OutputFormat } from '../report/report.ts';
import { type Style, styleFor } from '../report/text/style.ts';
import type { Clock } from '../domain/clock.ts';
import { EXIT, type ExitCode } from '../domain/problem/exit.ts';
import { fail } from '../domain/problem/problem.ts';
import type { HashedSecrets } from '../desired/read/origins.ts';
import type { Session } from './session.ts';
import { type Screen, terminalScreen } from './terminal/screen.ts';

export interface Io {
  /** Results. */
  readonly out: (text: string) => void;
  /** Logs, progress, warnings. */
  readonly err: (text: string) => void;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly stdoutIsTerminal: boolean;
  /** Of the terminal; undefined if there is none. */
  readonly columns?: number | undefined;
  readonly stderrIsTerminal: boolean;
  readonly stdinIsTerminal: boolean;
  readonly stdin: () => Promise<string>;
  /** Asks on the terminal; resolves with the input. */
  readonly ask: (question: string) => Promise<string>;
  /** Secrets that must not appear in any output from now on. Absent if the streams aren't filtered. */
  readonly hide?: (secrets: Iterable<string>) => void;
  /** Secrets of earlier runs, known only as hashes; the last one for a name counts. */
  readonly recognise?: (name: string, known: HashedSecrets) => void;
  /** A value without any of those secrets, for other output than the streams. Absent: nothing is known. */
  readonly redact?: <T>(value: T) => T;
  /** Unredacted results on request (`--reveal`). Absent: `out`. */
  readonly raw?: (text: string) => void;
  /**
   * Shows a line on the terminal that the next one replaces and the next output removes; an empty one removes it.
   * Absent: nobody watches.
   */
  readonly transient?: (line: string) => void;
  /** The whole terminal, for a page that changes. Absent: not a terminal, or one that can't do it. */
  readonly screen?: Screen;
  /** The clock for waits and times. Absent: the system's clock. */
  readonly clock?: Clock;
  /** Runs another command line of Holdfast, with streams of its own. Absent where nothing but one command can run. */
  readonly run?: (argv: readonly string[], io: Io) => Promise<void>;
  /** The session of the daemon that the command runs in. Absent: the command opens its own. */
  readonly session?: () => Session;
  /** Aborts on SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  /** The code the process will end with. */
  exit: ExitCode;
}

/** Flags every command has. */
export interface Globals {
  readonly settings?: string;
  readonly target?: readonly string[];
  readonly output: OutputFormat;
  readonly color: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

export function styleOf(io: Io, globals: Globals, stream: 'stdout' | 'stderr' = 'stdout'): Style {
  const isTTY = stream === 'stdout' ? io.stdoutIsTerminal : io.stderrIsTerminal;
  return styleFor({ isTTY }, io.env, globals.color);
}

/** ms: with npm, a program gets Ctrl-C twice, from the terminal and from npm. */
const SAME_MS = 300;

/** Listens for signals: the first requests a stop, a later one ends the process immediately. */
export function processIo(): Io {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    let askedAt: number | undefined;
    process.on(name, () => {
      if (askedAt !== undefined && performance.now() - askedAt < SAME_MS) return;
      if (askedAt !== undefined) process.exit(EXIT.unexpected);
      askedAt = performance.now();
      stop.abort(new Error(`stopped by ${name}`));
    });
  }
  // A reader that closes the pipe (`holdfast plan | head`) isn't an error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  return {
    ...(process.stdout.isTTY &&
      process.env['TERM'] !== 'dumb' && {
        screen: terminalScreen(process.stdout, process.stdin.isTTY ? process.stdin : undefined, () =>
          stop.abort(new Error('stopped by a key')),
        ),
      }),
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    env: process.env,
    cwd: process.cwd(),
    stdoutIsTerminal: process.stdout.isTTY === true,
    columns: process.stdout.isTTY ? process.stdout.columns : undefined,
    stderrIsTerminal: process.stderr.isTTY === true,
    stdinIsTerminal: process.stdin.isTTY === true,
    stdin: async () => {
      const parts: Buffer[] = [];
      for await (const part of process.stdin) parts.push(part as Buffer);
      return Buffer.concat(parts).toString('utf8');
    },
    ask: async (question) => {
      const { createInterface } = await import('node:readline/promises');
      const lines = createInterface({ input: process.stdin, output: process.stderr });
      // Ctrl-C goes to the process that reads from the terminal. Without an answer at the end of the input, the
      // result is empty.
      lines.once('SIGINT', () => stop.abort(new Error('stopped by SIGINT')));
      const ended = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
      try {
        return await Promise.race([lines.question(question, { signal: stop.signal }), ended]);
      } catch (error) {
        throw stop.signal.aborted ? fail('HF5007', 'stopped by a signal') : error;
      } finally {
        lines.close();
      }
    },
    signal: stop.signal,
    exit: EXIT.ok,
  };
}
