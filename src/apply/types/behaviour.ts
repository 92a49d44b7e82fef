// How the gateway behaved before the first write, and what must be true afterwards. Types only.
import type { Admission } from '../../gateway/checks/probes.ts';
import type { Sealed } from '../../domain/secret.ts';
import type { Evidence } from '../../domain/outcome/outcome.ts';

export interface Baseline {
  readonly healthy: boolean;
  readonly anonymous: Admission;
  /**
   * Probed with the probe key, with a client key that stays, or without a key; undefined: there was no key to probe
   * with.
   */
  readonly served: readonly string[] | undefined;
}

/** What a change of the configuration means for callers. */
export interface Expectation {
  /** Client keys that must be accepted from now on, and those that must be refused. */
  readonly added: readonly Sealed<string>[];
  readonly removed: readonly Sealed<string>[];
  /** A client key that is valid before and after, and that a header can contain. */
  readonly lasting?: Sealed<string>;
  /** Whether a caller without a key must be accepted. */
  readonly open: boolean;
  /** Aliases that the change adds, and that a caller should see. */
  readonly aliases: readonly string[];
  /** Aliases that it removes. */
  readonly gone: readonly string[];
}

/** What the probes found after the writes. */
export interface Behaviour {
  readonly evidence: readonly Evidence[];
  /** Whether an observable effect changed as the writes intended: the running gateway uses them. */
  readonly witness: 'seen' | 'missing' | 'none';
  readonly notServed: readonly string[];
}
