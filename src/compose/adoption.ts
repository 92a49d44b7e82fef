// What the gateway changed, as edits of files that are proved before they are written: the edited files are loaded and
// planned on the same reading, and that plan has to be empty where something was adopted.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { adoptDrift, type AdoptedDrift } from '../adopt/drift/adopt-drift.ts';
import type { Choice } from '../adopt/drift/chosen.ts';
import { editedLines } from '../adopt/drift/file-edits.ts';
import { withFileReferences } from '../adopt/file-references.ts';
import { agreementProblems } from '../adopt/prove.ts';
import type { Variable } from '../adopt/variables.ts';
import { planOnce, type PlannedOnce } from '../apply/plan-once.ts';
import { loadMerged } from '../desired/desired.ts';
import { shownPath } from '../desired/read/files.ts';
import { formatPath } from '../domain/path.ts';
import type { Change } from '../domain/plan/change.ts';
import { HoldfastError, type Problem, problem } from '../domain/problem/problem.ts';
import type { Target } from '../domain/target.ts';
import type { Environment } from '../input/environment.ts';
import { readTextFile } from '../input/text-file.ts';
import { IGNORE_ALL, secretsDirAt, type SecretsDir } from './secrets-dir.ts';
import type { Session } from './session.ts';
import { type ValuesFile, valuesFileAt, withValues } from './values-file.ts';

export interface AdoptionRequest {
  readonly choice: Choice;
  /** Where new entries go, absolute. */
  readonly into?: string | undefined;
  /** Where values of new variables go, absolute; in place of the file that the settings name. */
  readonly writeEnv?: string | undefined;
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
  return planOnce(session.contextOf(target), 'adopt', {}, async (once) => {
    const { live, prepared } = once.planned;
    refuseAny(agreementProblems(live));
    const stores = await storesOf(session, request);
    const adopted = await adoptedIn(session, target, { ...request, stores }, once);
    refuseAny(adopted.problems);
    const ids = new Set(adopted.taken.map(({ id }) => id));
    const { changes } = prepared.plan;
    const [taken, left] = [changes.filter(({ id }) => ids.has(id)), changes.filter(({ id }) => !ids.has(id))];
    const files = await editsOf(session, adopted, stores);
    await proved({ session, target, once, adopted, files, left });
    const paths = [...taken.map(({ path }) => path), ...adopted.declares.map(formatPath)];
    const storesValues = stores.values !== undefined || stores.files !== undefined;
    return { target: target.name, taken, paths, left, files, variables: adopted.variables, storesValues };
  });
}

/** Where values of new variables go: at most one of them. */
interface Stores {
  readonly values?: ValuesFile;
  readonly files?: SecretsDir;
  /** What is held there, and in the variables of the session. */
  readonly env: Environment;
}

async function storesOf({ env, settings }: Session, { writeEnv }: AdoptionRequest): Promise<Stores> {
  const { secretsDir, variables, dir, references: rules } = settings;
  if (writeEnv === undefined && secretsDir !== undefined) {
    const files = await secretsDirAt(secretsDir, { from: dir, rules });
    return { files, env: { ...files.held, ...env } };
  }
  const path = writeEnv ?? variables;
  if (path === undefined) return { env };
  const values = await valuesFileAt(path, shownPath(path, dir), env);
  return { values, env: { ...values.held, ...env } };
}

function refuseAny(problems: readonly Problem[]): void {
  if (problems.some(({ severity }) => severity === 'error')) throw new HoldfastError(problems);
}

async function adoptedIn(
  { env, clock, settings: { dir, references: rules } }: Session,
  target: Target,
  { choice, into, stores }: AdoptionRequest & { readonly stores: Stores },
  { planned: { input } }: PlannedOnce,
): Promise<AdoptedDrift> {
  const declared = await loadMerged(target, { env, rules, settingsDir: dir, now: clock.now() });
  refuseAny(declared.problems);
  const added =
    into === undefined ? undefined : { ...(await textThere(into, shownPath(into, dir))), layer: 0 };
  return adoptDrift({
    input,
    target,
    choice,
    declared,
    env: stores.env,
    ...(added && { into: { ...added, text: added.text ?? '' } }),
  });
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

async function editsOf(
  { env, settings: { dir } }: Session,
  { files, lines, variables }: AdoptedDrift,
  { files: secrets, values }: Stores,
): Promise<readonly FileEdit[]> {
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

interface Proving {
  readonly session: Session;
  readonly target: Target;
  readonly once: PlannedOnce;
  readonly adopted: AdoptedDrift;
  readonly files: readonly FileEdit[];
  readonly left: readonly Change[];
}

/** Loads what is going to be written as any other command would, and plans it on the same reading. */
async function proved({ session, target, once, adopted, files, left }: Proving): Promise<void> {
  const of = (...kinds: readonly FileEdit['kind'][]): ReadonlyMap<string, string> =>
    new Map(files.filter(({ kind }) => kinds.includes(kind)).map(({ path, after }) => [path, after]));
  const added = Object.fromEntries(adopted.variables.map(({ name, secret }) => [name, secret.open()]));
  const { desired, problems } = await session.loadDesired(target, {
    settingsDir: session.settings.dir,
    texts: of('yaml'),
    referenced: of('lines', 'secret'),
    env: { ...session.env, ...added },
  });
  const name = target.name;
  if (!desired)
    throw new HoldfastError([
      problem('HF2094', "the edited files aren't valid", { target: name }),
      ...problems,
    ]);
  const { plan } = (await once.planAgain(desired)).prepared;
  const known = new Set(left.map(spelled));
  const extra = plan.changes.filter((change) => !known.has(spelled(change)));
  if (extra.length === 0) return;
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
