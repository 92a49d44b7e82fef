// What gateway/ stores between processes: ports that state/ implements. Knows neither of them.
import type { ApiGeneration } from '../live.ts';
import type { Sealed } from '../secret.ts';
import type { Value } from '../../lib/value.ts';

/** An authentication failure that is still in effect. */
export interface RememberedFailure {
  /** ms since the epoch. */
  readonly until: number;
  readonly reason: string;
  /** The gateway refuses this address until then, so another attempt can't succeed. */
  readonly banned?: boolean | undefined;
}

/**
 * Authentication failures of one target, so that several jobs together don't reach the five failures of C v0 §1.3.
 */
export interface AuthMemory {
  /** The failure in effect for exactly these keys. Other keys than those that failed aren't blocked. */
  blocked(keys: readonly Sealed<string>[]): Promise<RememberedFailure | undefined>;
  remember(keys: readonly Sealed<string>[], failure: RememberedFailure): Promise<void>;
  clear(): Promise<void>;
  /** Index into the target's keys of the one that worked last. */
  workingKey(): Promise<number | undefined>;
  /** The key of this index was accepted: earlier failures are cleared. Cheap if nothing changes. */
  worked(index: number): Promise<void>;
}

/** The last detected API generation of one target, valid for one build. */
export interface DetectionMemory {
  /** `build` is the text of the build headers, `buildKey` of gateway/build.ts. */
  recall(build: string): Promise<ApiGeneration | undefined>;
  /** The last detected build, so that the first request can be the right one for its generation. */
  last?(): Promise<{ readonly build: string; readonly api: ApiGeneration } | undefined>;
  remember(build: string, api: ApiGeneration): Promise<void>;
}

/**
 * What earlier runs know about the values of one target, as keyed hashes: callers can look up a value, but not list
 * them.
 */
export interface KnownValues {
  /** Whether an earlier known file of this target had this value at this path; undefined: no value. */
  had(path: string, value: Value | undefined): boolean;
  /** Whether the file is, byte for byte, one that Holdfast wrote or verified. */
  isKnownFile(text: string): boolean;
  /** Paths where memory and model are known to disagree on this build (design-v8 rule 4). */
  modelGaps(build: string): readonly string[];
}
