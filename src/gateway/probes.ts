// What a gateway does, seen from outside: is it alive, whom does it let in, which models does it list. Never
// authenticated as management, so never a counted failure (C v0 §1.3).
import type { Sealed } from '../nouns/secret.ts';
import type { Client } from './client.ts';

/** How `/v1/models` treats a caller. */
export type Admission =
  | { readonly kind: 'accepted'; readonly models: readonly string[] }
  | { readonly kind: 'refused'; readonly status: number }
  /** Sample keys: every caller is refused until they are replaced (C v0 §8.1). */
  | { readonly kind: 'safe-mode' }
  | { readonly kind: 'unclear'; readonly status: number; readonly detail: string };

/** Whether `/healthz` says ok. Rejects where nothing answers. */
export async function healthy(_client: Client): Promise<boolean> {
  throw new Error('not built yet');
}

/** `/v1/models` with this client key, or anonymously. `accepted` without a key: the gateway is open to everybody. */
export async function admission(_client: Client, _clientKey?: Sealed<string>): Promise<Admission> {
  throw new Error('not built yet');
}
