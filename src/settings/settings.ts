// holdfast.yaml, or the flags and variables that stand in for it, as Settings.
import { access } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { inReadingOrder, type Position, type Problem, problem } from '../nouns/problem.ts';
import type { Environment } from '../reading/environment.ts';
import { readTextFile } from '../reading/text-file.ts';
import { readYaml } from '../reading/yaml.ts';
import { settingsFromFile } from './from-file.ts';
import { settingsFromFlags } from './from-flags.ts';
import type { LoadedSettings, SettingsFlags, SettingsRequest } from './shape.ts';

export type { HttpRole, HttpSettings } from './daemon-http.ts';
export type { Channel, Receiver, SmtpAccess } from './daemon-notify.ts';
export type { DaemonSettings, LoadedSettings, Settings, SettingsFlags, SettingsRequest } from './shape.ts';

/** Never throws for what a file or a person can do. */
export async function loadSettings(request: SettingsRequest): Promise<LoadedSettings> {
  const { flags, cwd } = request;
  const file = await settingsFile(flags, cwd);
  const source =
    flags.envFile === undefined ? file && (await envFileIn(file)) : envFileOf(flags.envFile, cwd);
  const added = await withEnvFile(request.env, source, request.offline ?? false);
  if ('problem' in added) return { env: request.env, problems: [added.problem] };
  const whole = { ...request, env: added.env };
  const { settings, problems } = file
    ? await settingsFromFile(file.path, file.shown, whole)
    : await settingsFromFlags(whole);
  const sorted = inReadingOrder(problems);
  const failed = !settings || sorted.some(({ severity }) => severity === 'error');
  if (failed) return { env: added.env, problems: sorted };
  const watched = source ? [...settings.watched, source.path] : settings.watched;
  return { settings: { ...settings, watched }, env: added.env, problems: sorted };
}

interface EnvFile {
  readonly path: string;
  readonly shown: string;
  readonly remedy: string;
  readonly position?: Position;
}

function envFileOf(shown: string, cwd: string): EnvFile {
  return {
    path: resolve(cwd, shown),
    shown,
    remedy: 'Correct the path given to --env-file, or its permissions.',
  };
}

/** `env-file` of a settings file, relative to it. It has to be known before references can be resolved. */
async function envFileIn(file: { path: string; shown: string }): Promise<EnvFile | undefined> {
  const text = await readTextFile(file.path, file.shown);
  const member = 'text' in text ? readYaml(text.text, file.shown).root?.members.get('env-file') : undefined;
  if (!member || member.node.kind !== 'scalar' || typeof member.node.value !== 'string') return undefined;
  const shown = member.node.value;
  const remedy = 'Correct `env-file`, or make the file: .env.example says what belongs into it.';
  return { path: resolve(dirname(file.path), shown), shown, remedy, position: member.node.position };
}

/**
 * What is set already wins over the file, as in `node --env-file`. Where nothing is to be reached (a pull request has no
 * secrets), the file that the settings name may be missing.
 */
async function withEnvFile(
  env: Environment,
  source: EnvFile | undefined,
  offline: boolean,
): Promise<{ env: Environment } | { problem: Problem }> {
  if (source === undefined) return { env };
  const { path, shown, remedy, position } = source;
  const read = await readTextFile(path, shown);
  if ('text' in read) {
    const added = parseEnv(read.text);
    if (Object.keys(added).length > 0 || !/^\s*[^#\s]/m.test(read.text)) return { env: { ...added, ...env } };
    const form = 'Write one NAME=value a line, or name another file.';
    return { problem: problem('HF1010', `${shown} holds no line NAME=value`, { remedy: form, position }) };
  }
  if (offline && position) return { env };
  return { problem: problem('HF1010', read.problem.message, { remedy, position }) };
}

async function settingsFile(
  { settings }: SettingsFlags,
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
