// Settings from holdfast.yaml, or from the flags and variables that replace it.
import { access } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { inReadingOrder, type Position, type Problem, problem } from '../domain/problem/problem.ts';
import type { Environment } from '../input/environment.ts';
import { readTextFile } from '../input/text-file.ts';
import { readVariables } from '../input/variables-file.ts';
import { readYaml } from '../yaml/strict.ts';
import { settingsFromFile } from './from-file.ts';
import { settingsFromFlags } from './from-flags.ts';
import type { LoadedSettings, SettingsFlags, SettingsRequest } from './shape.ts';

export type { HttpRole, HttpSettings } from './daemon-http.ts';
export { type Channel, isForge, type Receiver, type SmtpAccess } from './daemon-notify.ts';
export type {
  DaemonSettings,
  LoadedSettings,
  Settings,
  SettingsFlags,
  SettingsRequest,
  StateSettings,
} from './shape.ts';

/** Never throws for the content of a file or for user input. */
export async function loadSettings(request: SettingsRequest): Promise<LoadedSettings> {
  const { flags, cwd } = request;
  const file = await settingsFile(flags, cwd);
  const source =
    request.allowUnresolved === 'all'
      ? undefined
      : flags.variables === undefined
        ? file && (await variablesIn(file))
        : variablesOf(flags.variables, cwd);
  const added = (await isYetToBeWritten(source, request))
    ? { env: request.env, problems: [] }
    : await withVariables(request, source);
  if (added.problems.some(isError)) return { env: request.env, problems: added.problems };
  const whole = { ...request, env: added.env };
  const { settings, problems } = file
    ? await settingsFromFile(file.path, file.shown, whole)
    : await settingsFromFlags(whole);
  const sorted = inReadingOrder([...added.problems, ...problems]);
  const failed = !settings || sorted.some(isError);
  if (failed) return { env: added.env, problems: sorted };
  if (!source) return { settings, env: added.env, problems: sorted };
  const watched = [...settings.watched, source.path];
  return { settings: { ...settings, watched, variables: source.path }, env: added.env, problems: sorted };
}

const isError = ({ severity }: Problem): boolean => severity === 'error';

interface VariablesFile {
  readonly path: string;
  readonly shown: string;
  readonly remedy: string;
  readonly position?: Position;
}

function variablesOf(shown: string, cwd: string): VariablesFile {
  return {
    path: resolve(cwd, shown),
    shown,
    remedy: 'Correct the path given to --variables, or its permissions.',
  };
}

/** `env-file` of a settings file, relative to it. It must be known before references can be resolved. */
async function variablesIn(file: { path: string; shown: string }): Promise<VariablesFile | undefined> {
  const text = await readTextFile(file.path, file.shown);
  const member = 'text' in text ? readYaml(text.text, file.shown).root?.members.get('env-file') : undefined;
  if (!member || member.node.kind !== 'scalar' || typeof member.node.value !== 'string') return undefined;
  const shown = member.node.value;
  const remedy = 'Correct `env-file`, or create the file. .env.example shows what it must contain.';
  return { path: resolve(dirname(file.path), shown), shown, remedy, position: member.node.position };
}

interface Added {
  readonly env: Environment;
  readonly problems: readonly Problem[];
}

/** The command writes the file of variables, and it isn't there yet. */
async function isYetToBeWritten(
  source: VariablesFile | undefined,
  { flags: { writeEnv, secrets }, cwd }: SettingsRequest,
): Promise<boolean> {
  if (!source) return false;
  const isWritten =
    writeEnv === undefined ? secrets === 'env' || secrets === 'sops' : resolve(cwd, writeEnv) === source.path;
  return isWritten && !(await isThere(source.path));
}

/** Variables that are already set override the file. If a line can't be parsed, the file has no values: an error. */
async function withVariables(
  { env, offline = false, allowUnresolved = false }: SettingsRequest,
  source: VariablesFile | undefined,
): Promise<Added> {
  if (source === undefined) return { env, problems: [] };
  const { path, shown, remedy, position } = source;
  const read = await readVariables(path, shown, env);
  if ('values' in read) return { env: { ...read.values, ...env }, problems: read.problems };
  const isLocked = read.problem.code === 'HF2024';
  const tolerated = offline && allowUnresolved && position && (isLocked || !(await isThere(path)));
  const facts = { position, severity: tolerated ? 'warning' : 'error' } as const;
  const found = isLocked
    ? problem('HF2024', read.problem.message, facts)
    : problem('HF1010', read.problem.message, { ...facts, remedy });
  return { env, problems: [found] };
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT',
  );

/** Of the flag, or in the directory; undefined: there is none. */
export async function settingsFile(
  { settings }: Pick<SettingsFlags, 'settings'>,
  cwd: string,
): Promise<{ path: string; shown: string } | undefined> {
  if (settings !== undefined) return { path: resolve(cwd, settings), shown: settings };
  for (const shown of ['holdfast.yaml', 'holdfast.yml']) {
    const path = join(cwd, shown);
    const exists = await access(path).then(
      () => true,
      () => false,
    );
    if (exists) return { path, shown };
  }
  return undefined;
}
