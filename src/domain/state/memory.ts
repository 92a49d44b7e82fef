// What gateway/ asks to be remembered between processes: ports that state/ fills. Knows neither of them.
import type { ApiGeneration } from '../live.ts';
import type { Sealed } from '../secret.ts';
import type { Value } from '../../lib/value.ts';

/** An authentication failure that is still in force. */
export interface RememberedFailure {
  /** ms since the epoch. */
  readonly until: number;
  readonly reason: string;
  /** The gateway answers nobody at this address until then: another attempt cannot succeed. */
  readonly banned?: boolean | undefined;
}

/** Authentication failures of one target, so that jobs together cannot reach the five strikes of C v0 §1.3. */
export interface AuthMemory {
  /** The failure in force for exactly these keys; other keys than those that failed are not blocked. */
  blocked(keys: readonly Sealed<string>[]): Promise<RememberedFailure | undefined>;
  remember(keys: readonly Sealed<string>[], failure: RememberedFailure): Promise<void>;
  clear(): Promise<void>;
  /** Index into the target's keys of the one that worked last. */
  workingKey(): Promise<number | undefined>;
  /** The key of this index was accepted; whatever failed before is over. Cheap where nothing changes. */
  worked(index: number): Promise<void>;
}

/** The API generation of one target as last found, valid for one build. */
export interface DetectionMemory {
  /** `build` is the text of the build headers, `buildKey` of gateway/build.ts. */
  recall(build: string): Promise<ApiGeneration | undefined>;
  /** The build that was found last, so that the first request can be the one that its generation needs. */
  last?(): Promise<{ readonly build: string; readonly api: ApiGeneration } | undefined>;
  remember(build: string, api: ApiGeneration): Promise<void>;
}

/** What earlier runs know about the values of one target, as keyed hashes: it can be asked, not listed. */
export interface KnownValues {
  /** Whether an earlier known file of this target had this value at this path (grammar); undefined: no value. */
  had(path: string, value: Value | undefined): boolean;
  /** Whether the file is, byte for byte, one that Holdfast wrote or verified. */
  isKnownFile(text: string): boolean;
  /** Paths where memory and model are known to disagree on this build (design-v8 rule 4). */
  modelGaps(build: string): readonly string[];
}
