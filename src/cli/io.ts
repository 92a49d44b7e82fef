// The process as commands see it: streams, environment, exit code. Tests hand in their own.
import type { OutputFormat } from '../report/report.ts';
import { type Style, styleFor } from '../report/style.ts';
import type { Clock } from '../nouns/clock.ts';
import { EXIT, type ExitCode } from '../nouns/exit.ts';
import type { Recognise } from '../nouns/redact.ts';

export interface Io {
  /** Results. */
  readonly out: (text: string) => void;
  /** Logs, progress, warnings. */
  readonly err: (text: string) => void;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly stdoutIsTerminal: boolean;
  /** Of the terminal; undefined where there is none. */
  readonly columns?: number | undefined;
  readonly stderrIsTerminal: boolean;
  readonly stdinIsTerminal: boolean;
  readonly stdin: () => Promise<string>;
  /** Asks on the terminal; resolves with what was typed. */
  readonly ask: (question: string) => Promise<string>;
  /** Secrets that must not appear in any output from now on. Absent where nothing guards the streams. */
  readonly hide?: (secrets: Iterable<string>) => void;
  /** Secrets of earlier runs, of which only hashes are known; the last one given for a name counts. */
  readonly recognise?: (name: string, known: Recognise) => void;
  /** A value without any of those secrets, for what leaves by another way than the streams. Absent: nothing is known. */
  readonly redact?: <T>(value: T) => T;
  /** Results that somebody asked for as they are, secrets included (`--reveal`). Absent: `out`. */
  readonly raw?: (text: string) => void;
  /** What waits and times go by. Absent: the system's clock. */
  readonly clock?: Clock;
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

export function processIo(): Io {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    let asked = false;
    process.on(name, () => {
      if (asked) process.exit(EXIT.unexpected);
      asked = true;
      stop.abort(new Error(`stopped by ${name}`));
    });
  }
  // A reader that went away (`holdfast plan | head`) is no error of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  return {
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
      try {
        return await lines.question(question, { signal: stop.signal });
      } finally {
        lines.close();
      }
    },
    signal: stop.signal,
    exit: EXIT.ok,
  };
}
