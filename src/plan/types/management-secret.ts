// What is known of a declared management secret. Types only.
import type { Sealed } from '../../domain/secret.ts';

export interface ManagementSecret {
  /** The gateway's file holds this very secret (its hash, or the plaintext before the gateway hashed it). */
  readonly equalsLive: boolean;
  /** The secret, or the secret behind a declared hash, is one of the target's `key` references. */
  readonly isTargetKey: boolean;
  /** What is to stand in the file: the live text where it is equal, else a bcrypt hash (cost 10) made here. */
  readonly stored: Sealed<string>;
}
