// The quiet period of a run whose earlier readings, or those of an earlier run, show that nobody is writing.
import { afterEach, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import type { Context } from '../../src/apply/run/context.ts';
import { SHORTEST_WINDOW } from '../../src/apply/run/settle-window.ts';
import type { Outcome } from '../../src/domain/outcome/outcome.ts';
import {
  DESIRED,
  duringWait,
  GATEWAY_FILE,
  GATEWAY_FILE_V8,
  MANAGEMENT_KEY,
  setup,
  type Fixture,
  teardown,
} from './setup.ts';

afterEach(teardown);

const CHANGED = DESIRED.replace('request-retry: 1', 'request-retry: 4');

/** A gateway that answers at once, whatever the machine does meanwhile: the window is the shortest one. */
function quick({ context }: Fixture): Partial<Context> {
  return {
    connect: (lease) => {
      const client = context.connect(lease);
      return {
        ...client,
        target: client.target,
        send: async (request) => ({ ...(await client.send(request)), ms: 1 }),
      };
    },
  };
}

const apply = (held: Fixture): Promise<Outcome> => held.reconcile({}, quick(held));

/** The waits of an apply for `what`, in ms. */
async function waitsOf(held: Fixture, what: string): Promise<readonly number[]> {
  const before = held.events.length;
  expect(await apply(held)).toMatchObject({ kind: 'applied' });
  return held.events
    .slice(before)
    .flatMap((event) => (event.kind === 'wait' && event.what.includes(what) ? [event.ms] : []));
}

const quietOf = (held: Fixture): Promise<readonly number[]> => waitsOf(held, 'quiet');

const pass = (held: Fixture, ms: number): Promise<void> => held.clock.sleep(ms);

describe.each([
  ['v7', { file: GATEWAY_FILE }],
  ['v8', { file: GATEWAY_FILE_V8, api: 'v8' }],
] as const)('an apply on %s', (_, options) => {
  test('waits a window after the only reading', async () => {
    const held = await setup({ ...options, desired: CHANGED });
    expect(await quietOf(held)).toEqual([SHORTEST_WINDOW]);
  });

  test("doesn't wait after a check a window ago that read the same file", async () => {
    const held = await setup({ ...options, desired: CHANGED });
    await held.check();
    await pass(held, SHORTEST_WINDOW);
    expect(await quietOf(held)).toEqual([]);
  });

  test('waits for the rest of the window after a check of a moment ago', async () => {
    const held = await setup({ ...options, desired: CHANGED });
    await held.check();
    await pass(held, 100);
    expect(await quietOf(held)).toEqual([SHORTEST_WINDOW - 100]);
  });

  test("doesn't wait after an apply that left this file", async () => {
    const held = await setup({ ...options, desired: CHANGED });
    await apply(held);
    await pass(held, 60_000);
    await held.declare(DESIRED);
    expect(await quietOf(held)).toEqual([]);
  });

  test('waits a whole window if somebody has written since the check', async () => {
    const held = await setup({ ...options, desired: CHANGED });
    await held.check();
    await pass(held, 60_000);
    await held.panelNow('PUT', 'max-retry-interval', { value: 9 });
    expect(await quietOf(held)).toEqual([SHORTEST_WINDOW]);
  });

  test('waits a whole window if a check between saw another file', async () => {
    const held = await setup({ ...options, desired: CHANGED });
    await held.check();
    const file = await held.file();
    await held.writeFile(file.replace('# kept by hand', '# changed by hand'));
    await held.sandbox.settled();
    await held.check();
    await held.writeFile(file);
    await held.sandbox.settled();
    expect(await quietOf(held)).toEqual([SHORTEST_WINDOW]);
  });
});

test('an apply that stops because others wrote records that the file changed', async () => {
  const held = await setup({ desired: CHANGED });
  const { plan } = await held.check();
  const { steadyFile } = await held.store.read('home');
  const foreign = duringWait(held, 1, () => held.panel('PUT', 'max-retry-interval', { value: 9 }));
  expect(await held.reconcile({ approved: plan!.digest }, foreign)).toMatchObject({ kind: 'stale' });
  const since = (await held.store.read('home')).steadyFile;
  expect(since?.file).not.toBe(steadyFile?.file);
  expect(since?.from).toBe(held.clock.now());
});

describe('an edit and its undoing while nobody looked, still loading when an apply trusts the earlier check', () => {
  test.each([0, 20, 60, 120, 170, 400])('%i ms after the undoing loses nothing', async (ms) => {
    const held = await setup({ desired: CHANGED, delays: { reloadMs: 90 } });
    await held.panel('PUT', 'max-retry-interval', { value: 8 });
    await held.check();
    await pass(held, 60_000);
    await held.panel('PUT', 'max-retry-interval', { value: 9 });
    await held.panelNow('PUT', 'max-retry-interval', { value: 8 });
    await pass(held, ms);
    expect(await apply(held)).toMatchObject({ kind: 'applied' });
    await held.sandbox.settled();
    const memory = await fetch(`${held.sandbox.url}/v0/management/config`, {
      headers: { authorization: `Bearer ${MANAGEMENT_KEY}` },
    });
    const proposed = { 'request-retry': 4, 'max-retry-interval': 8 };
    expect(await memory.json()).toMatchObject(proposed);
    expect(parse(await held.file())).toMatchObject(proposed);
  });
});

describe('a gateway that suddenly takes ten times as long to load', () => {
  const WITNESSED = `${CHANGED}commercial-mode: true\n`;

  test('is applied without a rollback, and the next windows are as long as it needed', async () => {
    const held = await setup({ desired: DESIRED, delays: { reloadMs: 600 } });
    await held.declare(WITNESSED, { TEAM_B: 'sk-test-0003' });
    expect(await apply(held)).toMatchObject({ kind: 'applied', runtime: 'proven' });
    const { lateReload } = await held.store.read('home');
    expect(lateReload).toEqual({ ms: 4 * SHORTEST_WINDOW, calm: 0 });
    await held.declare(WITNESSED, { TEAM_B: 'sk-test-0004' });
    expect(await waitsOf(held, 'load the change')).toEqual([4 * SHORTEST_WINDOW]);
    expect((await held.store.read('home')).lateReload).toEqual({ ms: 4 * SHORTEST_WINDOW, calm: 1 });
  });
});
