// Everything that can be said of settings and desired state without a gateway.
import { relative } from 'node:path';
import { loadDesired } from '../desired/desired.ts';
import { literalSecretProblems } from '../desired/literal-secrets.ts';
import { trackedStateProblems } from '../desired/tracked.ts';
import { loadCatalog } from '../gateway/catalog/catalog.ts';
import { HoldfastError, type Problem } from '../nouns/problem.ts';
import type { Target } from '../nouns/target.ts';
import {
  type LoadedSettings,
  loadSettings,
  type Settings,
  type SettingsFlags,
} from '../settings/settings.ts';
import type { Io } from './io.ts';

export interface Validation {
  readonly problems: readonly Problem[];
  readonly targets: number;
  /** Files that declare something, counted once however many targets use them. */
  readonly files: number;
}

interface Options {
  readonly allowUnresolved?: boolean;
  readonly target?: readonly string[];
}

/** Throws HoldfastError when the settings themselves are unusable. */
export async function validateAll(flags: SettingsFlags, options: Options, io: Io): Promise<Validation> {
  const loaded = await loadSettings({ flags, cwd: io.cwd, env: io.env, offline: true });
  const { settings } = loaded;
  if (!settings) throw new HoldfastError(loaded.problems);
  const targets = settings.targets.filter(({ name }) => options.target?.includes(name) ?? true);
  const each = await Promise.all(targets.map((target) => validateTarget(target, settings, loaded, options)));
  const shown = relative(settings.dir, settings.state.dir) || '.';
  return {
    problems: [
      ...loaded.problems,
      ...each.flatMap(({ problems }) => problems),
      ...(await trackedStateProblems(settings.state.dir, shown)),
    ],
    targets: targets.length,
    files: new Set(each.flatMap(({ files }) => files)).size,
  };
}

async function validateTarget(
  target: Target,
  settings: Settings,
  { env }: LoadedSettings,
  { allowUnresolved = false }: Options,
): Promise<{ problems: readonly Problem[]; files: readonly string[] }> {
  const catalog = loadCatalog('legacy');
  const { desired, problems } = await loadDesired(target, {
    catalog,
    env,
    settingsDir: settings.dir,
    allowUnresolved,
  });
  if (!desired) return { problems, files: [] };
  return {
    problems: [...problems, ...literalSecretProblems(desired, catalog, target.policy.allow)],
    files: [...new Set([...desired.positions.values()].map(({ file }) => file))],
  };
}
