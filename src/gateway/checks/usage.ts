// Requests per credential since the gateway started, from the endpoint that destroys nothing (C v0 §7).
import { isTree, listOf, type Tree, treeOf, type Value } from '../../lib/value.ts';
import { keyIn } from '../../domain/named-key.ts';
import { type Fingerprints, NOTHING_KNOWN, type Sealed } from '../../domain/secret.ts';
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

export interface KeyRequests {
  readonly succeeded: number;
  readonly failed: number;
  /** In the newest slots: those of the last half hour at least. */
  readonly recent: number;
}

const HALF_AN_HOUR = 4;

/** Requests by key, whatever the provider and the address; undefined for a key that the gateway doesn't list. */
export async function requestsByKey(
  client: Client,
  purpose: Purpose = 'status',
): Promise<{ readonly of: (key: Sealed<string>) => KeyRequests | undefined; readonly all: number }> {
  // The fingerprint is the key itself here, which stays in this function.
  const plain: Fingerprints = { of: (key) => key, nameOf: () => undefined, known: NOTHING_KNOWN };
  const rows = await usageOf(client, plain, purpose);
  const requestsOf = (one: CredentialUsage): number => one.succeeded + one.failed;
  return {
    all: rows.reduce((sum, one) => sum + requestsOf(one), 0),
    of: (key) => {
      const own = rows.filter((one) => one.key === key.open());
      if (own.length === 0) return undefined;
      const slots = own.flatMap(({ recent }) => recent.slice(-HALF_AN_HOUR));
      return {
        succeeded: own.reduce((sum, { succeeded }) => sum + succeeded, 0),
        failed: own.reduce((sum, { failed }) => sum + failed, 0),
        recent: slots.reduce((sum, { succeeded, failed }) => sum + succeeded + failed, 0),
      };
    },
  };
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

/** Of all credentials: since the gateway started, and in the slots that it remembers (a little over three hours). */
export async function totalRequests(
  client: Client,
): Promise<{ readonly all: Counted; readonly recent: Counted }> {
  const rows = await usageOf(client, { of: () => '', nameOf: () => undefined, known: NOTHING_KNOWN });
  return { all: sumOf(rows), recent: sumOf(rows.flatMap(({ recent }) => recent)) };
}

type Counted = Pick<KeyRequests, 'succeeded' | 'failed'>;

function sumOf(rows: readonly Counted[]): Counted {
  return {
    succeeded: rows.reduce((sum, { succeeded }) => sum + succeeded, 0),
    failed: rows.reduce((sum, { failed }) => sum + failed, 0),
  };
}
