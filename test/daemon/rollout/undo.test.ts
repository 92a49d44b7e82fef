// A rollout whose processes end, stop or lose their database in the middle: what one of them began is recorded and
// continued, and what one has undone isn't undone again.
import { expect, test } from '@jest/globals';
import type { Outcome } from '../../../src/domain/outcome/outcome.ts';
import type { Rollout } from '../../../src/domain/state/rollout.ts';
import { createRollouts, type FleetSettings, type Written } from '../../../src/daemon/rollout/rollouts.ts';
import { undone } from '../../../src/rollout/report.ts';
import type { Strategy } from '../../../src/domain/strategy.ts';
import type { Store, TargetState } from '../../../src/state/store.ts';
import { until } from '../../support/until.ts';
import { handClock } from '../notify/setup.ts';
import { outcomeOf, restored } from '../builders.ts';

const UNDOING: Rollout = {
  id: 'r1',
  phase: 'undoing',
  startedAt: 0,
  at: 0,
  waves: [{ name: 'rest', targets: ['home'] }],
  targets: { home: { phase: 'undoing', at: 0, to: 'new', backup: 'b1' } },
};

interface Place {
  readonly record?: Rollout;
  readonly state?: TargetState;
  readonly strategy?: Strategy;
}

/** One process at the start; `undo`: how its restore ends. */
function processAt(
  undo: (written: Written) => Promise<Outcome> = async () => restored,
  { record: first = UNDOING, state = {}, strategy: followed }: Place = {},
) {
  let record: Rollout | undefined = first;
  let isLost = false;
  const store = {
    rollout: async () => {
      if (isLost) throw new Error('the database is lost');
      return record;
    },
    read: async () => state,
    changeRollout: async (change) => (record = change(record)),
  } satisfies Partial<Store>;
  const clock = handClock();
  const failures: unknown[] = [];
  const looked: string[] = [];
  const end = new AbortController();
  let calls = 0;
  const rollouts = createRollouts({
    clock,
    signal: end.signal,
    look: (target) => looked.push(target),
    undo: (_, written) => {
      calls += 1;
      return undo(written);
    },
    changed: () => {},
    failed: (error) => failures.push(error),
    pollMs: 5000,
  });
  const targets = [{ name: 'home', mode: 'apply', policy: { freeze: [] } }];
  rollouts.attach({ targets, store, strategy: followed } as unknown as FleetSettings); // nothing else is read
  return {
    clock,
    rollouts,
    calls: () => calls,
    record: () => record,
    failures,
    looked,
    stop: () => end.abort(),
    lose: (lost: boolean) => (isLost = lost),
    /** Another process does it. */
    undoneElsewhere: () => (record = record && undone(record, 'home', { isUndone: true, why: '' }, 1)),
  };
}

const strategy: Strategy = {
  waves: [{ name: 'rest', targets: ['home'] }],
  maxParallel: 1,
  soakMs: 0,
  stopOn: 'failure',
};

const locked = outcomeOf({ kind: 'locked', holder: 'another process' });

test('what was undone while it waited for the lock is not undone again', async () => {
  const at = processAt(async () => locked);
  await at.rollouts.continueUndo();
  await until(() => at.clock.waits().length === 1);
  expect(at.calls()).toBe(1);
  at.undoneElsewhere();
  at.clock.pass(10_000);
  await at.rollouts.continueUndo();
  await new Promise((turn) => setImmediate(turn));
  expect([at.calls(), at.failures]).toEqual([1, []]);
});

test('a restore learns under the lock that it is not wanted any more', async () => {
  const answers: boolean[] = [];
  const at = processAt(async ({ isStillWanted }) => {
    answers.push(await isStillWanted());
    at.undoneElsewhere();
    answers.push(await isStillWanted());
    return restored;
  });
  await at.rollouts.continueUndo();
  await until(() => answers.length === 2);
  expect(answers).toEqual([true, false]);
  expect(at.record()?.targets['home']).toEqual({ ...UNDOING.targets['home'], phase: 'undone', at: 1 });
});

