// `holdfast rotate`: replaces a key without an outage. One call goes as far as it can; the next one continues.
import type { Command } from 'commander';
import type { Io } from '../../compose/io.ts';
import { theTarget } from '../../compose/session.ts';
import { formatPath, parsePath, type Path } from '../../domain/path.ts';
import { fail } from '../../domain/problem/problem.ts';
import { allowOption, gatewayOptions, onCall, pathFrom, sourceOptions } from '../io/options.ts';
import { openCommandSession } from '../io/session.ts';
import { show } from '../io/show.ts';
import { Call, type RotateFlags } from './call.ts';
import { rotationsText, rotationView } from './shown.ts';

export function define(command: Command, io: Io): void {
  const rotate = allowOption(sourceOptions(gatewayOptions(command)))
    .argument('[path]', 'the key, for example api-keys[laptop] or claude-api-key[#7d8a5013]')
    .option('--to <reference>', 'the new value, for example ${env:LAPTOP_KEY_2}')
    .option('--generate', 'make a new client key or management secret, and store it where the settings say')
    .option('--grace <duration>', 'how long both keys stay valid, for example 24h')
    .option('--wait', 'wait until the old key can be removed, instead of stopping')
    .option('--status', 'list the rotations in progress')
    .option('--abort', 'take the new value back')
    .option('--commit', 'commit each edit of the files')
    .option('--no-apply', 'only edit the files: something else applies them')
    .option('--dry-run', 'show the first edit, and write nothing')
    .option('--retry', 'retry an apply that failed before')
    .option('-y, --yes', "don't ask for confirmation")
    .addHelpText(
      'after',
      `
Adds the new value beside the old one in the files, applies them, and verifies that the gateway
accepts both. Waits until --grace is over or, for keys of providers, until the gateway's counters show
that the old one is unused. Then removes the old value and applies again. Run the same command
again to continue, also after a crash.

Examples:
  $ holdfast rotate 'api-keys[laptop]' --generate --grace 24h
  $ holdfast rotate 'claude-api-key[#7d8a5013]' --to '\${env:CLAUDE_KEY_2}' --wait
  $ holdfast rotate remote-management.secret-key --generate
  $ holdfast rotate --status
  $ holdfast rotate 'api-keys[laptop]' --abort`,
    );
  onCall(rotate, (flags: RotateFlags, path) => run(flags, path, io));
}

async function run(flags: RotateFlags, path: string | undefined, io: Io): Promise<void> {
  refuseFlags(flags);
  if (flags.status) return showStatus(flags, path, io);
  const asked = path === undefined ? await theOnly(flags, io) : pathFrom(path);
  const call = new Call(flags, asked, io);
  while (await call.step());
  call.show();
}

function refuseFlags({ to, generate, abort, status }: RotateFlags): void {
  if (to !== undefined && generate) throw fail('HF1001', "--to and --generate can't be used together");
  if (abort && (to !== undefined || generate || status))
    throw fail('HF1001', "--abort can't be used with --to, --generate or --status");
}

async function showStatus(flags: RotateFlags, path: string | undefined, io: Io): Promise<void> {
  await using session = await openCommandSession(flags, io);
  const named = path === undefined ? undefined : formatPath(pathFrom(path));
  const targets = await Promise.all(
    session.targets.map(async ({ name }) => {
      const { rotations = [] } = await session.store.read(name);
      return {
        target: name,
        rotations: rotations.filter((one) => named === undefined || one.path === named),
      };
    }),
  );
  const view = targets.map(({ target, rotations }) => ({ target, rotations: rotations.map(rotationView) }));
  show(io, flags, 'rotate', { targets: view }, (style) => rotationsText(targets, style));
}

async function theOnly(flags: RotateFlags, io: Io): Promise<Path> {
  await using session = await openCommandSession(flags, io);
  const { rotations = [] } = await session.store.read(theTarget(session, 'rotate').name);
  const [only, ...others] = rotations;
  if (only && others.length === 0) return parsePath(only.path);
  if (!only)
    throw fail('HF1001', 'rotate needs the path of a key, because no rotation is in progress', {
      remedy: "For example, run `holdfast rotate 'api-keys[laptop]' --generate`.",
    });
  throw fail('HF1001', `several rotations are in progress: ${rotations.map(({ path }) => path).join(', ')}`);
}
