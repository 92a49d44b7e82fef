// How the gateway behaved before the first write, and what must hold afterwards. Types only.
import type { Admission } from '../../gateway/checks/probes.ts';
import type { Sealed } from '../../domain/secret.ts';
import type { Evidence } from '../../domain/outcome/outcome.ts';

export interface Baseline {
  readonly healthy: boolean;
  readonly anonymous: Admission;
  /** Seen with the probe key, or with a client key that stays, or by anyone; undefined: there was no key to ask with. */
  readonly served: readonly string[] | undefined;
}

/** What a change of configuration means to callers. */
export interface Expectation {
  /** Client keys that must be accepted from now on, and that must be refused from now on. */
  readonly added: readonly Sealed<string>[];
  readonly removed: readonly Sealed<string>[];
  /** A client key that is valid before and after, and that a header can carry. */
  readonly lasting?: Sealed<string>;
  /** Whether a caller without a key must be accepted. */
  readonly open: boolean;
  /** Aliases that the change adds, and that a caller should see. */
  readonly aliases: readonly string[];
  /** Aliases that it takes away. */
  readonly gone: readonly string[];
}

/** What was seen after the writes. */
export interface Behaviour {
  readonly evidence: readonly Evidence[];
  /** Whether something observable changed as the writes wanted: the running gateway follows. */
  readonly witness: 'seen' | 'missing' | 'none';
  readonly notServed: readonly string[];
}
