// `holdfast pull`: the live gateway as desired state, verified to change nothing.
import { join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { adopt, type Adopted } from '../../adopt/adopt.ts';
import { envExample, withHeading } from '../../adopt/files.ts';
import { type Selection, selectionProblems } from '../../adopt/ownership.ts';
import { agreementProblems } from '../../adopt/prove.ts';
import { sourceOf } from '../../adopt/source.ts';
import type { DeepLive } from '../../apply/run/read.ts';
import { loadCatalog } from '../../gateway/catalog/catalog.ts';
import { HoldfastError, type Problem } from '../../domain/problem/problem.ts';
import type { Target } from '../../domain/target.ts';
import type { Remembered } from '../../plan/last-applied.ts';
import { seal } from '../../domain/secret.ts';
import { withValues } from '../../compose/values-file.ts';
import type { Io } from '../../compose/io.ts';
import { gatewayOptions, onCall, pathFrom, repeatable, variablesOption } from '../io/options.ts';
import { progress } from '../io/progress.ts';
import {
  type Destination,
  destinationOf,
  exists,
  otherFiles,
  refuseExisting,
  shownIn,
  type Texts,
  type Written,
  warningsAbout,
  writeAll,
} from './files.ts';
import { keepReplaced, refuseUncommitted } from './existing.ts';
import { linesFrom, type PlacedLines, withLines } from './lines.ts';
import { ownPlaces, refuseChanges } from './proof.ts';
import { schemaHint } from './schema-hint.ts';
import { inSecretFiles, type StoreFlags, STORES, type Stores, storesOf } from './secrets.ts';
import { openCommandSession } from '../io/session.ts';
import { type Session, theTarget } from '../../compose/session.ts';
import { withTarget } from '../../state/with-target.ts';
import { showPulled } from './show.ts';
import type { PlanFlags } from '../../compose/flags.ts';

export interface PullFlags extends PlanFlags, StoreFlags {
  readonly outputDir?: string;
  readonly file?: string;
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly force?: boolean;
  readonly print?: boolean;
  readonly linesFrom?: string;
}

export function define(command: Command, io: Io): void {
  const pull = variablesOption(gatewayOptions(command), 'file of variables whose names are already in use')
    .option(
      '--output-dir <dir>',
      'the directory for the files (default: the last directory that the target reads, else desired-state)',
    )
    .option('--file <name>', 'the name of the desired-state file in that directory (default: gateway.yaml)')
    .option('--write-env <file>', 'add the secrets to this file, which only you can read')
    .addOption(
      new Option(
        '--secrets <where>',
        'write the values too: to the file of variables, to one file each, or to a file encrypted with SOPS',
      ).choices(STORES),
    )
    .addOption(repeatable('--include <path>', 'declare a path that is excluded by default; repeatable'))
    .addOption(repeatable('--exclude <path>', 'exclude a path from the files; repeatable'))
    .option(
      '--lines-from <count>',
      'keep keys in a file of lines if this many entries in a row differ by the key alone (default: 10; 0: never)',
    )
    .option('--force', 'replace existing files, and keep copies of them')
    .option('--print', 'print the file, write nothing')
    .addHelpText(
      'after',
      `
Secrets become references (\${env:NAME}), listed in .env.example. From 10 entries in a row that differ
by the key alone, the keys become a file of lines (\${lines:FILE}) in the directory secrets. Only you
can read it, and git ignores it. Settings of the gateway's machine are excluded: host, port, tls,
auth-dir, plugins.dir, remote-management, and defaults that the gateway writes itself. Comments stay. The files have the same layout (flat or v8) as the gateway's
file. The command first verifies that a plan of the files is empty, and only then writes them.

With --secrets, the values are written too: env to --write-env, \`env-file\` of the settings or .env;
files to \`secrets-dir\` of the settings or the directory secrets, with \${file:PATH} as references;
sops to an encrypted --write-env or \`env-file\`, or secrets.sops.yaml.

Examples:
  $ holdfast pull
  $ holdfast pull --output-dir my-gateway --write-env my-gateway/.env
  $ holdfast pull --secrets sops
  $ holdfast pull --print --exclude payload | less
  $ holdfast pull --include remote-management.allow-remote --force`,
    );
  onCall(pull, (flags: PullFlags) => run(flags, io));
}

async function run(flags: PullFlags, io: Io): Promise<void> {
  showPulled(await pullFiles(flags, io));
}

/**
 * Reads, verifies and writes. Rejects before anything is written, unless the disk fails. `referencesFrom`: where
 * relative references start; absent: at the directory of the settings.
 */
export async function pullFiles(
  flags: PullFlags,
  io: Io,
  { referencesFrom }: { readonly referencesFrom?: string } = {},
): Promise<Pulled> {
  const from = linesFrom(flags.linesFrom);
  await using session = await openCommandSession(flags, io, progress(flags, io, { notices: true }));
  const target = theTarget(session, 'pull');
  const own = ownPlaces(session, target);
  const place = destinationOf(flags, io.cwd, own);
  const selection = selectionOf(flags);
  const refuseAt = flags.force ? refuseUncommitted : refuseExisting;
  if (!flags.print) await refuseAt([place.file, place.example], io.cwd);
  const start = referencesFrom ?? session.settings.dir;
  const stores = await storesOf(flags, session, { dir: place.dir, own, from: start, cwd: io.cwd });
  const destination = { ...place, values: stores.values?.path };
  const { readOnce } = await import('../../apply/steps/read-once.ts');
  const live = await readOnce(session.contextOf(target), 'pull');
  refuseAny(agreementProblems(live));
  const source = sourceOf(live);
  const env = { ...session.env, ...stores.values?.held };
  const whole = await adopt(source, { selection, env: { ...stores.files?.held, ...env } });
  io.hide?.(whole.variables.map(({ secret }) => secret.open()));
  const rules = session.settings.references;
  const folded = await withLines(whole, source.dialect, {
    dir: destination.dir,
    referencesFrom: start,
    rules,
    env: { ...stores.files?.held, ...env },
    from,
  });
  const { adopted, files: lines } = stores.files ? inSecretFiles(folded, stores.files, env) : folded;
  if (!flags.print)
    await refuseAt(
      lines.map(({ path }) => path),
      io.cwd,
    );
  const plain = textsOf(adopted, { destination, target, live, io, lines });
  const proving = { session, target, live, destination, io, lines, referencesFrom: start };
  const remembered = await refuseChanges(plain.file, adopted, proving);
  const texts = flags.print ? plain : await withSecrets(plain, adopted, stores, session);
  const kept = flags.print ? undefined : await replaceAll(destination, texts, session);
  const problems = [
    ...adopted.notes,
    ...(flags.print ? [] : await warningsAbout(destination, texts, io.cwd)),
  ];
  const adoption =
    !flags.print &&
    (await adopts(session, target, destination)) &&
    (await record(session, target, remembered));
  const unset = await unsetOf(adopted, session, destination, flags);
  return { flags, io, target, destination, adopted, texts, problems, adoption, kept, unset };
}

/** Variables of the pulled files that have no value where the next command looks for it. */
export interface Unset {
  readonly names: readonly string[];
  /** The file of variables that commands read from now on; `isThere`: the user must add to it. */
  readonly file: string;
  readonly isThere: boolean;
  /** The settings or the environment already contain the values, so no flag is needed. */
  readonly isNamed: boolean;
}

async function unsetOf(
  { variables }: Adopted,
  { env, settings }: Session,
  { dir, values }: Written,
  { variables: flag }: PullFlags,
): Promise<Unset> {
  const file = values ?? settings.variables ?? join(dir, '.env');
  const unset =
    values === undefined ? variables.filter(({ name, secret }) => env[name] !== secret.open()) : [];
  const inSettings = flag === undefined && settings.variables === file;
  const isNamed =
    inSettings || (values === undefined && settings.variables === undefined && unset.length === 0);
  return { names: unset.map(({ name }) => name), file, isThere: await exists(file), isNamed };
}

/** The directory of the copies of replaced files. */
async function replaceAll(
  destination: Written,
  texts: Texts,
  { settings, clock }: Session,
): Promise<string | undefined> {
  const kept = await keepReplaced(destination, texts, { stateDir: settings.state.dir, now: clock.now() });
  await writeAll(destination, texts);
  return kept;
}

/** Whether the pulled file alone is what the target declares: then it is in effect, as after an apply in sync. */
async function adopts({ settings }: Session, target: Target, { dir, file }: Destination): Promise<boolean> {
  const declared = target.desired.map((each) => resolve(settings.dir, each));
  const meant = settings.file === undefined || (declared.length === 1 && declared[0] === dir);
  return target.mode !== 'observe' && meant && (await otherFiles(dir, file)).length === 0;
}

async function record({ store }: Session, { name }: Target, remembered: Remembered): Promise<true> {
  await withTarget(store, { target: name, owner: 'holdfast pull' }, () => store.update(name, remembered));
  return true;
}

function selectionOf({ include = [], exclude = [] }: PullFlags): Selection {
  const selection = { include: include.map(pathFrom), exclude: exclude.map(pathFrom) };
  refuseAny(selectionProblems(loadCatalog('legacy'), selection));
  return selection;
}

function refuseAny(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new HoldfastError(problems);
}

interface Writing {
  readonly destination: Destination;
  readonly target: Target;
  readonly live: DeepLive;
  readonly io: Io;
  readonly lines: readonly PlacedLines[];
}

function textsOf(adopted: Adopted, { destination, target, live, io, lines }: Writing): Texts {
  const { file } = destination;
  const { name, url } = target;
  return {
    file: withHeading(adopted.text, {
      target: name,
      url,
      schema: schemaHint(`${live.layout}.schema.json`, file, io.cwd),
      hasLines: lines.length > 0,
    }),
    example: envExample(
      adopted.variables,
      lines.map(({ path, ...file }) => ({ ...file, shown: shownIn(destination.dir, path) })),
    ),
    lines,
    values: undefined,
    isEncrypted: false,
  };
}

async function withSecrets(
  texts: Texts,
  { variables }: Adopted,
  { values }: Stores,
  { env }: Session,
): Promise<Texts> {
  if (!values) return texts;
  const after = await withValues(values, variables, env);
  return { ...texts, values: seal(after), isEncrypted: values.encrypted !== undefined };
}

export interface Pulled {
  readonly flags: PullFlags;
  readonly io: Io;
  readonly target: Target;
  readonly destination: Written;
  readonly adopted: Adopted;
  readonly texts: Texts;
  readonly problems: readonly Problem[];
  /** Recorded as in effect, so that the next change of the files counts as a change of the files. */
  readonly adoption: boolean;
  /** Where the copies of replaced files are, absolute. */
  readonly kept: string | undefined;
  readonly unset: Unset;
}
