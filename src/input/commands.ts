// `${exec:NAME arguments}`: programs that the settings allow by name, such as those of password managers. Bounded in time
// and output, without a shell, with few variables; each command line runs once while its output is fresh.
import { spawn } from 'node:child_process';
import type { Code } from '../domain/problem/codes.ts';
import type { Environment } from './environment.ts';

/** A program that references can run. */
export interface AllowedCommand {
  /** The program and its first arguments. `{1}`, `{2}` stand for arguments of the reference; without them, these follow. */
  readonly command: readonly string[];
  readonly timeoutMs: number;
  /** Variables that it gets besides `PASSED`. */
  readonly env: readonly string[];
  /** The value is the first line of its output. */
  readonly isFirstLine: boolean;
}

export interface CommandOptions {
  readonly allowed: ReadonlyMap<string, AllowedCommand>;
  readonly env: Environment;
  /** Where programs run, absolute. */
  readonly dir: string;
  /** ms; for the age of outputs. */
  readonly now?: () => number;
}

/** The value, or what is wrong, as it follows the text of the reference. */
export type CommandResult =
  | { readonly value: string }
  | { readonly code: Code; readonly message: string; readonly remedy?: string; readonly isTimeout?: true };

export interface Commands {
  /** What is wrong with a reference before it runs: not allowed, other arguments than it takes. */
  refusal(argument: string): CommandResult | undefined;
  /** Values by argument. Programs of one name run one after the other; after one that timed out, none of its name for as long. */
  run(args: readonly string[]): Promise<ReadonlyMap<string, CommandResult>>;
}

/** What programs need to find themselves, their settings and their user's agent. */
const PASSED = ['PATH', 'HOME', 'USER', 'LOGNAME', 'TMPDIR', 'LANG', 'XDG_CONFIG_HOME', 'XDG_RUNTIME_DIR'];
const MOST_BYTES = 64 * 1024;
/** ms; a daemon sees a rotated secret after this time at the latest. */
const FRESH_MS = 5 * 60_000;

type Remembered = Map<string, { readonly result: CommandResult; readonly until: number }>;

export function openCommands({ allowed, env, dir, now = Date.now }: CommandOptions): Commands {
  const known: Remembered = new Map();
  const late: Remembered = new Map();
  const queues = new Map<string, Promise<unknown>>();
  const remembered = (of: Remembered, key: string): CommandResult | undefined => {
    const found = of.get(key);
    return found && found.until > now() ? found.result : undefined;
  };
  const valueOf = async (argument: string, call: Call): Promise<CommandResult> => {
    const { name, rule } = call;
    const before = remembered(known, argument) ?? remembered(late, name);
    if (before) return before;
    const variables = Object.fromEntries([...PASSED, ...rule.env].map((each) => [each, env[each]]));
    const result = await execute(call, { env: variables, cwd: dir });
    if ('value' in result) known.set(argument, { result, until: now() + FRESH_MS });
    if ('isTimeout' in result) late.set(name, { result, until: now() + rule.timeoutMs });
    return result;
  };
  /** One after the other, because a password manager may ask to be unlocked. */
  const inTurn = (argument: string): Promise<CommandResult> => {
    const call = callOf(argument, allowed);
    if ('code' in call) return Promise.resolve(call);
    const turn = (queues.get(call.name) ?? Promise.resolve()).then(() => valueOf(argument, call));
    queues.set(call.name, turn);
    return turn;
  };
  return {
    refusal(argument) {
      const call = callOf(argument, allowed);
      return 'code' in call ? call : undefined;
    },
    async run(args) {
      const results = await Promise.all(args.map(inTurn));
      return new Map(args.map((argument, i) => [argument, results[i] as CommandResult])); // one for each
    },
  };
}

interface Call {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly rule: AllowedCommand;
}

