// The gateway's fate never depends on our disk: every operation of the Store, refused with every code, from every step on.
import { afterEach, describe, expect, test } from '@jest/globals';
import { type Checkpoint, type Context, restore } from '../../src/apply/apply.ts';
import type { Outcome } from '../../src/domain/outcome/outcome.ts';
import { explained } from '../../src/state/files/disk.ts';
import type { Store } from '../../src/state/store.ts';
import { DESIRED, type Fixture, setup, teardown } from './setup.ts';

afterEach(teardown);

const TWO = DESIRED.replace('request-retry: 1', 'request-retry: 4').replace('debug: false', 'debug: true');

const OPERATIONS = [
  'update',
  'reserve',
  'writeJournal',
  'closeJournal',
  'saveBackup',
  'pinBackup',
  'appendHistory',
] as const satisfies readonly (keyof Store)[];
type Operation = (typeof OPERATIONS)[number];

const CODES = ['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES'] as const;

const BEFORE: readonly Checkpoint[] = ['locked', 'observed', 'backed-up', 'journalled'];
const AFTER: readonly Checkpoint[] = ['sending', 'sent', 'settled', 'verified'];
const BACK: readonly Checkpoint[] = ['sending', 'sent', 'roll-back-started', 'roll-back-sent'];

interface Case {
  readonly step: Checkpoint;
  readonly refused: readonly Operation[];
  readonly code: (typeof CODES)[number];
}

/** Each operation by itself and all together; the codes in turn, so that each one meets each operation. */
function casesOf(step: Checkpoint): readonly Case[] {
  const sets: readonly (readonly Operation[])[] = [...OPERATIONS.map((one) => [one]), OPERATIONS];
  const at = [...BEFORE, ...AFTER, ...BACK].indexOf(step);
  return sets.map((refused, of) => ({ step, refused, code: CODES[(at + of) % CODES.length] ?? 'ENOSPC' }));
}

/** A context whose Store refuses from a step on. */
function refusing(fixture: Fixture, { step, refused, code }: Case): Partial<Context> {
  let broken = false;
  const refuse = (): Promise<never> =>
    explained('the state directory', () => Promise.reject(Object.assign(new Error(code), { code })));
  const overrides = Object.fromEntries(
    refused.map((name) => {
      const works = fixture.store[name] as (...args: readonly unknown[]) => Promise<unknown>; // all are async methods
      return [name, (...args: readonly unknown[]) => (broken ? refuse() : works(...args))];
    }),
  );
  return {
    store: Object.assign(Object.create(fixture.store) as Store, overrides),
    checkpoint: (point) => {
      broken ||= point === step;
    },
  };
}

/** A few at a time: they wait most of their time. */
async function each(cases: readonly Case[], judge: (one: Case) => Promise<void>): Promise<void> {
  const left = [...cases];
  const worker = async (): Promise<void> => {
    for (let next = left.shift(); next; next = left.shift()) {
      const one = next;
      await judge(one).catch((error: unknown) => {
        throw new Error(`${one.refused.join('+')} refused with ${one.code} from "${one.step}" on`, {
          cause: error,
        });
      });
    }
  };
  await Promise.all([worker(), worker(), worker(), worker()]);
}

const isTold = ({ problems }: Outcome): boolean => problems.some(({ code }) => code === 'HF6009');

