// How long leases last.

/** ms after which the lock of an inactive holder expires. */
export const LEASE_MS = 60_000;
/** The timeout of every request to a gateway, ms. */
export const REQUEST_MS = 20_000;
