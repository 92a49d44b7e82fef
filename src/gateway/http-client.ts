// Sends management requests with undici: one at a time for a gateway, bounded in time and size, an authentication
// failure terminal. Says what went wrong (failures.ts, refusals.ts); decides nothing about configuration.
import type { Clock } from '../nouns/clock.ts';
import type { AuthMemory } from '../nouns/memory.ts';
import type { Target } from '../nouns/target.ts';
import type { Client } from './client.ts';

export interface ClientOptions {
  readonly clock: Clock;
  /** Without it failures are remembered for the life of the client only. */
  readonly authMemory?: AuthMemory;
  /** ms from sending to the last byte, where a request says nothing else. 20 s. */
  readonly timeoutMs?: number;
  /** Bytes of the largest answer that is read. 64 MiB. */
  readonly maxBytes?: number;
  /** ms before each repetition of a read. */
  readonly backoffMs?: readonly number[];
  /** The lease under which requests are sent: one that would outlive it is refused with HF6002. */
  readonly lease?: { remainingMs(): number };
}

export function createClient(_target: Target, _options: ClientOptions): Client {
  throw new Error('not built yet');
}
