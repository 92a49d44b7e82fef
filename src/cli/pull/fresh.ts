// A pull into a directory that is empty, or whose files are to be replaced: new files, verified before they are written.
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { adopt, type Adopted } from '../../adopt/adopt.ts';
import { envExample, withHeading } from '../../adopt/files.ts';
import { agreementProblems } from '../../adopt/prove.ts';
import { hasEveryKey } from '../../adopt/lines.ts';
import type { Selection } from '../../adopt/ownership.ts';
import { type Source, sourceOf } from '../../adopt/source.ts';
import type { DeepLive } from '../../apply/run/read.ts';
import type { Problem } from '../../domain/problem/problem.ts';
import type { Target } from '../../domain/target.ts';
import type { Remembered } from '../../plan/last-applied.ts';
import { seal } from '../../domain/secret.ts';
import { withValues } from '../../compose/secrets/values-file.ts';
import type { Io } from '../../compose/io.ts';
import type { Session } from '../../compose/session.ts';
import { progress } from '../io/progress.ts';
import { openCommandSession } from '../io/session.ts';
import { unifiedDiff } from '../../report/text/diff.ts';
import { withTarget } from '../../state/with-target.ts';
import { keepReplaced, refuseUncommitted } from './existing.ts';
import { inSecretFiles, type Stores, storesOf } from './secrets.ts';
import {
  type Destination,
  exists,
  otherFiles,
  refuseExisting,
  type Texts,
  type Written,
  warningsAbout,
  writeAll,
} from './files.ts';
import { shownIn } from '../io/shown-in.ts';
import { linesFrom, type LinesPlace, type PlacedLines, type PulledLines, withLines } from './lines.ts';
import { ownPlaces, refuseChanges } from './proof.ts';
import { isShownOnly, type PullFlags, type Pulling, pullingOf, refuseAny } from './pulling.ts';
import { schemaHint } from './schema-hint.ts';

/**
 * Reads, verifies and writes new files. Rejects before anything is written, unless the disk fails. `referencesFrom`:
 * where relative references start; absent: at the directory of the settings.
 */
export async function pullFiles(
  flags: PullFlags,
  io: Io,
  where: { readonly referencesFrom?: string } = {},
): Promise<Pulled> {
  linesFrom(flags.linesFrom);
  await using session = await openCommandSession(flags, io, progress(flags, io, { notices: true }));
  return pullAnew(pullingOf(session, flags, io), where);
}

export async function pullAnew(
  { session, target, destination: place, selection, flags, io }: Pulling,
  { referencesFrom }: { readonly referencesFrom?: string } = {},
): Promise<Pulled> {
  const from = linesFrom(flags.linesFrom);
  const shownOnly = isShownOnly(flags);
  const refuseAt = flags.force ? refuseUncommitted : refuseExisting;
  if (!shownOnly) await refuseAt([place.file, place.example], io.cwd);
  const start = referencesFrom ?? session.settings.dir;
  const own = ownPlaces(session, target);
  const stores = await storesOf(flags, session, { dir: place.dir, own, from: start, cwd: io.cwd });
  const destination = { ...place, values: stores.values?.path };
  const { readOnce } = await import('../../apply/steps/read-once.ts');
  const live = await readOnce(session.contextOf(target), 'pull');
  refuseAny(agreementProblems(live));
  const source = sourceOf(live);
  const env = { ...session.env, ...stores.values?.held };
  const folded = await foldedOf(source, selection, io, {
    dir: destination.dir,
    referencesFrom: start,
    rules: session.settings.references,
    env: { ...stores.files?.held, ...env },
    from,
  });
  const { adopted, files: lines } = stores.files ? inSecretFiles(folded, stores.files, env) : folded;
  if (!shownOnly)
    await refuseAt(
      lines.map(({ path }) => path),
      io.cwd,
    );
  const plain = textsOf(adopted, { destination, target, live, io, lines });
  const proving = { session, target, live, destination, io, lines, referencesFrom: start };
  const remembered = await refuseChanges(plain.file, adopted, proving);
  const texts = shownOnly ? plain : await withSecrets(plain, adopted, stores, session);
  const kept = shownOnly ? undefined : await replaceAll(destination, texts, session);
  const problems = [...adopted.notes, ...(shownOnly ? [] : await warningsAbout(destination, texts, io.cwd))];
  const adoption =
    !shownOnly && (await adopts(session, target, destination)) && (await record(session, target, remembered));
  const unset = await unsetOf(adopted, session, destination, flags);
  const diff = flags.diff ? await diffTo(destination, texts, io) : undefined;
  return { flags, io, target, destination, adopted, texts, problems, adoption, kept, unset, diff };
}

/** The runs of keys are converted as one entry each; if they don't end up in files of lines, each key is. */
async function foldedOf(
  source: Source,
  selection: Selection,
  io: Io,
  place: LinesPlace,
): Promise<PulledLines> {
  const { env, from } = place;
  const adoptedFrom = async (runsFrom: number | undefined): Promise<PulledLines> => {
    const whole = await adopt(source, { selection, env, runsFrom });
    io.hide?.(whole.variables.map(({ secret }) => secret.open()));
    io.hide?.([...whole.rest.values()].flat().map(({ secret }) => secret));
    return withLines(whole, source.dialect, place);
  };
  const short = from === 0 ? undefined : await adoptedFrom(from);
  return short && hasEveryKey(short) ? short : adoptedFrom(undefined);
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

/** From the file that is there, if there is one. */
async function diffTo({ file }: Destination, texts: Texts, { cwd }: Io): Promise<string> {
  const before = (await exists(file)) ? await readFile(file, 'utf8') : '';
  return unifiedDiff(before, texts.file, shownIn(cwd, file));
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
  const replaced = [
    { path: destination.file, text: texts.file },
    { path: destination.example, text: texts.example },
    ...texts.lines.map(({ path, text }) => ({ path, text: text.open() })),
  ];
  const kept = await keepReplaced(replaced, { stateDir: settings.state.dir, now: clock.now() });
  await writeAll(destination, texts);
  return kept;
}

/** Whether the pulled file alone is what the target declares: then it is in effect, as after an apply in sync. */
async function adopts({ settings }: Session, target: Target, { dir, file }: Destination): Promise<boolean> {
  const declared = target.desired.map((each) => resolve(settings.dir, each));
  const meant = settings.file === undefined || (declared.length === 1 && declared[0] === dir);
  return target.mode !== 'observe' && meant && (await otherFiles(dir, file)).length === 0;
}

export async function record(
  { store, clock }: Session,
  { name }: Target,
  remembered: Remembered,
): Promise<true> {
  const { revision } = remembered.lastApplied;
  const lastDeepCheck = { at: clock.now(), inSync: true, revision: revision.digest };
  await withTarget(store, { target: name, owner: 'holdfast pull' }, () =>
    store.update(name, { ...remembered, lastDeepCheck }),
  );
  return true;
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
  /** With `--diff`: of the desired-state file. */
  readonly diff: string | undefined;
}
