// A pull into several new files: by subject, or a base and an overlay for each of several targets. The plan of every target
// is proved empty before anything is written, and all files are written together or not at all.
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { adopt, type Adopted } from '../../adopt/adopt.ts';
import { envExample, withHeading } from '../../adopt/files.ts';
import { agreementProblems, type Proof, proofOf } from '../../adopt/prove.ts';
import { sharedBase } from '../../adopt/layers/shared-base.ts';
import { sourceOf } from '../../adopt/source.ts';
import { splitBySubject } from '../../adopt/subjects.ts';
import type { Variable } from '../../adopt/variables.ts';
import type { DeepLive } from '../../apply/run/read.ts';
import type { FileEdit } from '../../compose/adoption.ts';
import { IGNORE_ALL } from '../../compose/secrets/secrets-dir.ts';
import { withValues } from '../../compose/secrets/values-file.ts';
import type { Session } from '../../compose/session.ts';
import { selectedTargets } from '../../compose/selected-targets.ts';
import { shownPath } from '../../desired/read/files.ts';
import { fail, HoldfastError, type Problem, problem } from '../../domain/problem/problem.ts';
import type { Target } from '../../domain/target.ts';
import type { Dialect } from '../../gateway/dialect.ts';
import { isFlat } from '../../gateway/layout/layouts.ts';
import type { Environment } from '../../input/environment.ts';
import { plural } from '../../lib/text.ts';
import { orMissing } from '../../state/files/disk.ts';
import { exposed } from '../edits/warnings.ts';
import { writeEdits } from '../edits/write.ts';
import { keepReplaced, refuseUncommitted } from './existing.ts';
import { type Destination, destinationOf, otherFiles, refuseExisting } from './files.ts';
import { record } from './fresh.ts';
import { linesFrom, type PlacedLines, withLines } from './lines.ts';
import { ownPlaces } from './proof.ts';
import { type Pulling, refuseAny, isShownOnly } from './pulling.ts';
import { schemaHint } from './schema-hint.ts';
import { inSecretFiles, storesOf, type Stores } from './secrets.ts';
import { showSpread } from './show-spread.ts';

type Spreading = Pick<Pulling, 'session' | 'selection' | 'flags' | 'io'>;

/** One target as it was read. */
interface Part {
  readonly target: Target;
  readonly destination: Destination;
  readonly live: DeepLive;
  readonly dialect: Dialect;
  readonly adopted: Adopted;
}

/** One directory of files, before they are split. */
interface Layer {
  readonly destination: Destination;
  /** Whose gateway its head names, unless several share it. */
  readonly part: Part;
  readonly sharedBy?: readonly string[];
  readonly adopted: Adopted;
  readonly lines: readonly PlacedLines[];
}

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

const at = (dir: string): Destination => ({
  dir,
  file: join(dir, 'gateway.yaml'),
  example: join(dir, '.env.example'),
});

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

const valuesOf = (variables: readonly Variable[]): Environment =>
  Object.fromEntries(variables.map(({ name, secret }) => [name, secret.open()]));

type LayerText = Omit<Layer, 'lines'>;

function textsOf(
  parts: readonly Part[],
  base: string | undefined,
): { readonly texts: readonly LayerText[]; readonly notes: readonly Problem[] } {
  const own = parts.map((part): LayerText => ({
    destination: part.destination,
    part,
    adopted: part.adopted,
  }));
  const [first, ...others] = parts;
  if (base === undefined || !first) return { texts: own, notes: [] };
  const other = others.find(({ dialect }) => dialect.catalog.layout !== first.dialect.catalog.layout);
  if (other)
    throw fail(
      'HF2077',
      `the files of ${first.target.name} and ${other.target.name} have different layouts`,
      {
        remedy: 'Pull the targets one at a time, each into a directory of its own.',
      },
    );
  const shared = sharedBase(
    parts.map(({ adopted }) => adopted.text),
    first.dialect,
  );
  if (!shared) {
    const names = parts.map(({ target }) => target.name).join(' and ');
    throw fail('HF2077', `nothing is equal on ${names}, so there is nothing for a base`);
  }
  const variables = [
    ...new Map(
      parts.flatMap(({ adopted }) => adopted.variables.map((one) => [one.name, one] as const)),
    ).values(),
  ];
  const layers = own.map((layer, i) => ({
    ...layer,
    adopted: { ...layer.adopted, text: shared.overlays[i] ?? '' },
  }));
  const bottom: LayerText = {
    destination: at(base),
    part: first,
    sharedBy: parts.map(({ target }) => target.name),
    adopted: { ...first.adopted, text: shared.base, variables },
  };
  return { texts: [bottom, ...layers], notes: notesOn(shared.lostComments, parts) };
}

function notesOn(lost: readonly number[], parts: readonly Part[]): readonly Problem[] {
  return lost.flatMap((count, i) => {
    const target = parts[i]?.target.name ?? '';
    const message = `${plural(count, 'comment')} of ${target} about what the base declares ${count === 1 ? "isn't" : "aren't"} in the files, because the base has those of ${parts[0]?.target.name}`;
    const remedy = 'Add to the files what you still need: they stay in the file of the gateway.';
    return count === 0 ? [] : [problem('HF2070', message, { severity: 'warning', target, remedy })];
  });
}

