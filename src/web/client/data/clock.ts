// The daemon's time, updated once a second, for ages and countdowns.
import { signal } from '@preact/signals';

/** ms since the epoch by the daemon's clock. */
export const now = signal(Date.now());

/** Smaller differences come from the transfer time of the response, not from a wrong clock. */
const TOLERATED = 2000;
let ahead = 0;

export function daemonSays(time: number): void {
  const difference = time - Date.now();
  ahead = Math.abs(difference) > TOLERATED ? difference : 0;
  tick();
}

function tick(): void {
  now.value = Date.now() + ahead;
}

export function startClock(): void {
  setInterval(tick, 1000);
  document.addEventListener('visibilitychange', tick);
}