const turns = async (): Promise<void> => {
  for (let i = 0; i < 20; i += 1) await new Promise((turn) => setImmediate(turn));
};

test('an undo whose process ended is taken up by another one after a minute, also without a strategy', async () => {
  const at = processAt();
  await at.rollouts.advance(); // as any check does; the clock is far beyond the record
  await until(() => at.record()?.phase === 'undone');
  expect([at.calls(), at.record()?.targets['home']?.phase]).toEqual([1, 'undone']);
});

test('an undo that another process has just begun is left to it', async () => {
  const start = handClock().now();
  const targets = { home: { ...UNDOING.targets['home'], phase: 'undoing', at: start } as const };
  const at = processAt(undefined, { record: { ...UNDOING, targets } });
  await at.rollouts.advance();
  await turns();
  expect(at.calls()).toBe(0);
});

test('a database that is lost for a moment ends no rollout', async () => {
  const running: Rollout = {
    ...UNDOING,
    phase: 'running',
    targets: { home: { phase: 'waiting', at: 0, to: 'new' } },
  };
  const at = processAt(undefined, { record: { ...running, phase: 'paused' }, strategy });
  await at.rollouts.advance();
  at.lose(true);
  at.clock.pass(5000);
  await until(() => at.failures.length === 1);
  at.lose(false);
  await at.rollouts.control('resume');
  await until(() => at.looked.includes('home'));
});

test('a write that ends while the process stops is recorded, with its backup', async () => {
  const record: Rollout = {
    ...UNDOING,
    phase: 'running',
    targets: { home: { phase: 'working', at: 5, to: 'new' } },
  };
  const at = processAt(undefined, { record, strategy });
  at.stop();
  const applied = { kind: 'applied', backup: 'b1', plan: undefined } as unknown as Outcome; // what is read of it
  await at.rollouts.seen('home', 'new', { ...outcomeOf({ kind: 'in-sync', depth: 'deep' }), ...applied });
  expect(at.record()?.targets['home']).toMatchObject({ phase: 'done', backup: 'b1' });
});

test('a write whose process died before it could report it counts as one of the rollout', async () => {
  const record: Rollout = {
    ...UNDOING,
    phase: 'running',
    targets: { home: { phase: 'working', at: 5, to: 'new' } },
  };
  const written = (at: number, digest: string): TargetState => ({
    lastApplied: { at, revision: { digest }, hashes: {}, placed: [] },
    beforeApply: { backup: 'b7', released: [] },
  });
  const backupAfter = async (state: TargetState): Promise<string | undefined> => {
    const at = processAt(undefined, { record, strategy, state });
    await at.rollouts.seen('home', 'new', outcomeOf({ kind: 'in-sync', depth: 'deep' }));
    expect(at.record()?.targets['home']?.phase).toBe('done');
    return at.record()?.targets['home']?.backup;
  };
  expect(await backupAfter(written(6, 'new'))).toBe('b7');
  expect(await backupAfter(written(4, 'new'))).toBeUndefined();
  expect(await backupAfter(written(6, 'old'))).toBeUndefined();
});

test('errors in the files of another commit say nothing about the rollout', async () => {
  const commit = { sha: 'c2' };
  const record: Rollout = {
    ...UNDOING,
    phase: 'running',
    commit,
    targets: { home: { phase: 'working', at: 5, to: 'new' } },
  };
  const phaseAfter = async (sha: string): Promise<string | undefined> => {
    const at = processAt(undefined, { record, strategy });
    await at.rollouts.seen('home', undefined, {
      ...outcomeOf({ kind: 'invalid' }),
      commit: { sha },
    } as Outcome);
    return at.record()?.phase;
  };
  expect([await phaseAfter('c1'), await phaseAfter('c2')]).toEqual(['running', 'stopped']);
});

test('without a strategy, nothing goes on, so it is neither paused nor resumed', async () => {
  const at = processAt(undefined, { record: { ...UNDOING, phase: 'running', targets: {} } });
  await expect(at.rollouts.control('pause')).rejects.toMatchObject({ problems: [{ code: 'HF7062' }] });
});
