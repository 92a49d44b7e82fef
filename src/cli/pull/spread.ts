// A pull into several new files: by subject, or a base and an overlay for each of several targets. The plan of every target
// is proved empty before anything is written, and all files are written together or not at all.
import { basename, join, resolve } from 'node:path';
import { adopt, type Adopted } from '../../adopt/adopt.ts';
import { agreementProblems } from '../../adopt/prove.ts';
import { sourceOf } from '../../adopt/source.ts';
import type { Variable } from '../../adopt/variables.ts';
import type { FileEdit } from '../../compose/adoption.ts';
import { selectedTargets } from '../../compose/selected-targets.ts';
import { shownPath } from '../../desired/read/files.ts';
import { fail, type Problem } from '../../domain/problem/problem.ts';
import type { Target } from '../../domain/target.ts';
import type { Environment } from '../../input/environment.ts';
import { exposed } from '../edits/warnings.ts';
import { writeEdits } from '../edits/write.ts';
import { keepReplaced, refuseUncommitted } from './existing.ts';
import { type Destination, destinationOf, otherFiles, refuseExisting } from './files.ts';
import type { PlacedLines } from './lines.ts';
import { ownPlaces } from './proof.ts';
import { refuseAny, isShownOnly } from './pulling.ts';
import { storesOf, type Stores } from './secrets.ts';
import { textsOf } from './spread-base.ts';
import { filesOf, layerOf } from './spread-files.ts';
import { at, type Part, type Spreading, valuesOf, variablesIn } from './spread-parts.ts';
import { proved, remembered } from './spread-proofs.ts';
import { showSpread } from './show-spread.ts';

export interface Spread {
  readonly targets: readonly string[];
  readonly files: readonly FileEdit[];
  readonly variables: readonly Variable[];
  readonly lines: readonly PlacedLines[];
  readonly leftOut: Adopted['leftOut'];
  /** Targets whose state is recorded as in effect. */
  readonly adopted: readonly string[];
  readonly kept: string | undefined;
  readonly problems: readonly Problem[];
}

/** `base` and `names`: `--base` and `--targets`; without them one target is split by subject. */
export async function pullSpread(
  spreading: Spreading,
  { base, names }: { readonly base?: string; readonly names: readonly string[] },
): Promise<void> {
  const { session, flags, io } = spreading;
  const targets = selectedTargets(session.targets, names);
  const baseDir = base === undefined ? undefined : resolve(io.cwd, base);
  const places = targets.map((target) => placeOf(target, baseDir, spreading));
  refuseSamePlaces(places, baseDir, targets);
  const first = baseDir ?? places[0]?.dir ?? session.settings.dir;
  await refuseOthers([...places, ...(baseDir === undefined ? [] : [at(baseDir)])], spreading);
  const own = targets.flatMap((target) => ownPlaces(session, target));
  const stores = await storesOf(flags, session, { dir: first, own, from: session.settings.dir, cwd: io.cwd });
  const parts = await readAll(targets, places, stores, spreading);
  const { texts, notes } = textsOf(parts, baseDir);
  const layers = await Promise.all(texts.map((text) => layerOf(text, stores, spreading)));
  const files = await filesOf(layers, { stores, first, spreading });
  const proofs = await proved(parts, files, spreading, baseDir);
  const lines = layers.flatMap((layer) => layer.lines);
  const variables = variablesIn(layers);
  const isOnlyShown = isShownOnly(flags);
  if (!isOnlyShown) await (flags.force ? refuseUncommitted : refuseExisting)(namesOf(files), io.cwd);
  const secret = files.filter(({ kind }) => kind === 'lines' || kind === 'variables').map(({ path }) => path);
  const kept = isOnlyShown ? undefined : await write(files, spreading);
  const adopted = isOnlyShown ? [] : await remembered(parts, proofs, spreading, baseDir);
  const problems = [
    ...parts.flatMap((part) => part.adopted.notes),
    ...notes,
    ...(isOnlyShown ? [] : await exposed(secret, io.cwd)),
  ];
  const leftOut = parts[0]?.adopted.leftOut ?? [];
  const said = {
    targets: targets.map(({ name }) => name),
    files,
    variables,
    lines,
    leftOut,
    adopted,
    kept,
    problems,
  };
  showSpread(said, spreading);
}

