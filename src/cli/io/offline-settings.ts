// The settings for commands that work on the files alone: no gateway is asked, and no management key is needed.
import type { Io } from '../../compose/io.ts';
import { HoldfastError } from '../../domain/problem/problem.ts';
import {
  type LoadedSettings,
  loadSettings,
  type Settings,
  type SettingsFlags,
  type SettingsRequest,
} from '../../settings/settings.ts';

/** Throws HoldfastError if the settings are invalid. `allowUnresolved`: as `--allow-unresolved` asks for. */
export async function offlineSettings(
  flags: SettingsFlags,
  { cwd, env }: Pick<Io, 'cwd' | 'env'>,
  allowUnresolved: NonNullable<SettingsRequest['allowUnresolved']> = true,
): Promise<LoadedSettings & { readonly settings: Settings }> {
  const loaded = await loadSettings({ flags, cwd, env, offline: true, allowUnresolved });
  const { settings } = loaded;
  if (!settings) throw new HoldfastError(loaded.problems);
  return { ...loaded, settings };
}
