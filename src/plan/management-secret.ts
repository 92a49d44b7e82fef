// Facts about a declared `remote-management.secret-key` that only bcrypt can tell. Asynchronous because bcrypt takes a
// tenth of a second; the plan itself takes the facts as an argument.
import type { Desired } from '../nouns/desired.ts';
import type { Live } from '../nouns/live.ts';
import type { Sealed } from '../nouns/secret.ts';
import type { Target } from '../nouns/target.ts';

export interface ManagementSecret {
  /** The gateway's file holds this very secret (its hash, or the plaintext before the gateway hashed it). */
  readonly equalsLive: boolean;
  /** The secret, or the secret behind a declared hash, is one of the target's `key` references. */
  readonly isTargetKey: boolean;
  /** What is to stand in the file: the live text where it is equal, else a bcrypt hash (cost 10) made here. */
  readonly stored: Sealed<string>;
}

/**
 * Undefined where the desired state declares no secret-key. The salt of a new hash is derived from the digest key, the
 * secret and the live text, so that planning twice gives the same bytes.
 */
export async function judgeManagementSecret(
  desired: Desired,
  live: Live,
  target: Target,
): Promise<ManagementSecret | undefined> {
  void desired;
  void live;
  void target;
  throw new Error('not yet');
}