/** Not the file of values, which gets additions, and not what can't be lost. */
const namesOf = (files: readonly FileEdit[]): readonly string[] =>
  files
    .filter(
      ({ kind, path }) => kind !== 'variables' && kind !== 'encrypted' && basename(path) !== '.gitignore',
    )
    .map(({ path }) => path);

/** Rejects with HF2077 where a plan of the target wouldn't read the base. */
function placeOf(target: Target, base: string | undefined, { session, flags, io }: Spreading): Destination {
  const own = ownPlaces(session, target);
  if (base === undefined) return destinationOf(flags, io.cwd, own);
  const last = own.at(-1) ?? '';
  if (own.includes(base) && last !== base) return at(last);
  const shown = shownPath(base, session.settings.dir);
  const layer = last === base || last === '' ? target.name : shownPath(last, session.settings.dir);
  throw fail('HF2077', `${target.name} doesn't read ${shown} below a directory of its own`, {
    target: target.name,
    remedy: `Set \`desired: [${shown}, ${layer}]\` for ${target.name} in the settings.`,
  });
}

function refuseSamePlaces(
  places: readonly Destination[],
  base: string | undefined,
  targets: readonly Target[],
): void {
  if (base === undefined) return;
  if (targets.length < 2) throw fail('HF1001', '--base needs at least two targets in --targets');
  places.forEach(({ dir }, i) => {
    const same = places.findIndex((other) => other.dir === dir);
    if (same !== i)
      throw fail('HF2077', `${targets[same]?.name} and ${targets[i]?.name} have the same last directory`, {
        remedy: 'Give each target a last directory of its own in `desired`.',
      });
  });
}

/** Without --force, only new files are written. */
async function refuseOthers(places: readonly Destination[], { flags, io }: Spreading): Promise<void> {
  if (flags.force || isShownOnly(flags)) return;
  const found = await Promise.all(
    places.map(async ({ dir }) => (await otherFiles(dir, '')).map((name) => join(dir, name))),
  );
  const remedy =
    'To edit files that are there, pull the targets one at a time: `holdfast pull --target NAME`. To replace them, use `--force`.';
  await refuseExisting(found.flat(), io.cwd, remedy);
}

async function readAll(
  targets: readonly Target[],
  places: readonly Destination[],
  stores: Stores,
  { session, selection, io }: Spreading,
): Promise<readonly Part[]> {
  const { readOnce } = await import('../../apply/steps/read-once.ts');
  const parts: Part[] = [];
  let env: Environment = { ...stores.files?.held, ...session.env, ...stores.values?.held };
  for (const [i, target] of targets.entries()) {
    const live = await readOnce(session.contextOf(target), 'pull');
    refuseAny(agreementProblems(live));
    const source = sourceOf(live);
    // A secret has one name in all of them, and a name has one secret.
    const adopted = await adopt(source, { selection, env });
    io.hide?.(adopted.variables.map(({ secret }) => secret.open()));
    env = { ...env, ...valuesOf(adopted.variables) };
    parts.push({
      target,
      live,
      adopted,
      dialect: source.dialect,
      destination: places[i] ?? at(session.settings.dir),
    });
  }
  return parts;
}

async function write(
  files: readonly FileEdit[],
  { session: { settings, clock }, io }: Spreading,
): Promise<string | undefined> {
  const stateDir = settings.state.dir;
  const replaced = files.filter(({ kind, before }) => kind !== 'variables' && before !== undefined);
  const kept = await keepReplaced(
    replaced.map(({ path, after }) => ({ path, text: after })),
    { stateDir, now: clock.now() },
  );
  await writeEdits(files, { write: true }, { io, stateDir, message: '' });
  return kept;
}
