// What is wrong with a command line, as a problem with code, position and remedy. Commander finds the error; the
// text and the suggestion are ours. Messages never show a value after an unknown option, because it can be a key.
import { type Argument, Command } from 'commander';
import { fail, type HoldfastError, type Position } from '../../domain/problem/problem.ts';
import { nearest } from '../../lib/suggest.ts';
import { orList } from '../../lib/text.ts';

/** The command throws a HoldfastError where commander would print and exit. */
export class CheckedCommand extends Command {
  readonly #words: readonly string[];

  /** `words`: the command line without node and script. */
  constructor(name: string | undefined, words: readonly string[]) {
    super(name);
    this.#words = words;
  }

  override createCommand(name?: string): CheckedCommand {
    return new CheckedCommand(name, this.#words);
  }

  positionOf(word: string): Position | undefined {
    return wordPosition(this.#words, word);
  }

  override error(message: string, options?: { code?: string }): never {
    throw usageError(this, message.replace(/^error: /, ''), options?.code, this.#words);
  }
}

/** In the line as it was typed, whose first word is `holdfast`; undefined if the line doesn't contain the word. */
export function wordPosition(words: readonly string[], word: string): Position | undefined {
  const index = words.findIndex((each) => each === word || each.startsWith(`${word}=`));
  if (index < 0) return undefined;
  const before = ['holdfast', ...words.slice(0, index)].join(' ');
  return { file: 'command line', line: 1, column: Array.from(before).length + 2 };
}

/** For a word that a command itself refuses. */
export const positionIn = (command: Command, word: string): Position | undefined =>
  command instanceof CheckedCommand ? command.positionOf(word) : undefined;

interface Fault {
  readonly message: string;
  readonly remedy: string;
  /** The word that is wrong. */
  readonly word?: string;
}

function usageError(
  command: Command,
  said: string,
  code: string | undefined,
  words: readonly string[],
): HoldfastError {
  const { message, remedy, word } = faultOf(command, said, code);
  const position = word === undefined ? undefined : wordPosition(words, word);
  return fail('HF1001', message, { remedy, position });
}

function faultOf(command: Command, said: string, code: string | undefined): Fault {
  const [, quoted = ''] = /'([^']*)'/.exec(said) ?? [];
  const see = `See \`${nameOf(command)} --help\`.`;
  switch (code) {
    case 'commander.unknownOption':
      return unknownOption(command, /^unknown option '(.*?)'/s.exec(said)?.[1] ?? quoted, see);
    case 'commander.excessArguments':
    case 'commander.unknownCommand':
      return excessWord(command, see);
    case 'commander.missingArgument':
      return missingArgument(command, quoted);
    case 'commander.optionMissingArgument':
      return {
        message: `${flagIn(quoted)} has no value`,
        remedy: `Add the value: \`${quoted}\`. ${see}`,
        word: flagIn(quoted),
      };
    case 'commander.missingMandatoryOptionValue':
      return { message: `${nameOf(command)} needs ${flagIn(quoted)}`, remedy: `Add \`${quoted}\`. ${see}` };
    case 'commander.conflictingOption':
      return conflict(said, see);
    case 'commander.invalidArgument':
      return invalidValue(said, see);
    default:
      return { message: said, remedy: see };
  }
}

function unknownOption(command: Command, written: string, see: string): Fault {
  const [flag = ''] = written.split('=');
  const near = nearest(flag, optionsOf(command));
  const remedy = near === undefined ? see : `Did you mean \`${near}\`? ${see}`;
  return { message: `unknown option ${flag}`, remedy, word: flag };
}

/** An unexpected word: a mistyped command, an option without its dashes, or anything else. */
function excessWord(command: Command, see: string): Fault {
  const { registeredArguments, args, parent } = command;
  const word = args[registeredArguments.length] ?? '';
  const siblings = [command, parent].flatMap((one) => (one && one !== root(command) ? one.commands : []));
  const sibling = nearest(
    word,
    siblings.map((one) => one.name()),
  );
  const option =
    optionsOf(command).find((flag) => flag === `--${word}`) ?? nearest(`--${word}`, optionsOf(command));
  const found = siblings.find((one) => one.name() === sibling);
  const near = found ? nameOf(found) : option;
  const takes =
    ['no argument', 'one argument'][registeredArguments.length] ?? `${registeredArguments.length} arguments`;
  return {
    message: `${nameOf(command)} takes ${takes}, but got ${isPrintable(command) ? `"${word}"` : 'another word'}`,
    remedy: near === undefined ? see : `Did you mean \`${near}\`? ${see}`,
    word,
  };
}

/** A word next to `--key` can be a part of the key. */
const isPrintable = (command: Command): boolean => command.opts<{ key?: string }>().key === undefined;

/** `option '--output <format>' argument 'xml' is invalid. Allowed choices are text, json.` */
function invalidValue(said: string, see: string): Fault {
  const [, option, argument] = /^option '([^']*)'|for argument '([^']*)'/.exec(said) ?? [];
  const [, value = ''] = /(?:argument|value) '(.*?)' is invalid/s.exec(said) ?? [];
  const choices = /Allowed choices are (.*?)\.?$/.exec(said)?.[1]?.split(', ') ?? [];
  const near = nearest(value, choices);
  const meant = near === undefined ? '' : `Did you mean \`${near}\`? `;
  const use = choices.length === 0 ? '' : `Use ${orList(choices)}. `;
  const name = option === undefined ? `<${argument}>` : flagIn(option);
  return { message: `${name} can't be "${value}"`, remedy: `${meant}${use}${see}`, word: value };
}

/** `option '--until <moment>' cannot be used with option '--for <time>'` */
function conflict(said: string, see: string): Fault {
  const [one = '', other = ''] = [...said.matchAll(/option '([^']*)'/g)].map(([, flags = '']) =>
    flagIn(flags),
  );
  return {
    message: `${one} and ${other} can't be used together`,
    remedy: `Remove one of them. ${see}`,
    word: one,
  };
}

function missingArgument(command: Command, name: string): Fault {
  const words = command.registeredArguments.map(argumentText);
  const missing = command.registeredArguments.find((argument) => argument.name() === name);
  const about = missing?.description ? ` <${name}>: ${missing.description}.` : '';
  return {
    message: `${nameOf(command)} needs <${name}>`,
    remedy: `Write \`${[nameOf(command), ...words].join(' ')}\`.${about} See \`${nameOf(command)} --help\`.`,
  };
}

function argumentText(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}

const flagIn = (flags: string): string => /--[\w-]+/.exec(flags)?.[0] ?? flags;

/** The options of a command and of all its parents that help shows, by their long names. */
function optionsOf(command: Command): string[] {
  const own = command
    .createHelp()
    .visibleOptions(command)
    .flatMap(({ long }) => (long === undefined || long === null ? [] : [long]));
  return command.parent ? [...own, ...optionsOf(command.parent)] : own;
}

function root(command: Command): Command {
  return command.parent ? root(command.parent) : command;
}

const nameOf = (command: Command): string =>
  command.parent ? `${nameOf(command.parent)} ${command.name()}` : command.name();
