// Whether `PUT /config.yaml` works on this gateway: the route of every rollback (design-v8 rule 10). Tried with a body
// that the loader refuses, so that nothing is written either way.
import type { Client } from './client.ts';

/** `unavailable`: the gateway cannot write beside its file. `unknown` refuses too. */
export type WayBack = 'available' | 'unavailable' | 'unknown';

export async function wayBack(_client: Client): Promise<WayBack> {
  throw new Error('not built yet');
}