describe('a state directory that stops taking writes', () => {
  for (const step of BEFORE) {
    test(`from "${step}" on: applied and verified, or nothing was written`, async () => {
      await each(casesOf(step), async (one) => {
        const fixture = await setup({ desired: TWO });
        const before = await fixture.file();
        const outcome = await fixture.reconcile({}, refusing(fixture, one));
        if (outcome.kind === 'failed') {
          expect(outcome.unfinished).toBeUndefined();
          expect(await fixture.file()).toBe(before);
        } else {
          expect(outcome.kind).toBe('applied');
          expect(await fixture.file()).toContain('request-retry: 4');
        }
        expect((await fixture.reconcile()).kind).toBe(outcome.kind === 'failed' ? 'applied' : 'in-sync');
        expect(await fixture.store.journal('home')).toBeUndefined();
      });
    }, 120_000);
  }

  for (const step of AFTER) {
    test(`from "${step}" on: the plan is applied and verified, and the next run completes the record`, async () => {
      await each(casesOf(step), async (one) => {
        const fixture = await setup({ desired: TWO });
        const outcome = await fixture.reconcile({}, refusing(fixture, one));
        expect(outcome.kind).toBe('applied');
        expect(await fixture.file()).toMatch(/debug: true[^]*request-retry: 4/);
        const lost = one.refused.some((name) => ['update', 'appendHistory', 'closeJournal'].includes(name));
        expect(isTold(outcome)).toBe(lost);
        expect((await fixture.reconcile()).kind).toBe('in-sync');
        expect(await fixture.store.journal('home')).toBeUndefined();
        expect((await fixture.store.history('home')).map((entry) => entry.outcome)).toEqual(['applied']);
        expect(Object.keys((await fixture.store.read('home')).lastApplied?.hashes ?? {})).toContain('debug');
      });
    }, 120_000);
  }

  for (const step of BACK) {
    test(`from "${step}" on: what fails is rolled back, and the next run completes the record`, async () => {
      await each(casesOf(step), async (one) => {
        const fixture = await setup({ desired: TWO, faults: ['drop-writes=/request-retry'] });
        const before = await fixture.file();
        const outcome = await fixture.reconcile({}, refusing(fixture, one));
        expect(outcome).toMatchObject({ kind: 'rolled-back' });
        expect(await fixture.file()).toBe(before);
        fixture.sandbox.clearFaults();
        const next = await fixture.reconcile();
        const remembered = !one.refused.includes('update') || outcome.problems.length === 1;
        if (remembered && !one.refused.includes('writeJournal')) expect(next.kind).toBe('quarantined');
        else expect(['quarantined', 'applied']).toContain(next.kind);
        expect(await fixture.store.journal('home')).toBeUndefined();
        expect((await fixture.store.history('home')).at(-1)?.outcome).toBe('rolled-back');
      });
    }, 120_000);
  }
});

describe('a restore', () => {
  for (const code of CODES)
    test(`is finished although ${code} keeps it from being recorded`, async () => {
      const fixture = await setup({ desired: TWO });
      const before = await fixture.file();
      await fixture.reconcile();
      const broken = refusing(fixture, { step: 'roll-back-started', refused: OPERATIONS, code });
      const [backup] = await fixture.store.listBackups('home');
      const outcome = await restore({ ...fixture.context, ...broken }, { backup: { id: backup?.id ?? '' } });
      expect(outcome.kind).toBe('restored');
      expect(isTold(outcome)).toBe(true);
      expect(await fixture.file()).toBe(before);
      expect(await fixture.recover()).toMatchObject({ kind: 'in-sync' });
      expect((await fixture.store.history('home'))[0]?.outcome).toBe('restored');
    });
});

describe('what a transaction of the past left open', () => {
  test('nothing was sent: it is closed, whatever others did since', async () => {
    const fixture = await setup({ desired: TWO });
    await fixture.crashAt('journalled');
    await fixture.panel('PUT', 'max-retry-interval', { value: 77 });
    expect(await fixture.reconcile()).toMatchObject({ kind: 'applied', problems: [{ code: 'HF5022' }] });
    expect(await fixture.file()).toContain('max-retry-interval: 77');
  });

  test("it had ended, and only that was not recorded: later changes by others don't matter", async () => {
    const fixture = await setup({ desired: TWO });
    const broken = refusing(fixture, { step: 'sending', refused: ['closeJournal'], code: 'EROFS' });
    expect(await fixture.reconcile({}, broken)).toMatchObject({
      kind: 'applied',
      problems: [{ code: 'HF6009' }],
    });
    await fixture.panel('PUT', 'max-retry-interval', { value: 77 });
    expect(await fixture.reconcile()).toMatchObject({ kind: 'in-sync', problems: [{ code: 'HF5022' }] });
    expect(await fixture.store.journal('home')).toBeUndefined();
  });
});
