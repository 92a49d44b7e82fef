// What flags and variables say to commands that work on targets. Types only.
import type { SettingsFlags } from '../settings/settings.ts';
import type { Globals } from './io.ts';

/** What commands on targets take: everything that stands in for settings. */
export interface PlanFlags extends Globals, SettingsFlags {
  /** `--base REV`: the commit that counts as last applied. */
  readonly base?: string;
}
