// The time as the daemon has it, ticking once a second: ages and countdowns are read off it.
import { signal } from '@preact/signals';

/** ms since the epoch by the daemon's clock. */
export const now = signal(Date.now());

/** Smaller differences are the way of the answer, not a wrong clock. */
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
