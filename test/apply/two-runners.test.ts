// Two runners with a state directory each, that apply disjoint plans to one gateway at the same time.
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { type Context, reconcile } from '../../src/apply/apply.ts';
import { loadDesired } from '../../src/desired/desired.ts';
import type { Outcome } from '../../src/domain/outcome/outcome.ts';
import { openFileStore } from '../../src/state/files/files.ts';
import { beforeRequests } from './contention.ts';
import { GATEWAY_FILE, GATEWAY_FILE_V8, setup, type Fixture, type SetupOptions, teardown } from './setup.ts';

afterEach(teardown);

interface Runner {
  declare(text: string): Promise<void>;
  apply(): Promise<Outcome>;
}

/** The same numbers for the same seed. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return state / 0x8000_0000;
  };
}

async function runnerAt(fixture: Fixture, random: () => number): Promise<Runner> {
  const dir = await mkdtemp(join(tmpdir(), 'holdfast-runner-'));
  const desired = join(dir, 'desired');
  await mkdir(desired);
  const { clock } = fixture.context;
  const target = { ...fixture.context.target, desired: [desired] };
  const env = { OURS: 'sk-test-0003' };
  const context: Context = {
    ...fixture.context,
    target,
    store: await openFileStore({ dir: join(dir, 'state'), clock }),
    loadDesired: () => loadDesired(target, { env, settingsDir: dir }),
  };
  const pauses = (): Promise<void> => clock.sleep(Math.floor(random() * 120));
  return {
    declare: (text) => writeFile(join(desired, 'gateway.yaml'), text),
    apply: () => reconcile({ ...context, ...beforeRequests({ context }, pauses) }, { waitMs: 0 }),
  };
}

interface Pair {
  readonly options: SetupOptions;
  readonly one: (round: number) => string;
  readonly other: (round: number) => string;
  readonly held: (fixture: Fixture) => readonly unknown[];
  readonly proposed: (round: number) => readonly unknown[];
}

const at = (fixture: Fixture, name: string): unknown => Reflect.get(fixture.sandbox.states().memory, name);
const isOdd = (round: number): boolean => round % 2 === 1;

const PAIRS: Readonly<Record<string, Pair>> = {
  'field writes on both sides': {
    options: { file: GATEWAY_FILE },
    one: (round) => `request-retry: ${round + 2}\n`,
    other: (round) => `max-retry-interval: ${round + 2}\n`,
    held: (fixture) => [at(fixture, 'request-retry'), at(fixture, 'max-retry-interval')],
    proposed: (round) => [round + 2, round + 2],
  },
  'field writes on one side, the whole file on the other': {
    options: { file: GATEWAY_FILE },
    one: (round) => `request-retry: ${round + 2}\nmax-retry-interval: ${round + 2}\n`,
    other: (round) => `commercial-mode: ${isOdd(round)}\n`,
    held: (fixture) => [
      at(fixture, 'request-retry'),
      at(fixture, 'max-retry-interval'),
      at(fixture, 'commercial-mode'),
    ],
    proposed: (round) => [round + 2, round + 2, isOdd(round)],
  },
  'the whole file on both sides': {
    options: { file: GATEWAY_FILE },
    one: (round) => `nonstream-keepalive-interval: ${round + 2}\n`,
    other: (round) => `commercial-mode: ${isOdd(round)}\n`,
    held: (fixture) => [at(fixture, 'nonstream-keepalive-interval'), at(fixture, 'commercial-mode')],
    proposed: (round) => [round + 2, isOdd(round)],
  },
  'the v8 API on both sides': {
    options: { file: GATEWAY_FILE_V8, api: 'v8' },
    one: (round) => `routing:\n  retry:\n    request-retry: ${round + 2}\n`,
    other: (round) => `observability:\n  logs:\n    debug: ${!isOdd(round)}\n`,
    held: (fixture) => [at(fixture, 'request-retry'), at(fixture, 'debug')],
    proposed: (round) => [round + 2, !isOdd(round)],
  },
};

/** How a runner may end while the other one writes: done, or stopped with none of its changes in effect. */
const CLEAN = new Set(['applied', 'in-sync', 'stale', 'rolled-back']);

describe.each(Object.entries(PAIRS))('%s', (_, { options, one, other, held, proposed }) => {
  test.each([1, 2, 3])('nothing is lost, and no person is needed (order %i)', async (seed) => {
    const random = numbers(seed * 7919);
    const fixture = await setup(options);
    const runners = [await runnerAt(fixture, random), await runnerAt(fixture, random)];
    const kinds: string[] = [];
    for (let round = 0; round < 6; round += 1) {
      await runners[0]?.declare(one(round));
      await runners[1]?.declare(other(round));
      const outcomes = await Promise.all(runners.map(async (runner) => runner.apply()));
      for (const { kind, problems } of outcomes)
        if (!CLEAN.has(kind)) kinds.push(`${round} ${kind} ${problems.map(({ message }) => message).join()}`);
      for (const [i, { kind }] of outcomes.entries())
        if (kind !== 'applied' && kind !== 'in-sync') await runners[i]?.apply();
      await fixture.sandbox.settled();
      expect([round, ...held(fixture)]).toEqual([round, ...proposed(round)]);
    }
    expect(kinds).toEqual([]);
  });
});

/** Plans for one path that both declare, and for one that only the second does. */
const OVERLAPPING: Readonly<Record<string, Pick<Pair, 'options'> & { readonly more: string }>> = {
  'field writes on v7': { options: { file: GATEWAY_FILE }, more: '' },
  'the whole file on one side': { options: { file: GATEWAY_FILE }, more: 'commercial-mode: true\n' },
  'the v8 API': { options: { file: GATEWAY_FILE_V8, api: 'v8' }, more: '' },
};

describe.each(Object.entries(OVERLAPPING))('overlapping plans, %s', (_, { options, more }) => {
  test.each([1, 2, 3, 4])('both keep what they report, and no person is needed (order %i)', async (seed) => {
    const random = numbers(seed * 104_729);
    const fixture = await setup(options);
    const held = (): readonly unknown[] =>
      ['request-retry', 'max-retry-interval'].map((name) => at(fixture, name));
    const [retries, interval] = held();
    const [one, other] = [await runnerAt(fixture, random), await runnerAt(fixture, random)];
    await one.declare(`request-retry: 2\n${more}`);
    await other.declare('request-retry: 60\nmax-retry-interval: 40\n');
    const outcomes = await Promise.all([one.apply(), other.apply()]);
    await fixture.sandbox.settled();
    for (const { kind } of outcomes) expect(CLEAN).toContain(kind);
    const [isFirstDone, isSecondDone] = outcomes.map(({ kind }) => kind === 'applied');
    const rest = isSecondDone ? 40 : interval;
    const may = [...(isFirstDone ? [2] : []), ...(isSecondDone ? [60] : [])];
    const mayHold = (may.length > 0 ? may : [retries]).map((value) => [value, rest]);
    expect(mayHold).toContainEqual(held());
    expect(at(fixture, 'commercial-mode') === true).toBe(isFirstDone === true && more !== '');
  });
});
