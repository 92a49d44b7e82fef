// From the directories of one target to its Desired: read, resolve references, merge, validate. Never an empty desired
// state for want of files.
import type { Environment } from '../reading/environment.ts';
import type { Catalog } from '../gateway/catalog/field.ts';
import type { Desired } from '../nouns/desired.ts';
import type { Problem } from '../nouns/problem.ts';
import type { Target } from '../nouns/target.ts';

export interface DesiredOptions {
  readonly catalog: Catalog;
  readonly env: Environment;
  /** Where relative references start and must stay within, absolute; positions are shown relative to it. */
  readonly settingsDir: string;
  /** `--allow-unresolved`: a reference that cannot be resolved stands for itself. For validation only. */
  readonly allowUnresolved?: boolean;
}

/** No desired state when a problem is an error; warnings come with one. In reading order. */
export interface LoadedDesired {
  readonly desired?: Desired;
  readonly problems: readonly Problem[];
}

/** What of a target the desired state depends on. */
export type DesiredTarget = Pick<Target, 'name' | 'desired' | 'policy' | 'digestKey'>;

/** Never throws for what a file or a person can do. */
export async function loadDesired(target: DesiredTarget, options: DesiredOptions): Promise<LoadedDesired> {
  void target;
  void options;
  throw new Error('not yet');
}