function callOf(
  argument: string,
  allowed: CommandOptions['allowed'],
): Call | Extract<CommandResult, { code: Code }> {
  const words = wordsOf(argument);
  if (!words) return { code: 'HF2021', message: "has a quote that isn't closed" };
  if (argument.includes('\0')) return { code: 'HF2021', message: 'contains a zero byte' };
  const [name = '', ...given] = words;
  const rule = allowed.get(name);
  if (!rule) return { code: 'HF2028', message: `names a command that the settings don't allow: ${name}` };
  if (given.some((word) => word.startsWith('-')))
    return {
      code: 'HF2028',
      message: 'passes an option to the command',
      remedy: `Put options into \`references.exec.${name}.command\` in the settings.`,
    };
  if (given.some((word) => word.split('/').includes('..')))
    return { code: 'HF2028', message: 'leads to a directory above with `..`' };
  const [program = '', ...first] = rule.command;
  const expected = Math.max(0, ...first.flatMap((word) => placesIn(word).map(Number)));
  if (expected === 0) return { name, program, args: [...first, ...given], rule };
  if (given.length !== expected)
    return { code: 'HF2021', message: `has ${given.length} arguments, and ${name} takes ${expected}` };
  const filled = first.map((word) => word.replaceAll(PLACE, (_, number) => given[Number(number) - 1] ?? ''));
  return { name, program, args: filled, rule };
}

const PLACE = /\{([1-9])\}/g;
const placesIn = (word: string): readonly string[] =>
  [...word.matchAll(PLACE)].map(([, number = '']) => number);

const WORD = /(?:[^\s'"]|'[^']*'|"[^"]*")+/g;

/** Words apart by spaces; `'…'` and `"…"` keep them together. Undefined: a quote isn't closed. */
function wordsOf(text: string): readonly string[] | undefined {
  if (text.replaceAll(WORD, '').trim() !== '') return undefined;
  return Array.from(text.matchAll(WORD), ([word]) =>
    word.replaceAll(/'([^']*)'|"([^"]*)"/g, (_, one?: string, two?: string) => one ?? two ?? ''),
  );
}

type Ended = { readonly output: Buffer } | Exclude<CommandResult, { value: string }>;

const failed = (message: string): Exclude<CommandResult, { value: string }> => ({ code: 'HF2029', message });

async function execute(
  { program, args, rule }: Call,
  options: { readonly env: NodeJS.ProcessEnv; readonly cwd: string },
): Promise<CommandResult> {
  const ended = await outputOf(program, args, { ...options, timeoutMs: rule.timeoutMs });
  if (!('output' in ended)) return ended;
  const text = textIn(ended.output);
  if (text === undefined) return failed("printed something that isn't UTF-8 text");
  const value = rule.isFirstLine ? (text.split(/\r?\n/, 1)[0] ?? '') : text.replace(/\r?\n$/, '');
  return value.trim() === '' ? failed('printed nothing') : { value };
}

/** What it prints on standard error may contain secrets, so nobody reads it. */
function outputOf(
  program: string,
  args: readonly string[],
  {
    timeoutMs,
    ...options
  }: { readonly env: NodeJS.ProcessEnv; readonly cwd: string; readonly timeoutMs: number },
): Promise<Ended> {
  return new Promise((done) => {
    const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'ignore'] });
    const chunks: Buffer[] = [];
    let bytes = 0;
    const end = (result: Ended): void => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      child.stdout.destroy();
      done(result);
    };
    const timer = setTimeout(
      () => end({ ...failed(`didn't end within ${timeoutMs / 1000} s`), isTimeout: true }),
      timeoutMs,
    );
    child.stdout.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > MOST_BYTES) end(failed(`printed more than ${MOST_BYTES / 1024} KiB`));
    });
    child.on('error', (error: NodeJS.ErrnoException) => end(failed(reasonOf(error, program))));
    child.on('close', (exit, signal) => {
      if (exit === 0) end({ output: Buffer.concat(chunks) });
      else end(failed(exit === null ? `was ended by ${signal}` : `failed with exit code ${exit}`));
    });
  });
}

function reasonOf({ code }: NodeJS.ErrnoException, program: string): string {
  if (code === 'ENOENT') return `can't run: the program ${program} isn't installed`;
  return code === 'EACCES'
    ? `can't run: ${program} isn't executable`
    : `can't run: ${code ?? 'unknown reason'}`;
}

function textIn(output: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(output);
  } catch {
    return undefined;
  }
}
