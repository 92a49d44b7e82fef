// The commit that stands for what was last applied: named with `--base`, or found in the environment of a CI job. Its
// settings and files are read from the repository when a target asks for them first.
import { join, relative } from 'node:path';
import type { Base, BaseSource } from '../apply/run/context.ts';
import { commitFiles, type CommitFiles } from '../desired/git/commit-files.ts';
import { openObjects } from '../desired/git/objects.ts';
import {
  movedFrom,
  openRepository,
  type Repository,
  type Resolved,
  resolveRevision,
} from '../desired/git/repository.ts';
import type { LoadedDesired } from '../desired/desired.ts';
import type { DesiredOptions } from '../desired/layers.ts';
import type { UnresolvedValue } from '../desired/read/unresolved.ts';
import type { BaseCommit } from '../domain/plan/memory.ts';
import { fail, HoldfastError, type Problem, problem } from '../domain/problem/problem.ts';
import type { Target } from '../domain/target.ts';
import type { Environment } from '../input/environment.ts';
import { readTextFile } from '../input/text-file.ts';
import { settingsFromFile } from '../settings/from-file.ts';
import type { Settings } from '../settings/settings.ts';
import type { PlanFlags } from './flags.ts';
import { baseOfJob, type JobBase, type Question } from './job-base.ts';

export interface BaseOptions {
  readonly settings: Settings;
  readonly flags: PlanFlags;
  readonly cwd: string;
  /** Of the process: what a file of variables says is no job. */
  readonly processEnv: Environment;
  /** With the file of variables, for references. */
  readonly env: Environment;
  readonly question: Question;
  /** As the session loads desired state, with its secrets made known to the streams. */
  readonly load: (
    target: Target,
    options: Pick<DesiredOptions, 'settingsDir' | 'commit' | 'source' | 'allowUnresolved' | 'rules' | 'now'>,
  ) => Promise<LoadedDesired>;
}

export interface Bases {
  /** Undefined where nobody named a base and none was found. */
  of(target: Target): BaseSource | undefined;
}

/** What of a commit is the same for all targets. */
interface Opened {
  readonly commit: BaseCommit;
  readonly repository: Repository;
  /** As that commit has them; undefined where it has no settings file. */
  readonly settings: Settings | undefined;
}

export async function openBases(options: BaseOptions): Promise<Bases> {
  const { base } = options.flags;
  const found: JobBase | undefined =
    base === undefined
      ? await baseOfJob(options.processEnv, options.question, readTextFile)
      : { kind: 'base', revision: base, why: `--base ${base}`, isApplied: false };
  if (found?.kind !== 'base') {
    const none = found && withoutBase(found.why);
    return { of: () => none };
  }
  const isNamed = base !== undefined;
  const open = once(() => openBase(options, found));
  return {
    of(target) {
      const load = once(() => baseFor(target, options, open));
      return { isNamed, label: found.why, load: isNamed ? load : () => orNone(load) };
    },
  };
}

const withoutBase = (why: string): BaseSource => ({
  isNamed: false,
  load: async () => ({ kind: 'none', why, problems: [] }),
});

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let done: Promise<T> | undefined;
  return () => (done ??= work());
}

/** A base that was found and can't be used is none, which the plan tells with the reason. */
async function orNone(load: () => Promise<Base>): Promise<Base> {
  try {
    return await load();
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    const [first] = error.problems;
    const problems = error.problems.map((one): Problem => ({ ...one, severity: 'warning' }));
    return { kind: 'none', why: first?.message ?? error.message, problems };
  }
}

async function openBase(
  options: BaseOptions,
  { revision, why, isApplied }: Extract<JobBase, { kind: 'base' }>,
): Promise<Opened> {
  const { settings } = options;
  const repository = await openRepository(settings.targets[0]?.desired[0] ?? settings.dir);
  const resolved = await resolveRevision(repository, revision, isApplied);
  const commit = baseCommit(resolved, why, repository);
  const read = (files: CommitFiles): Promise<Settings | undefined> =>
    readSettings(options, files, { repository, commit });
  return { commit, repository, settings: await withFiles(repository, commit, read) };
}

/** The process that reads them ends with the work. */
async function withFiles<T>(
  { top }: Repository,
  { commit: { sha } }: BaseCommit,
  work: (files: CommitFiles) => Promise<T>,
): Promise<T> {
  await using objects = openObjects(top);
  return await work(commitFiles({ sha, top, objects }));
}

function baseCommit({ commit, remark }: Resolved, why: string, { head }: Repository): BaseCommit {
  return {
    commit,
    why: remark === undefined ? why : `${why}; ${remark}`,
    ...(commit.sha === head && { same: true }),
  };
}

