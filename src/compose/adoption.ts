// What the gateway changed, as edits of files that are proved before they are written: the edited files are loaded and
// planned on the same reading, and that plan has to be empty where something was adopted.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { adoptDrift, type AdoptedDrift } from '../adopt/drift/adopt-drift.ts';
import type { Choice } from '../adopt/drift/chosen.ts';
import { editedLines } from '../adopt/drift/file-edits.ts';
import { envFile } from '../adopt/files.ts';
import { agreementProblems } from '../adopt/prove.ts';
import type { Variable } from '../adopt/variables.ts';
import { planOnce, type PlannedOnce } from '../apply/plan-once.ts';
import { loadMerged } from '../desired/desired.ts';
import { shownPath } from '../desired/read/files.ts';
import { formatPath } from '../domain/path.ts';
import type { Change } from '../domain/plan/change.ts';
import { HoldfastError, type Problem, problem } from '../domain/problem/problem.ts';
import type { Target } from '../domain/target.ts';
import { readEnvFile } from '../input/env-file.ts';
import { readTextFile } from '../input/text-file.ts';
import type { Session } from './session.ts';

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
  /** `yaml` may be shown; the others hold secrets. */
  readonly kind: 'yaml' | 'lines' | 'variables';
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
  /** Absolute; undefined: nobody said where values go. */
  readonly valuesFile: string | undefined;
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
    const adopted = await adoptedIn(session, target, request, once);
    refuseAny(adopted.problems);
    const ids = new Set(adopted.taken.map(({ id }) => id));
    const { changes } = prepared.plan;
    const [taken, left] = [changes.filter(({ id }) => ids.has(id)), changes.filter(({ id }) => !ids.has(id))];
    const valuesFile = request.writeEnv ?? session.settings.variables;
    const files = await editsOf(session, adopted, valuesFile);
    await proved({ session, target, once, adopted, files, left });
    const paths = [...taken.map(({ path }) => path), ...adopted.declares.map(formatPath)];
    return { target: target.name, taken, paths, left, files, variables: adopted.variables, valuesFile };
  });
}

function refuseAny(problems: readonly Problem[]): void {
  if (problems.some(({ severity }) => severity === 'error')) throw new HoldfastError(problems);
}

async function adoptedIn(
  { env, settings: { dir, references: rules } }: Session,
  target: Target,
  { choice, into }: AdoptionRequest,
  { planned: { input } }: PlannedOnce,
): Promise<AdoptedDrift> {
  const declared = await loadMerged(target, { env, rules, settingsDir: dir });
  refuseAny(declared.problems);
  const added =
    into === undefined ? undefined : { ...(await textThere(into, shownPath(into, dir))), layer: 0 };
  return adoptDrift({
    input,
    target,
    choice,
    declared,
    env,
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
  valuesFile: string | undefined,
): Promise<readonly FileEdit[]> {
  const yaml = files.map(({ file: { path, shown, text }, after }): FileEdit => ({
    path,
    shown,
    before: text === '' ? undefined : text,
    after,
    kind: 'yaml',
  }));
  const listed = await Promise.all(
    lines.map(async (edit): Promise<FileEdit> => {
      const there = await textThere(resolve(dir, edit.path), edit.path);
      return { ...there, before: there.text, after: editedLines(there.text ?? '', edit), kind: 'lines' };
    }),
  );
  if (variables.length === 0 || valuesFile === undefined) return [...yaml, ...listed];
  const there = await textThere(valuesFile, shownPath(valuesFile, dir));
  const after = envFile(variables, there.text ?? '', env).open();
  refuseAny(readEnvFile(there.text ?? '', there.shown, env).problems);
  return [...yaml, ...listed, { ...there, before: there.text, after, kind: 'variables' }];
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
  const of = (kind: FileEdit['kind']): ReadonlyMap<string, string> =>
    new Map(files.filter((one) => one.kind === kind).map(({ path, after }) => [path, after]));
  const added = Object.fromEntries(adopted.variables.map(({ name, secret }) => [name, secret.open()]));
  const { desired, problems } = await session.loadDesired(target, {
    settingsDir: session.settings.dir,
    texts: of('yaml'),
    referenced: of('lines'),
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
