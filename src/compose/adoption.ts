// What the gateway changed, as edits of files that are proved before they are written: the edited files are loaded and
// planned on the same reading, and that plan has to be empty where something was adopted.
import { existsSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { adoptDrift, type AdoptedDrift, type Home } from '../adopt/drift/adopt-drift.ts';
import type { Everything } from '../adopt/drift/choose-everything.ts';
import type { Choice } from '../adopt/drift/chosen.ts';
import { editedLines } from '../adopt/drift/file-edits.ts';
import { withFileReferences } from '../adopt/file-references.ts';
import { agreementProblems } from '../adopt/prove.ts';
import type { Variable } from '../adopt/variables.ts';
import { planOnce, type PlannedOnce } from '../apply/plan-once.ts';
import type { Context } from '../apply/run/context.ts';
import type { DeepLive } from '../apply/run/read.ts';
import type { PlannedTarget } from '../apply/types/planned-target.ts';
import { loadMerged } from '../desired/layers.ts';
import { shownPath } from '../desired/read/files.ts';
import { formatPath } from '../domain/path.ts';
import type { Change } from '../domain/plan/change.ts';
import { HoldfastError, type Problem, problem, refuseErrors } from '../domain/problem/problem.ts';
import type { Target } from '../domain/target.ts';
import type { Environment } from '../input/environment.ts';
import { readTextFile } from '../input/text-file.ts';
import { otherReaders } from '../settings/readers.ts';
import { IGNORE_ALL, secretsDirAt, type SecretsDir } from './secrets/secrets-dir.ts';
import type { Session } from './session.ts';
import { type ValuesFile, valuesFileAt, withValues } from './secrets/values-file.ts';

export interface AdoptionRequest {
  readonly choice: Choice | ((live: DeepLive) => Promise<Everything>);
  /** Where new entries go, absolute. */
  readonly into?: string | undefined;
  /** Where values of new variables go, absolute; in place of the file that the settings name. */
  readonly writeEnv?: string | undefined;
  /** Where values of new variables go, in place of that. */
  readonly stores?: Stores | undefined;
  /** In place of the variables of the session. */
  readonly env?: Environment | undefined;
  /** Where new sections go. */
  readonly home?: Home | undefined;
}

export interface FileEdit {
  /** Absolute. */
  readonly path: string;
  /** As people call it. */
  readonly shown: string;
  /** Undefined: there is no such file yet. */
  readonly before: string | undefined;
  readonly after: string;
  /** `yaml` may be shown; the others hold secrets. Git may have `encrypted` ones. */
  readonly kind: 'yaml' | 'lines' | 'variables' | 'secret' | 'encrypted';
}

export interface Adoption {
  readonly target: string;
  readonly taken: readonly Change[];
  /** All paths that the edits are about: those of `taken`, and what is declared from now on. */
  readonly paths: readonly string[];
  /** What still differs. */
  readonly left: readonly Change[];
  /** Of that, what the files declare and the gateway no longer has. */
  readonly gone: readonly Change[];
  /** Warnings. */
  readonly notes: readonly Problem[];
  /** The plan of the edited files. */
  readonly proof: PlannedTarget<DeepLive>;
  readonly files: readonly FileEdit[];
  /** New ones. */
  readonly variables: readonly Variable[];
  /** Whether somebody said where values go. */
  readonly storesValues: boolean;
}

/** The message of a commit that has these edits. */
export function adoptionMessage({ target, paths }: Pick<Adoption, 'target' | 'paths'>): string {
  const what = paths.length === 1 ? 'a change' : `${paths.length} changes`;
  return `Adopt ${what} of gateway ${target}\n\n${paths.map((path) => `- ${path}`).join('\n')}\n`;
}

/** Rejects with a HoldfastError where something can't be adopted. Writes nothing. */
export async function adoptionOf(
  session: Session,
  target: Target,
  request: AdoptionRequest,
): Promise<Adoption> {
  const adopting = await adoptingOf(session, target, request);
  return planOnce(adopting.context, 'adopt', {}, async (once) => {
    const { live, prepared } = once.planned;
    refuseErrors(agreementProblems(live));
    const stores = request.stores ?? (await storesOf(session, request, adopting.env));
    const adopted = await adoptedIn(adopting, stores, once);
    refuseErrors(adopted.problems);
    const { changes } = prepared.plan;
    const among = (judged: readonly { readonly id: string }[]): readonly Change[] => {
      const ids = new Set(judged.map(({ id }) => id));
      return changes.filter(({ id }) => ids.has(id));
    };
    const [taken, left] = [among(adopted.taken), among(adopted.left)];
    const files = await editsOf(adopting, adopted, stores);
    const proof = await proved(adopting, { once, adopted, files, left });
    return {
      target: target.name,
      taken,
      paths: [...taken.map(({ path }) => path), ...adopted.declares.map(formatPath)],
      left,
      gone: among(adopted.gone),
      notes: adopted.problems,
      proof,
      files,
      variables: adopted.variables,
      storesValues: stores.values !== undefined || stores.files !== undefined,
    };
  });
}

/** One adoption with what it reads. */
interface Adopting {
  readonly session: Session;
  /** As it reads the files that are there. */
  readonly target: Target;
  /** As it reads the edited files. */
  readonly after: Target;
  readonly request: AdoptionRequest;
  readonly env: Environment;
  readonly context: Context;
}

async function adoptingOf(session: Session, target: Target, request: AdoptionRequest): Promise<Adopting> {
  const env = request.env ?? session.env;
  const { dir } = session.settings;
  const { home } = request;
  const isEmpty = (layer: string): boolean => home?.isEmpty === true && resolve(dir, layer) === home.dir;
  const there = { ...target, desired: target.desired.filter((layer) => !isEmpty(layer)) };
  const context = {
    ...session.contextOf(there),
    loadDesired: () => session.loadDesired(there, { settingsDir: dir, env }),
  };
  return { session, target: there, after: target, request, env, context };
}

/** Where values of new variables go: at most one of them. */
export interface Stores {
  readonly values?: ValuesFile;
  readonly files?: SecretsDir;
}

export async function storesOf(
  { settings }: Session,
  { writeEnv }: Pick<AdoptionRequest, 'writeEnv'>,
  env: Environment,
): Promise<Stores> {
  const { secretsDir, variables, dir, references: rules } = settings;
  if (writeEnv === undefined && secretsDir !== undefined)
    return { files: await secretsDirAt(secretsDir, { from: dir, rules }) };
  const path = writeEnv ?? variables;
  return path === undefined ? {} : { values: await valuesFileAt(path, shownPath(path, dir), env) };
}

async function adoptedIn(
  { session, target, request, env }: Adopting,
  { values, files }: Stores,
  { planned: { input, live } }: PlannedOnce,
): Promise<AdoptedDrift> {
  const { dir, references: rules } = session.settings;
  const { choice, into, home } = request;
  const otherwise = input.dialect.catalog.layout;
  const now = session.clock.now();
  const declared = await loadMerged(target, { env, rules, settingsDir: dir, otherwise, now });
  refuseErrors(declared.problems);
  const added =
    into === undefined ? undefined : { ...(await textThere(into, shownPath(into, dir))), layer: 0 };
  return adoptDrift({
    input,
    target,
    choice: typeof choice === 'function' ? await choice(live) : choice,
    declared,
    env: { ...values?.held, ...files?.held, ...env },
    home,
    shared: sharedFiles(declared.files, into, { target: target.name, settings: session.settings }),
    ...(added && { into: { ...added, text: added.text ?? '' } }),
  });
}

/** Those that other targets read, except the one that new things go to: who names it means all of them. */
export function sharedFiles(
  files: readonly { readonly path: string }[],
  into: string | undefined,
  { target, settings }: { readonly target: string; readonly settings: Session['settings'] },
): ReadonlySet<string> {
  const paths = files.map(({ path }) => path);
  return new Set(paths.filter((path) => path !== into && otherReaders(path, target, settings).length > 0));
}

/** No text where there is no such file. Rejects where it can't be read. */
async function textThere(
  path: string,
  shown: string,
): Promise<{ path: string; shown: string; text: string | undefined }> {
  if (!existsSync(path)) return { path, shown, text: undefined };
  const read = await readTextFile(path, shown);
  if ('text' in read) return { path, shown, text: read.text };
  throw new HoldfastError([read.problem]);
}

/** Edits of files with the values that they need. */
export async function editsOf(
  { env, session: { settings } }: Pick<Adopting, 'env' | 'session'>,
  { files, lines, variables }: Pick<AdoptedDrift, 'files' | 'lines' | 'variables'>,
  { files: secrets, values }: Stores,
): Promise<readonly FileEdit[]> {
  const { dir } = settings;
  const yaml = files.map(({ file: { path, shown, text }, after }): FileEdit => ({
    path,
    shown,
    before: text === '' ? undefined : text,
    after: secrets ? inFiles(after, secrets, { variables, env }) : after,
    kind: 'yaml',
  }));
  const listed = await Promise.all(
    lines.map(async (edit): Promise<FileEdit> => {
      const there = await textThere(resolve(dir, edit.path), edit.path);
      return { ...there, before: there.text, after: editedLines(there.text ?? '', edit), kind: 'lines' };
    }),
  );
  if (variables.length === 0) return [...yaml, ...listed];
  if (secrets) return [...yaml, ...listed, ...secretFiles(variables, secrets, dir)];
  if (!values) return [...yaml, ...listed];
  const after = await withValues(values, variables, env);
  const { path, shown, before, encrypted } = values;
  return [...yaml, ...listed, { path, shown, before, after, kind: encrypted ? 'encrypted' : 'variables' }];
}

/** New secrets, and those that a file has already, as references to files. */
function inFiles(
  text: string,
  { held, reference }: SecretsDir,
  { variables, env }: { readonly variables: readonly Variable[]; readonly env: Environment },
): string {
  const kept = Object.keys(held).filter((name) => env[name] === undefined);
  return withFileReferences(text, new Set([...variables.map(({ name }) => name), ...kept]), reference);
}

function secretFiles(
  variables: readonly Variable[],
  { path, missingIgnore }: SecretsDir,
  dir: string,
): readonly FileEdit[] {
  const edit = (file: string, after: string): FileEdit => ({
    path: file,
    shown: shownPath(file, dir),
    before: undefined,
    after,
    kind: 'secret',
  });
  return [
    ...(missingIgnore === undefined ? [] : [edit(missingIgnore, IGNORE_ALL)]),
    ...variables.map(({ name, secret }) => edit(join(path, name), secret.open())),
  ];
}

interface Edited {
  readonly once: PlannedOnce;
  readonly adopted: AdoptedDrift;
  readonly files: readonly FileEdit[];
  readonly left: readonly Change[];
}

/** Loads what is going to be written as any other command would, and plans it on the same reading. */
async function proved(
  { session, target: before, after, env }: Adopting,
  { once, adopted, files, left }: Edited,
): Promise<PlannedTarget<DeepLive>> {
  const of = (...kinds: readonly FileEdit['kind'][]): ReadonlyMap<string, string> =>
    new Map(files.filter(({ kind }) => kinds.includes(kind)).map(({ path, after: text }) => [path, text]));
  const added = Object.fromEntries(adopted.variables.map(({ name, secret }) => [name, secret.open()]));
  const { dir } = session.settings;
  const isRead = (layer: string): boolean =>
    before.desired.includes(layer) ||
    files.some(({ path }) => path.startsWith(`${resolve(dir, layer)}${sep}`));
  const target = { ...after, desired: after.desired.filter(isRead) };
  const { desired, problems } = await session.loadDesired(target, {
    settingsDir: dir,
    texts: of('yaml'),
    referenced: of('lines', 'secret'),
    env: { ...env, ...added },
  });
  const name = target.name;
  if (!desired)
    throw new HoldfastError([
      problem('HF2094', "the edited files aren't valid", { target: name }),
      ...problems,
    ]);
  const planned = await once.planAgain(desired);
  const { plan } = planned.prepared;
  const known = new Set(left.map(spelled));
  const extra = plan.changes.filter((change) => !known.has(spelled(change)));
  if (extra.length === 0) return planned;
  throw new HoldfastError(
    extra.map(({ path, position }) =>
      problem('HF2094', `\`${path}\` would still differ after the edit`, {
        path,
        target: name,
        ...(position && { position }),
      }),
    ),
  );
}

const spelled = ({ kind, path }: Change): string => `${kind} ${path}`;
