// Others who change the gateway while something is put back, and transactions that were interrupted: nothing of theirs is
// overwritten, and nothing that is open is forgotten.
import { afterEach, expect, test } from '@jest/globals';
import { type Checkpoint, type Context, Crash, recover, restore } from '../../../src/apply/apply.ts';
import type { Store } from '../../../src/state/store.ts';
import { DESIRED, type Fixture, setup, teardown } from '../setup.ts';

afterEach(teardown);

const TWO = DESIRED.replace('request-retry: 1', 'request-retry: 4').replace('debug: false', 'debug: true');

/** Someone sets a number after each backup of this kind; `numbers` are those that were set. */
function editing(fixture: Fixture, reason: string, most = Infinity): { store: Store; numbers: number[] } {
  const { store } = fixture.context;
  const numbers: number[] = [];
  const saveBackup: Store['saveBackup'] = async (backup) => {
    const saved = await store.saveBackup(backup);
    if (backup.reason === reason && numbers.length < most) {
      numbers.push(51 + numbers.length);
      await fixture.panel('PUT', 'max-retry-interval', { value: numbers.at(-1) });
    }
    return saved;
  };
  return { store: Object.assign(Object.create(store) as Store, { saveBackup }), numbers };
}

/** Died between its two writes. */
async function halfWritten(): Promise<Fixture> {
  const fixture = await setup({ desired: TWO });
  await fixture.crashAt('settled');
  await fixture.sandbox.settled();
  return fixture;
}

const codesOf = ({ problems }: { readonly problems: readonly { readonly code: string }[] }): string[] =>
  problems.map(({ code }) => code);

test('a change during the recovery of a crash stays, and the next run keeps it', async () => {
  const fixture = await halfWritten();
  const { store } = editing(fixture, 'pre-rollback', 1);
  const disturbed = await recover({ ...fixture.context, store });
  expect([codesOf(disturbed), await fixture.file()]).toEqual([
    ['HF5005'],
    expect.stringContaining('max-retry-interval: 51'),
  ]);
  expect((await fixture.recover()).kind).toBe('in-sync');
  expect(await fixture.file()).toMatch(/debug: false[^]*max-retry-interval: 51/);
});

test('a change that comes during each try of a rollback is never overwritten', async () => {
  const fixture = await setup({ desired: TWO, faults: ['drop-writes=/request-retry'] });
  const { store, numbers } = editing(fixture, 'pre-rollback');
  expect((await fixture.reconcile({}, { store })).kind).toBe('rollback-failed');
  expect(numbers.length).toBeGreaterThan(2);
  expect(await fixture.file()).toContain(`max-retry-interval: ${numbers.at(-1)}`);
});

test.each<[string, (fixture: Fixture) => Partial<Context>]>([
  ['dies before its request', () => ({ checkpoint: dyingAt('journalled') })],
  ['is disturbed before its request', (fixture) => ({ store: editing(fixture, 'before-restore').store })],
  [
    'has no space for its own record',
    ({ store }) => ({ store: Object.assign(Object.create(store) as Store, { reserve: refused }) }),
  ],
])('a restore that %s leaves the open transaction before it', async (_, disturbance) => {
  const fixture = await halfWritten();
  const open = await fixture.store.journal('home');
  const request = { backup: { id: open?.backup ?? '' } };
  const ended = await restore({ ...fixture.context, ...disturbance(fixture) }, request).catch(String);
  expect(JSON.stringify(ended)).not.toContain('"restored"');
  expect(await fixture.store.journal('home')).toMatchObject({ id: open?.id, sent: 1 });
});

function dyingAt(point: Checkpoint): (reached: Checkpoint) => void {
  return (reached) => {
    if (reached === point) throw new Crash(`died at ${point}`);
  };
}

const refused = (): Promise<never> =>
  Promise.reject(Object.assign(new Error('no space left'), { code: 'ENOSPC' }));

test('a target that is only observed is not written, whatever was begun before', async () => {
  const fixture = await halfWritten();
  const before = await fixture.file();
  const outcome = await fixture.reconcile({ mode: 'observe' });
  expect([outcome.kind, codesOf(outcome)]).toEqual(['drifted', ['HF5021']]);
  expect([await fixture.file(), (await fixture.store.journal('home'))?.sent]).toEqual([before, 1]);
});
