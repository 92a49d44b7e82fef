// What is known of a declared management secret. Types only.
import type { Sealed } from '../../domain/secret.ts';

export interface ManagementSecret {
  /** The gateway's file has this secret (its hash, or the plaintext before the gateway hashed it). */
  readonly equalsLive: boolean;
  /** The secret, or the secret behind a declared hash, is one of the target's `key` references. */
  readonly isTargetKey: boolean;
  /** The text for the file: the live text if it is equal, otherwise a bcrypt hash (cost 10) made here. */
  readonly stored: Sealed<string>;
}
