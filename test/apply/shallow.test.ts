// Shallow checks of a target that didn't change: what they skip, and that they never miss a change.
import { afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Outcome } from '../../src/domain/outcome/outcome.ts';
import { DESIRED, type Fixture, GATEWAY_FILE, GATEWAY_FILE_V8, setup, teardown } from './setup.ts';

afterEach(teardown);

const APIS = [
  ['v7', GATEWAY_FILE],
  ['v8', GATEWAY_FILE_V8],
] as const;

const shallow = (fixture: Fixture): Promise<Outcome> => fixture.reconcile({ depth: 'shallow' });
const plans = ({ events }: Fixture): number =>
  events.filter((event) => event.kind === 'step' && event.step === 'plan').length;
const requests = ({ requests }: Outcome): number =>
  Object.values(requests).reduce((sum, count) => sum + count, 0);

/** In sync, and checked shallowly once. */
async function checked(api: (typeof APIS)[number][0], file: string): Promise<Fixture> {
  const fixture = await setup({ api, file });
  expect((await fixture.reconcile()).kind).toBe('in-sync');
  expect((await shallow(fixture)).kind).toBe('in-sync');
  return fixture;
}

describe.each(APIS)('a shallow check of an unchanged %s gateway', (api, file) => {
  test('plans nothing again, and is one request', async () => {
    const fixture = await checked(api, file);
    const before = plans(fixture);
    for (let i = 0; i < 3; i += 1) {
      const outcome = await shallow(fixture);
      expect([outcome.kind, requests(outcome)]).toEqual(['in-sync', 1]);
    }
    expect(plans(fixture)).toBe(before);
    expect((await fixture.store.read('home')).lastShallowCheck?.at).toBe(fixture.clock.now());
  });

  test.each<[string, (fixture: Fixture) => Promise<unknown>, Outcome['kind']]>([
    ['the gateway', (fixture) => fixture.panel('PATCH', 'request-retry', { value: 7 }), 'drifted'],
    ['the files', ({ declare }) => declare(DESIRED.replace('retry: 1', 'retry: 2')), 'applied'],
    ['a reference', ({ declare }) => declare(DESIRED, { TEAM_B: 'sk-test-0009' }), 'applied'],
    [
      'what is recorded as applied',
      ({ store }) => store.update('home', { lastApplied: undefined, released: ['debug'] }),
      'in-sync',
    ],
  ])('plans again after a change of %s', async (_, change, kind) => {
    const fixture = await checked(api, file);
    const before = plans(fixture);
    await change(fixture);
    expect((await shallow(fixture)).kind).toBe(kind);
    expect(plans(fixture)).toBeGreaterThan(before);
  });

  test('plans again for another request, and for a target that was loaded again', async () => {
    const fixture = await checked(api, file);
    const before = plans(fixture);
    await fixture.reconcile({ depth: 'shallow', prune: true });
    expect(plans(fixture)).toBe(before + 1);
    await fixture.reconcile({ depth: 'shallow' }, { target: { ...fixture.context.target } });
    expect(plans(fixture)).toBe(before + 2);
  });
});

const STEPS = {
  'a value on the gateway': (fixture: Fixture, n: number) =>
    fixture.panel('PATCH', 'request-retry', { value: n }),
  'a client key on the gateway': (fixture: Fixture, n: number) =>
    fixture.panel('PUT', 'api-keys', ['sk-test-0001', 'sk-test-0002', 'sk-test-0003'].slice(0, n)),
  'a value in the files': ({ declare }: Fixture, n: number) =>
    declare(DESIRED.replace('request-retry: 1', `request-retry: ${n}`)),
  'a value that is gone from the files': ({ declare }: Fixture) =>
    declare(DESIRED.replace('debug: false\n', '')),
  'an apply': (fixture: Fixture) => fixture.reconcile(),
  nothing: async () => undefined,
} satisfies Record<string, (fixture: Fixture, n: number) => Promise<unknown>>;

const someSteps = fc.array(fc.tuple(fc.constantFrom(...Object.keys(STEPS)), fc.integer({ min: 1, max: 3 })), {
  minLength: 2,
  maxLength: 8,
});

test.each(APIS)('on %s, a check that remembers finds what one without memory finds', async (api, file) => {
  await fc.assert(
    fc.asyncProperty(someSteps, async (steps) => {
      const fixture = await setup({ api, file });
      for (const [name, n] of steps) {
        await STEPS[name as keyof typeof STEPS](fixture, n);
        const request = { depth: 'shallow', dryRun: true } as const;
        const remembering = await fixture.reconcile(request);
        const anew = await fixture.reconcile(request, { target: { ...fixture.context.target } });
        expect([name, remembering.kind]).toEqual([name, anew.kind]);
      }
      await fixture.leave();
    }),
    { numRuns: 8 },
  );
});
