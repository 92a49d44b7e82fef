// How long an apply waits for a big gateway, against what that gateway needs to load the change. In virtual time: only
// the responses take real time, and the windows follow from them.
import { stringify } from 'yaml';
import type { Context } from '../src/apply/apply.ts';
import { setup, type Fixture } from '../test/apply/setup.ts';
import { type Figure, figure } from './figure.ts';
import { gatewayWith } from './inputs.ts';

const KEYS = 5_000;

/** The median of what was measured on a gateway with so many keys (docs/decisions/0017-settle-windows-only-grow.md). */
const RELOAD_PER_WRITE = 8;

/** The slowest of these writes says how long the reload takes. */
const WARM_UP = [1, 2, 3];

/** One change some time after a check, as `plan` and `apply` or a daemon make it. */
export async function settleFigure(): Promise<Figure> {
  const big = await setup({ file: stringify({ ...gatewayWith(KEYS), 'auth-dir': 'AUTH_DIR' }) });
  try {
    for (const retries of WARM_UP) await applied(big, retries);
    const { writeMs = [] } = await big.store.read('home');
    big.sandbox.fault('lost-update', String(Math.round(RELOAD_PER_WRITE * Math.max(...writeMs))));
    await big.declare('request-retry: 9\n');
    await big.check();
    await big.clock.sleep(60_000);
    const { waited, loaded } = await applied(big, 9);
    const name = `waits of a change at ${KEYS} keys / the reload of the gateway`;
    return figure(name, 'ratio', waited / loaded, 1.5, { waited, loaded });
  } finally {
    await big.leave();
  }
}

/** ms that Holdfast waited, and ms from the response to the write until the gateway had loaded it. */
async function applied(big: Fixture, retries: number): Promise<{ waited: number; loaded: number }> {
  await big.declare(`request-retry: ${retries}\n`);
  let waited = 0;
  let loading = Promise.resolve(NaN);
  const listener: Context['listener'] = (event) => {
    if (event.kind === 'wait') waited += event.ms;
    if (event.kind !== 'step' || event.step !== 'settle') return;
    const start = big.clock.now();
    loading = big.sandbox.settled().then(() => big.clock.now() - start);
  };
  const { kind } = await big.reconcile({}, { listener });
  if (kind !== 'applied') throw new Error(`the apply ended as ${kind}`);
  return { waited, loaded: await loading };
}
