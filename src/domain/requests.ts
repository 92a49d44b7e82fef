// Requests that a gateway answered, as its counters have them.

export interface Requests {
  readonly succeeded: number;
  readonly failed: number;
}

export const requestCount = ({ succeeded, failed }: Requests): number => succeeded + failed;

/** Of all requests, 0 to 1; 0 without requests. */
export function failedShare(requests: Requests): number {
  const count = requestCount(requests);
  return count === 0 ? 0 : requests.failed / count;
}

/** `12.5 %` */
export const failedPercent = (requests: Requests): string => `${(failedShare(requests) * 100).toFixed(1)} %`;
