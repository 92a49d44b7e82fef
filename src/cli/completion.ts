// `holdfast completion bash|zsh|fish`: the script for a shell, and the completions that the script requests.
import { Argument, type Command, Option } from 'commander';
import { loadSettings } from '../settings/settings.ts';
import { oneLine } from '../lib/terminal-safe.ts';
import { type Completion, completionsFor, type ValuesOf } from './completion/completions.ts';
import { SCRIPTS } from './completion/scripts.ts';
import type { Io } from '../compose/io.ts';
import { commandIn, programWith } from './program.ts';

interface Flags {
  /** Called by the script: the candidates for the last word. */
  readonly answer?: boolean;
}

export function define(command: Command, io: Io): void {
  command
    .usage('[options] <shell>')
    .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(SCRIPTS)))
    .addArgument(new Argument('[words...]'))
    .addOption(new Option('--answer').hideHelp())
    .configureHelp({
      showGlobalOptions: true,
      visibleArguments: ({ registeredArguments }) => registeredArguments.slice(0, 1),
    })
    .addHelpText(
      'after',
      `
Completes commands, options, their choices and the names of targets.

Examples:
  $ eval "$(holdfast completion bash)"      # this shell only; the same for zsh
  $ holdfast completion bash > ~/.local/share/bash-completion/completions/holdfast
  $ holdfast completion zsh > "\${fpath[1]}/_holdfast"
  $ holdfast completion fish > ~/.config/fish/completions/holdfast.fish
  $ holdfast() { npx --no-install holdfast "$@"; }    # if installed only in a project`,
    )
    .action(async (shell: keyof typeof SCRIPTS, words: readonly string[], flags: Flags) => {
      if (!flags.answer) return io.out(SCRIPTS[shell]);
      io.out((await answersTo(words, io)).map(lineOf).join(''));
    });
}

async function answersTo(words: readonly string[], io: Io): Promise<readonly Completion[]> {
  const program = await programWith(commandIn(words.slice(0, -1)), io);
  return completionsFor(words, program, valuesIn(io));
}

/** Names of targets from the settings that the words name; none if those have errors. */
function valuesIn({ cwd, env }: Io): ValuesOf {
  return async (option, words) => {
    if (option !== '--target') return undefined;
    const settings = valueOf('--settings', words);
    const flags = settings === undefined ? {} : { settings };
    const loaded = await loadSettings({ flags, cwd, env, offline: true, allowUnresolved: true });
    return loaded.settings?.targets.map(({ name }) => name);
  };
}

function valueOf(option: string, words: readonly string[]): string | undefined {
  const whole = words.find((word) => word.startsWith(`${option}=`));
  const at = words.indexOf(option);
  return whole?.slice(option.length + 1) ?? (at < 0 ? undefined : words[at + 1]);
}

function lineOf({ text, about }: Completion): string {
  return `${text}\t${oneLine(about).replaceAll('\t', ' ')}\n`;
}
