// The candidates at the cursor of an unfinished command line, from the definitions of the commands. Knows no shell.
import type { Argument, Command, Option } from 'commander';

export interface Completion {
  readonly text: string;
  readonly about: string;
}

/** Candidates that depend on the directory, such as the names of targets. Undefined: unknown. */
export type ValuesOf = (option: string, words: readonly string[]) => Promise<readonly string[] | undefined>;

/**
 * `words` follow the program's name; the last one is being typed, and empty if it wasn't begun. No candidates: a
 * file, or a free text.
 */
export async function completionsFor(
  words: readonly string[],
  program: Command,
  valuesOf: ValuesOf,
): Promise<readonly Completion[]> {
  const typed = joined(words);
  const { command, positionals, asks } = walk(program, typed.before);
  const { option, current, shown } = atCursor(typed, asks);
  const all =
    option !== undefined
      ? await valuesFor(option, [program, command], () => valuesOf(option, typed.before))
      : current.startsWith('-')
        ? optionsOf(program, command)
        : wordsOf(program, command, positionals);
  return all
    .filter(({ text }) => text.startsWith(current))
    .map(({ text, about }) => ({ text: shown(text), about }));
}

interface Typed {
  readonly before: readonly string[];
  readonly last: string;
  /** The shell split `--output=js` into three words and completes only the third. */
  readonly isSplit: boolean;
}

/** Bash splits words at `=`; this joins them again. */
function joined(words: readonly string[]): Typed {
  const whole: string[] = [];
  for (const [i, word] of words.entries()) {
    const isPart = i > 0 && (word === '=' || words[i - 1] === '=') && whole.at(-1)?.startsWith('--');
    if (isPart) whole.push(`${whole.pop()}${word}`);
    else whole.push(word);
  }
  const isSplit = words.at(-1) === '=' || words.at(-2) === '=';
  return { before: whole.slice(0, -1), last: whole.at(-1) ?? '', isSplit };
}

interface Walked {
  /** The innermost command on the line. */
  readonly command: Command;
  readonly positionals: readonly string[];
  /** The option whose value comes next. */
  readonly asks: string | undefined;
}

function walk(program: Command, before: readonly string[]): Walked {
  let [command, asks]: [Command, string | undefined] = [program, undefined];
  const positionals: string[] = [];
  for (const word of before) {
    if (asks !== undefined) asks = undefined;
    else if (word.startsWith('-')) asks = takesValue(word, [program, command]) ? word : undefined;
    else command = named(command, word, positionals);
  }
  return { command, positionals, asks };
}

/** The command of that name; otherwise the same command and one more positional. */
function named(command: Command, word: string, positionals: string[]): Command {
  const found = positionals.length === 0 && command.commands.find((one) => one.name() === word);
  if (found) return found;
  positionals.push(word);
  return command;
}

function takesValue(word: string, commands: readonly Command[]): boolean {
  const option = optionNamed(word, commands);
  return option !== undefined && (option.required || option.optional);
}

function optionNamed(word: string, commands: readonly Command[]): Option | undefined {
  return commands
    .flatMap(({ options }) => options)
    .find(({ long, short }) => word === long || word === short);
}

function atCursor(
  { last, isSplit }: Typed,
  asks: string | undefined,
): { option: string | undefined; current: string; shown: (text: string) => string } {
  const [, option, value] = /^(--[^=]+)=(.*)$/s.exec(last) ?? [];
  if (option === undefined || value === undefined)
    return { option: asks, current: last, shown: (text) => text };
  return { option, current: value, shown: (text) => (isSplit ? text : `${option}=${text}`) };
}

const plain = (texts: readonly string[]): Completion[] => texts.map((text) => ({ text, about: '' }));

async function valuesFor(
  word: string,
  commands: readonly Command[],
  known: () => Promise<readonly string[] | undefined>,
): Promise<readonly Completion[]> {
  return plain(optionNamed(word, commands)?.argChoices ?? (await known()) ?? []);
}

function optionsOf(program: Command, command: Command): Completion[] {
  const visible = [...new Set([command, program])].flatMap((one) => one.createHelp().visibleOptions(one));
  const options = new Map(visible.map((option) => [option.long ?? option.flags, option.description]));
  return [...options].map(([text, about]) => ({ text, about }));
}

function wordsOf(program: Command, command: Command, positionals: readonly string[]): Completion[] {
  const isHelp = command === program && positionals.length === 1 && positionals[0] === 'help';
  if (positionals.length === 0 || isHelp) {
    const commands = command.commands.map((one) => ({
      text: one.name(),
      about: one.summary() || one.description(),
    }));
    const help = command === program && !isHelp ? [{ text: 'help', about: 'explain a command' }] : [];
    if (commands.length > 0) return [...commands, ...help];
  }
  return plain(argumentAt(command, positionals.length)?.argChoices ?? []);
}

function argumentAt({ registeredArguments }: Command, index: number): Argument | undefined {
  const last = registeredArguments.at(-1);
  return registeredArguments[index] ?? (last?.variadic ? last : undefined);
}