async function layerOf(layer: LayerText, stores: Stores, { session, flags }: Spreading): Promise<Layer> {
  const { settings, env } = session;
  const known = { ...env, ...stores.values?.held };
  const folded = await withLines(layer.adopted, layer.part.dialect, {
    dir: layer.destination.dir,
    referencesFrom: settings.dir,
    rules: settings.references,
    env: { ...stores.files?.held, ...known },
    from: linesFrom(flags.linesFrom),
  });
  const used = usedIn(folded.adopted);
  const { adopted, files } = stores.files
    ? inSecretFiles({ ...folded, adopted: used }, stores.files, known)
    : { ...folded, adopted: used };
  return { ...layer, adopted, lines: files };
}

const usedIn = (adopted: Adopted): Adopted => ({
  ...adopted,
  variables: adopted.variables.filter(({ name }) => adopted.text.includes(`\${env:${name}}`)),
});

const variablesIn = (layers: readonly Layer[]): readonly Variable[] => [
  ...new Map(
    layers.flatMap(({ adopted }) => adopted.variables.map((one) => [one.name, one] as const)),
  ).values(),
];

interface Writing {
  readonly stores: Stores;
  /** The directory of `.env.example`. */
  readonly first: string;
  readonly spreading: Spreading;
}

async function filesOf(
  layers: readonly Layer[],
  { stores, first, spreading }: Writing,
): Promise<readonly FileEdit[]> {
  const { session } = spreading;
  const edit = async (path: string, after: string, kind: FileEdit['kind']): Promise<FileEdit> => ({
    path,
    shown: shownPath(path, session.settings.dir),
    before: await readFile(path, 'utf8').catch(orMissing),
    after,
    kind,
  });
  const yaml = layers.flatMap((layer) => yamlOf(layer, spreading));
  const lines = [
    ...new Map(layers.flatMap((layer) => layer.lines.map((one) => [one.path, one] as const))).values(),
  ];
  const variables = variablesIn(layers);
  const example = envExample(
    variables,
    lines.map(({ path, ...one }) => ({ ...one, shown: shownPath(path, session.settings.dir) })),
  );
  const ignores = [...new Set(lines.map(({ path }) => join(dirname(path), '.gitignore')))];
  const values = stores.values && {
    path: stores.values.path,
    after: await withValues(stores.values, variables, session.env),
    kind: stores.values.encrypted ? ('encrypted' as const) : ('variables' as const),
  };
  const made = await Promise.all([
    ...yaml.map(({ path, text }) => edit(path, text, 'yaml')),
    edit(join(first, '.env.example'), example, 'yaml'),
    ...ignores.map((path) => edit(path, IGNORE_ALL, 'yaml')),
    ...lines.map(({ path, text }) => edit(path, text.open(), 'lines')),
    ...(values ? [edit(values.path, values.after, values.kind)] : []),
  ]);
  return made.filter(({ path, before }) => basename(path) !== '.gitignore' || before === undefined);
}

function yamlOf(
  { destination: { dir, file }, part, sharedBy, adopted, lines }: Layer,
  { flags, io }: Spreading,
): readonly { readonly path: string; readonly text: string }[] {
  const { target, live, dialect } = part;
  const headed = (path: string, text: string): { readonly path: string; readonly text: string } => ({
    path,
    text: withHeading(text, {
      target: target.name,
      url: target.url,
      ...(sharedBy && { sharedBy }),
      schema: schemaHint(`${live.layout}.schema.json`, path, io.cwd),
      hasLines: lines.length > 0,
    }),
  });
  if (!flags.split) return [headed(file, adopted.text)];
  const subjects = splitBySubject(adopted.text, isFlat(dialect.catalog.layout));
  return [...subjects].map(([subject, text]) =>
    headed(subject === 'gateway' ? file : join(dir, `${subject}.yaml`), text),
  );
}

/** Rejects with what a plan of the files would change. */
async function proved(
  parts: readonly Part[],
  files: readonly FileEdit[],
  { session }: Spreading,
  base: string | undefined,
): Promise<readonly Proof[]> {
  const of = (...kinds: readonly FileEdit['kind'][]): ReadonlyMap<string, string> =>
    new Map(files.filter(({ kind }) => kinds.includes(kind)).map(({ path, after }) => [path, after]));
  const texts = new Map([...of('yaml')].filter(([path]) => /\.ya?ml$/.test(path)));
  const proofs: Proof[] = [];
  for (const { target, live, destination } of parts) {
    const desired =
      readsIts(target, destination, session) || base !== undefined
        ? ownPlaces(session, target)
        : [destination.dir];
    const env = {
      ...session.env,
      ...Object.assign({}, ...parts.map(({ adopted }) => valuesOf(adopted.variables))),
    };
    const loaded = await session.loadDesired(
      { ...target, desired },
      { settingsDir: session.settings.dir, env, texts, referenced: of('lines') },
    );
    if (!loaded.desired) throw new HoldfastError(loaded.problems);
    const hash = (text: string): string => session.store.hash(text);
    const proof = proofOf({ target, live, desired: loaded.desired, now: session.clock.now(), hash });
    if (proof.problems.length > 0) throw new HoldfastError(proof.problems);
    proofs.push(proof);
  }
  return proofs;
}

const readsIts = (target: Target, { dir }: Destination, session: Session): boolean =>
  ownPlaces(session, target).includes(dir);

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

async function remembered(
  parts: readonly Part[],
  proofs: readonly Proof[],
  { session }: Spreading,
  base: string | undefined,
): Promise<readonly string[]> {
  const names: string[] = [];
  for (const [i, { target, destination }] of parts.entries()) {
    const proof = proofs[i];
    const isMeant =
      session.settings.file === undefined || base !== undefined || readsIts(target, destination, session);
    if (!proof || !isMeant || target.mode === 'observe') continue;
    await record(session, target, proof.remembered);
    names.push(target.name);
  }
  return names;
}
