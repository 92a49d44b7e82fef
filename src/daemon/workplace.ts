// What the daemon works on: targets and the way to their contexts, opened anew when the settings change.
import type { Context } from '../apply/context.ts';
import type { Listener } from '../nouns/event.ts';
import type { Target } from '../nouns/target.ts';
import type { DaemonSettings } from '../settings/settings.ts';
import type { Store } from '../state/store.ts';

export interface Workplace extends AsyncDisposable {
  readonly targets: readonly Target[];
  readonly store: Store;
  readonly daemon: DaemonSettings;
  /** Absolute paths that a change of could change the settings. */
  readonly watched: readonly string[];
  contextOf(target: Target, listener: Listener): Context;
}

/** Throws HoldfastError with all problems of the settings. */
export type OpenWorkplace = () => Promise<Workplace>;
