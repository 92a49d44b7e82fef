// A pull into files that are there: the smallest edits that make them ask for what the gateway has. Everything is verified
// before it is written, and all files are replaced together or not at all.
import { basename, resolve, sep } from 'node:path';
import { unfitIn } from '../../adopt/adopt.ts';
import type { Home } from '../../adopt/drift/adopt-drift.ts';
import type { Everything } from '../../adopt/drift/choose-everything.ts';
import { extendedExample } from '../../adopt/files.ts';
import { sourceOf } from '../../adopt/source.ts';
import { type Adoption, adoptionOf, type FileEdit } from '../../compose/adoption.ts';
import { shownPath } from '../../desired/read/files.ts';
import { parsePath } from '../../domain/path.ts';
import { fail } from '../../domain/problem/problem.ts';
import type { Target } from '../../domain/target.ts';
import type { Environment } from '../../input/environment.ts';
import { readTextFile } from '../../input/text-file.ts';
import { remember } from '../../plan/last-applied.ts';
import { warningsAboutEdits } from '../edits/warnings.ts';
import { recordCheck } from '../edits/checked.ts';
import { writeEdits } from '../edits/write.ts';
import { record } from './fresh.ts';
import { keepReplaced, refuseUncommitted } from './existing.ts';
import { storesOf } from './secrets.ts';
import { exists, otherFiles } from './files.ts';
import { ownPlaces } from './proof.ts';
import type { Pulling } from './pulling.ts';
import { type Merged, showMerged } from './show-merged.ts';

/** Whether the target, or the directory that was asked for, has files already. */
export async function isMerge(pulling: Pulling): Promise<boolean> {
  const found = await Promise.all(placesOf(pulling).map((place) => otherFiles(place, '')));
  return found.some((files) => files.length > 0);
}

/** What a plan of the pulled files reads, absolute. */
function placesOf({ session, target, destination: { dir, file } }: Pulling): readonly string[] {
  const own = ownPlaces(session, target);
  return own.includes(dir) || own.includes(file) ? own : [dir];
}

export async function pullIntoExisting(pulling: Pulling): Promise<void> {
  const { session, destination, flags, io } = pulling;
  const places = placesOf(pulling);
  const { dir } = destination;
  const stores = await storesOf(flags, session, {
    dir,
    own: places,
    from: session.settings.dir,
    cwd: io.cwd,
  });
  const isNamed = stores.values !== undefined || stores.files !== undefined;
  const env = { ...stores.values?.held, ...session.env };
  const target: Target = { ...pulling.target, desired: places };
  const adoption = await adoptionOf(session, target, {
    choice: (live) => everythingOf(live, pulling, env),
    into: intoFile(pulling, target),
    ...(isNamed && { stores }),
    env,
    home: await homeOf(pulling),
  });
  io.hide?.(adoption.variables.map(({ secret }) => secret.open()));
  const files = await withExample(adoption, pulling);
  const yaml = files.filter(({ kind, before }) => kind === 'yaml' && before !== undefined);
  await refuseUncommitted(
    yaml.map(({ path }) => path),
    io.cwd,
  );
  const problems = [...adoption.notes, ...(await warningsAboutEdits({ ...adoption, files }, pulling))];
  const written = flags.diff ? { kept: undefined, adopted: false } : await write(adoption, files, pulling);
  showMerged({ ...written, pulling, adoption, files, problems });
}

async function everythingOf(
  live: Parameters<typeof sourceOf>[0],
  { flags, selection }: Pulling,
  env: Environment,
): Promise<Everything> {
  const unfit = await unfitIn(sourceOf(live), { selection, env });
  return {
    keep: flags.keep,
    prune: flags.prune === true,
    include: selection.include,
    exclude: [...selection.exclude, ...unfit.map(({ path }) => parsePath(path))],
  };
}

/** Rejects a file that no plan of the target would read. */
function intoFile({ flags: { into }, io }: Pulling, target: Target): string | undefined {
  if (into === undefined) return undefined;
  const path = resolve(io.cwd, into);
  if (/\.ya?ml$/i.test(path) && target.desired.some((dir) => path.startsWith(`${dir}${sep}`))) return path;
  throw fail('HF1001', `--into ${into} isn't a YAML file in a directory that ${target.name} reads`, {
    remedy: `Name a file in ${target.desired.join(' or ')}.`,
  });
}

async function homeOf({ session, destination: { dir, file } }: Pulling): Promise<Home> {
  const shown = shownPath(file, session.settings.dir);
  const isEmpty = (await otherFiles(dir, '')).length === 0;
  return { dir, file: { path: file, shown, text: '', layer: 0 }, isEmpty };
}

/** With the names of new variables in `.env.example`, where the directory has one. Secrets in files need none. */
async function withExample(
  { files, variables }: Adoption,
  { session, destination: { example } }: Pulling,
): Promise<readonly FileEdit[]> {
  const inFiles = new Set(files.flatMap(({ kind, path }) => (kind === 'secret' ? [basename(path)] : [])));
  const needed = variables.filter(({ name }) => !inFiles.has(name));
  if (needed.length === 0 || !(await exists(example))) return files;
  const shown = shownPath(example, session.settings.dir);
  const read = await readTextFile(example, shown);
  if ('problem' in read) return files;
  const after = extendedExample(read.text, needed);
  return [...files, { path: example, shown, before: read.text, after, kind: 'yaml' }];
}

async function write(
  adoption: Adoption,
  files: readonly FileEdit[],
  pulling: Pulling,
): Promise<Pick<Merged, 'kept' | 'adopted'>> {
  const { session, target, io } = pulling;
  const { settings, clock } = session;
  const stateDir = settings.state.dir;
  const replaced = files
    .filter(({ kind, before }) => (kind === 'yaml' || kind === 'lines') && before !== undefined)
    .map(({ path, after }) => ({ path, text: after }));
  const kept = await keepReplaced(replaced, { stateDir, now: clock.now() });
  await writeEdits(files, { write: true }, { io, stateDir, message: '' });
  const { input, prepared } = adoption.proof;
  const isWhole = prepared.plan.changes.length === 0;
  const adopted =
    isWhole && isInEffect(pulling) && (await record(session, target, remember(input, prepared)));
  if (!adopted && isOwn(pulling)) await recordCheck(session, adoption);
  return { kept, adopted };
}

/** Whether the edited files are what the target declares: then they are in effect, as after an apply in sync. */
const isInEffect = (pulling: Pulling): boolean => pulling.target.mode !== 'observe' && isOwn(pulling);

const isOwn = (pulling: Pulling): boolean =>
  pulling.session.settings.file === undefined ||
  placesOf(pulling).join('\0') === ownPlaces(pulling.session, pulling.target).join('\0');
