// `holdfast adopt`: what changed on the gateway as the smallest edit of the files that declare it.
import { resolve, sep } from 'node:path';
import { type Command, Option } from 'commander';
import type { Choice } from '../../adopt/drift/chosen.ts';
import { type Adoption, adoptionMessage, adoptionOf } from '../../compose/adoption.ts';
import type { Io } from '../../compose/io.ts';
import { type Session, theTarget } from '../../compose/session.ts';
import { fail, HoldfastError } from '../../domain/problem/problem.ts';
import type { Target } from '../../domain/target.ts';
import {
  baseOption,
  gatewayOptions,
  onCallWithWords,
  onlyOption,
  pathFrom,
  sourceOptions,
} from '../io/options.ts';
import { isRouted, type RemoteFlags, remoteOptions } from '../io/remote-options.ts';
import { progress } from '../io/progress.ts';
import { openCommandSession } from '../io/session.ts';
import { show, showWarnings } from '../io/show.ts';
import { recordCheck } from '../edits/checked.ts';
import { warningsAboutEdits } from '../edits/warnings.ts';
import type { Committed } from '../edits/commit.ts';
import { type ProposeFlags, proposeEdits, type ProposingJob, openProposing } from './propose.ts';
import { adoptionContent, adoptionText } from './shown.ts';
import { asksToWrite, refuseFlags, type WriteFlags, writeEdits, writeOptions } from '../edits/write.ts';

export interface AdoptFlags extends RemoteFlags, WriteFlags, ProposeFlags {
  readonly keep?: Choice['keep'];
  readonly into?: string;
  readonly writeEnv?: string;
}

export function define(command: Command, io: Io): void {
  const adopt = remoteOptions(onlyOption(baseOption(gatewayOptions(sourceOptions(command)))))
    .argument(
      '[path...]',
      'what to adopt, as `holdfast drift` shows it (default: everything that the gateway changed)',
    )
    .addOption(
      new Option('--keep <side>', 'what to do with a value that changed on both sides').choices([
        'theirs',
        'ours',
      ]),
    )
    .option('--into <file>', 'write new entries into this file instead of beside their neighbors')
    .option(
      '--write-env <file>',
      'add values of new variables to this file (default: `secrets-dir` or `env-file` of the settings)',
    );
  writeOptions(adopt)
    .option(
      '--pull-request',
      'in a CI job: push the edits to holdfast/adopt-TARGET, or to --branch, and open or update its pull request',
    )
    .addHelpText(
      'after',
      `
Prints one unified diff, and writes nothing without --write or --commit. Comments, order, quotes
and references stay. A new secret becomes a reference; its value goes to the file of variables,
never into YAML. The command first verifies that a plan of the edited files is empty for these
paths. With --via, the daemon pushes a commit to holdfast/adopt-TARGET, or to --branch, of the
repository that it follows. \`theirs\` is the gateway's value, \`ours\` is the value of the files.

Examples:
  $ holdfast adopt
  $ holdfast adopt routing.strategy 'claude-api-key[#7d8a5013]' --write
  $ holdfast adopt --keep theirs --branch adopt-drift --commit
  $ holdfast adopt --into desired-state/new.yaml --write
  $ holdfast adopt --pull-request      # in a scheduled job`,
    );
  onCallWithWords(adopt, (flags: AdoptFlags, words) => run(flags, words, io));
}

async function run(flags: AdoptFlags, words: readonly string[], io: Io): Promise<void> {
  if (isRouted(flags)) return (await import('./remote.ts')).adoptVia(flags, words, io);
  if (!flags.pullRequest) refuseFlags(flags);
  else if (asksToWrite(flags)) throw fail('HF1001', '--pull-request excludes --write and --commit');
  const proposing = flags.pullRequest ? await openProposing(io) : undefined;
  await using _forge = proposing?.forge;
  await using session = await openCommandSession(flags, io, progress(flags, io, { notices: true }), {
    question: 'drift',
  });
  const target = theTarget(session, 'adopt');
  const choice: Choice = { paths: [...words, ...(flags.only ?? [])].map(pathFrom), keep: flags.keep };
  const adoption = await adoptionOf(session, target, {
    choice,
    into: intoFile(flags, io, session, target),
    writeEnv: flags.writeEnv === undefined ? undefined : resolve(io.cwd, flags.writeEnv),
  });
  await finish(adoption, { flags, io, session, target, ...(proposing && { proposing }) });
}

/** Rejects a file that no plan of the target would read. */
function intoFile(
  { into }: AdoptFlags,
  { cwd }: Io,
  { settings }: Session,
  target: Target,
): string | undefined {
  if (into === undefined) return undefined;
  const path = resolve(cwd, into);
  const isRead = target.desired.some((dir) => path.startsWith(`${resolve(settings.dir, dir)}${sep}`));
  if (isRead && /\.ya?ml$/i.test(path)) return path;
  throw fail('HF1001', `--into ${into} isn't a YAML file in a directory that ${target.name} reads`, {
    remedy: `Name a file in ${target.desired.join(' or ')}.`,
  });
}

export interface Finishing {
  readonly flags: AdoptFlags;
  readonly io: Io;
  readonly session: Session;
  readonly target: Target;
  /** Where the edits become a pull request. */
  readonly proposing?: ProposingJob;
}

/** Writes what was asked for, and shows what came of it. */
export async function finish(adoption: Adoption, finishing: Finishing): Promise<void> {
  const { flags, io } = finishing;
  io.hide?.(adoption.variables.map(({ secret }) => secret.open()));
  const warnings = await warningsAboutEdits(adoption, finishing);
  const { proposing } = finishing;
  const proposed = proposing && (await proposeEdits(adoption, flags, proposing, io.signal));
  const committed = proposed?.committed ?? (await writeAdoption(adoption, finishing));
  const problems = [...warnings, ...(proposed?.problems ?? [])];
  if (proposed && proposed.problems.length > 0) io.exit = new HoldfastError(proposed.problems).exit;
  const written = flags.write === true || committed !== undefined;
  const result = { adoption, committed, written, pullRequest: proposed?.pullRequest, problems };
  show(io, flags, 'adopt', adoptionContent(result), (style) => adoptionText(result, style), { asIs: true });
  if (flags.output === 'text') showWarnings(io, flags, problems);
}

/** Writes what the flags ask for; undefined: nothing was committed. */
export async function writeAdoption(
  adoption: Adoption,
  { flags, io, session }: Finishing,
): Promise<Committed | undefined> {
  const { files, variables, storesValues, target } = adoption;
  if (!asksToWrite(flags) || files.length === 0) return undefined;
  if (variables.length > 0 && !storesValues)
    throw fail(
      'HF2096',
      `${variables.map(({ name }) => name).join(', ')} would be new, and no file of variables is named`,
      {
        target,
      },
    );
  const committed = await writeEdits(files, flags, {
    io,
    stateDir: session.settings.state.dir,
    publish: session.publish,
    message: adoptionMessage(adoption),
  });
  // On a branch, the files of the target are as before.
  if (flags.branch === undefined) await recordCheck(session, adoption);
  return committed;
}
