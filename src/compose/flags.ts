// Flags and variables of commands that work on targets. Types only.
import type { SettingsFlags } from '../settings/settings.ts';
import type { Globals } from './io.ts';

/** The flags that can replace settings. */
export interface PlanFlags extends Globals, SettingsFlags {
  /** `--base REV`: the commit that counts as last applied. */
  readonly base?: string;
  /** `--only PATH`, repeatable: the rest is neither written nor judged. */
  readonly only?: readonly string[];
}
