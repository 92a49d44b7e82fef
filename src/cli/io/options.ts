// Flags that several commands share, how an action receives them, and how they are converted to the engine's types.
import { type Command, Option } from 'commander';
import { loadCatalog } from '../../gateway/catalog/catalog.ts';
import { noKeyText } from '../../gateway/catalog/nearby.ts';
import { parsePath, type Path } from '../../domain/path.ts';
import { fail } from '../../domain/problem/problem.ts';
import type { Globals } from '../../compose/io.ts';

/** Registers an action that gets all flags, global ones included, and then the arguments. */
export function onCall<F extends Globals>(
  command: Command,
  act: (flags: F, ...args: (string | undefined)[]) => void | Promise<void>,
): void {
  command.action((...received: unknown[]) => {
    const self = received.at(-1) as Command;
    return act(self.optsWithGlobals<F>(), ...(received.slice(0, -2) as (string | undefined)[]));
  });
}

/** The same for a command with one argument that takes any number of words. */
export function onCallWithWords<F extends Globals>(
  command: Command,
  act: (flags: F, words: readonly string[]) => void | Promise<void>,
): void {
  command.action((words: readonly string[], _own: unknown, self: Command) =>
    act(self.optsWithGlobals<F>(), words),
  );
}

/** A path of the configuration that somebody typed. Throws HF1001. */
export function pathFrom(text: string): Path {
  try {
    return parsePath(text);
  } catch (error) {
    throw fail('HF1001', `"${text}" isn't a path: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** An option that can be given several times. */
export function repeatable(flags: string, description: string): Option {
  return new Option(flags, description).argParser((value: string, before: readonly string[] | undefined) => [
    ...(before ?? []),
    value,
  ]);
}

export function sourceOptions(command: Command): Command {
  return variablesOption(
    command.option(
      '--desired <dir...>',
      'desired-state directory, later ones override earlier ones (default: desired-state)',
    ),
    'read variables for references from this file, as Docker Compose reads .env',
  );
}

export function variablesOption(command: Command, description: string): Command {
  return command
    .option('--variables <file>', description)
    .addOption(new Option('--env-file <file>').hideHelp().argParser(refuseEnvFile));
}

/** Node.js takes this flag for itself, wherever it is, and ends with 9 if the file is missing. */
function refuseEnvFile(file: string): never {
  throw fail('HF1001', '--env-file is a Node.js flag, and Node.js has already read the file', {
    remedy: `Write --variables ${file}.`,
  });
}

export function gatewayOptions(command: Command): Command {
  return command
    .option('--url <url>', 'the URL of the gateway (default: HOLDFAST_URL, else http://127.0.0.1:8317)')
    .option(
      '--key-file <file>',
      'file with the management key (default: HOLDFAST_KEY, else MANAGEMENT_PASSWORD)',
    )
    .option('--key <key>', 'management key; other users can see it in the process list')
    .option('--gateway-config <file>', "take the management key from the gateway's config.yaml")
    .option('--state <dir>', "Holdfast's state directory (default: .holdfast)");
}

export function baseOption(command: Command): Command {
  return command.option(
    '--base <rev>',
    'the commit, branch or tag that was applied last, or `merge-base:main` (default: what the CI job names, if the state directory knows nothing)',
  );
}

export function allowOption(command: Command): Command {
  return command.addOption(
    repeatable('--allow <guard[:path]>', 'override a guard, everywhere or below one path; repeatable'),
  );
}

/** `--only`, which `onlyIn` reads. */
export function onlyOption(command: Command): Command {
  return command.addOption(
    repeatable(
      '--only <path>',
      'limit the command to a path; the rest is neither written nor judged; repeatable',
    ),
  );
}

/** The paths of `--only`, for a request. Throws HF1005 for a key that neither layout has. */
export function onlyIn({ only }: { readonly only?: readonly string[] }): { readonly only?: readonly Path[] } {
  if (!only) return {};
  const catalogs = [loadCatalog('legacy'), loadCatalog('v8')];
  const paths = only.map(pathFrom);
  for (const [i, path] of paths.entries()) {
    const names = path.map(({ name }) => name ?? '*');
    if (!catalogs.some((catalog) => catalog.at(names))) throw fail('HF1005', noKeyText(only[i] ?? ''));
  }
  return { only: paths };
}

export function planOptions(command: Command): Command {
  return onlyOption(allowOption(command))
    .addOption(
      new Option('--mode <mode>', 'use this mode for the targets').choices(['observe', 'apply', 'enforce']),
    )
    .option('--prune', 'remove keys that are no longer in the files, instead of releasing them');
}
