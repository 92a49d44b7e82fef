// Requests per credential since the gateway started, from the endpoint that destroys nothing (C v0 §7).
import { isTree, listOf, type Tree, treeOf, type Value } from '../../lib/value.ts';
import { keyIn } from '../../domain/named-key.ts';
import type { Fingerprints } from '../../domain/secret.ts';
import type { Client, Purpose } from '../client/client.ts';
import { readJson } from '../observe/read.ts';

export interface CredentialUsage {
  readonly provider: string;
  readonly baseUrl: string;
  /** Fingerprint of the key; absent for a credential without one. */
  readonly key?: string;
  /** Its name in the settings. */
  readonly name?: string;
  readonly succeeded: number;
  readonly failed: number;
  /** The last 20 slots of ten minutes, oldest first. */
  readonly recent: readonly { readonly slot: string; readonly succeeded: number; readonly failed: number }[];
}

/** Sorted by requests, most first; keys as fingerprints. */
export async function usageOf(
  client: Client,
  fingerprints: Fingerprints,
  purpose: Purpose = 'status',
): Promise<readonly CredentialUsage[]> {
  const { value } = await readJson(client, '/api-key-usage', purpose);
  const found = Object.entries(value?.open() ?? {}).flatMap(([provider, credentials]) =>
    Object.entries(treeOf(credentials)).map(([id, counters]) =>
      usageIn(provider, id, treeOf(counters), fingerprints),
    ),
  );
  return found.toSorted((a, b) => b.succeeded + b.failed - (a.succeeded + a.failed));
}

/** The ID is `BASE-URL|KEY`; a key can contain the bar, a URL can't. User information in the URL is a secret. */
function usageIn(provider: string, id: string, counters: Tree, fingerprints: Fingerprints): CredentialUsage {
  const bar = id.indexOf('|');
  const key = id.slice(bar + 1);
  return {
    provider,
    baseUrl: id.slice(0, Math.max(bar, 0)).replace(/\/\/[^/@]*@/, '//'),
    ...(key !== '' && keyIn(fingerprints, key)),
    succeeded: count(counters['success']),
    failed: count(counters['failed']),
    recent: listOf(counters['recent_requests']).flatMap(slotIn),
  };
}

function slotIn(slot: Value): CredentialUsage['recent'] {
  if (!isTree(slot)) return [];
  return [
    { slot: String(slot['time'] ?? ''), succeeded: count(slot['success']), failed: count(slot['failed']) },
  ];
}

const count = (value: Value | undefined): number => (typeof value === 'number' ? value : 0);