/** Settings of then: they say which directories a target had. References of them are nobody's business here. */
async function readSettings(
  { settings, flags, cwd, env }: BaseOptions,
  files: CommitFiles,
  { repository, commit }: Omit<Opened, 'settings'>,
): Promise<Settings | undefined> {
  const path = settings.file && (await placeInBase(settings.file, files, repository, commit));
  if (path === undefined) return undefined;
  const shown = files.label + relative(repository.top, path);
  const { desired, allow, prune, mode, state } = flags;
  const given = { desired, allow, prune, mode, state };
  const read = await settingsFromFile(path, shown, {
    flags: Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    cwd,
    env,
    offline: true,
    allowUnresolved: true,
    readText: async (at, name) => (await files.readText(at, name)) ?? readTextFile(at, name),
  });
  const errors = read.problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new HoldfastError([invalid('settings', commit), ...errors]);
  return read.settings;
}

/** Where a file or directory of now was then; undefined: nowhere. */
async function placeInBase(
  path: string,
  files: CommitFiles,
  repository: Repository,
  { commit }: BaseCommit,
): Promise<string | undefined> {
  if ((await files.kindOf(path)) !== 'nothing') return path;
  const moved = await movedFrom(repository, commit.sha, relative(repository.top, path));
  return moved === undefined ? undefined : join(repository.top, moved);
}

function invalid(what: string, { commit, why }: BaseCommit): Problem {
  return problem('HF2085', `the ${what} of the base ${commit.sha.slice(0, 12)} (${why}) isn't valid`);
}

async function baseFor(target: Target, options: BaseOptions, open: () => Promise<Opened>): Promise<Base> {
  const opened = await open();
  const { commit, repository, settings } = opened;
  const then = settings ? targetOfThen(target, settings, options.settings) : target;
  if (!then) {
    const why = `the base ${commit.commit.sha.slice(0, 12)} doesn't have a target "${target.name}" yet`;
    return { kind: 'none', why, problems: [] };
  }
  return withFiles(repository, commit, (files) => loadFrom(files, then, opened, options));
}

async function loadFrom(
  files: CommitFiles,
  then: Target,
  opened: Opened,
  options: BaseOptions,
): Promise<Base> {
  const { commit, settings } = opened;
  const placed = { ...then, desired: await directoriesIn(then, files, opened) };
  const { own, closed, commands } = options.settings.references;
  const rules = settings && {
    ...settings.references,
    own,
    commands,
    closed: [...closed, ...settings.references.closed],
  };
  const { desired, problems, unresolved } = await options.load(placed, {
    settingsDir: settings?.dir ?? options.settings.dir,
    commit: { ...commit.commit, dirty: false },
    source: files,
    allowUnresolved: true,
    // What has expired since then was applied then.
    now: undefined,
    ...(rules && { rules }),
  });
  if (!desired) {
    const errors = problems.filter(({ severity }) => severity === 'error');
    throw new HoldfastError([invalid('desired state', commit), ...errors]);
  }
  return {
    kind: 'desired',
    desired,
    target: placed,
    commit,
    unresolved: (unresolved ?? []).map(unknownValue),
  };
}

/** By its name; the only one of then and now may have been renamed. */
function targetOfThen(target: Target, then: Settings, now: Settings): Target | undefined {
  const [first, ...others] = then.targets;
  const isOnly = others.length === 0 && now.targets.length === 1;
  return then.targets.find(({ name }) => name === target.name) ?? (isOnly ? first : undefined);
}

async function directoriesIn(
  { desired, name }: Target,
  files: CommitFiles,
  { commit, repository }: Opened,
): Promise<readonly string[]> {
  const places = await Promise.all(desired.map((dir) => placeInBase(dir, files, repository, commit)));
  return places.map((place, i) => {
    if (place !== undefined) return place;
    const shown = relative(repository.top, desired[i] ?? '');
    const where = shown.startsWith('..') ? `${desired[i]}, which is outside of the repository` : shown;
    throw fail(
      'HF2084',
      `the base ${commit.commit.sha.slice(0, 12)} (${commit.why}) doesn't contain ${where}`,
      {
        position: { file: `${files.label}${shown}`, line: 1, column: 1 },
        target: name,
      },
    );
  });
}

function unknownValue({ reference, path, position }: UnresolvedValue): Problem {
  const how = reference === 'sops' ? "can't be decrypted" : `(${reference}) can't be resolved`;
  return problem(
    'HF4013',
    `the value of \`${path}\` in the base ${how}, so what was applied there is unknown`,
    {
      severity: 'warning',
      position,
      path,
    },
  );
}
