// Two processes that undo the same rollout: what one of them has undone, the other doesn't undo again.
import { expect, test } from '@jest/globals';
import type { Outcome } from '../../../src/domain/outcome/outcome.ts';
import type { Rollout } from '../../../src/domain/state/rollout.ts';
import { createRollouts, type FleetSettings, type Written } from '../../../src/daemon/rollout/rollouts.ts';
import { undone } from '../../../src/rollout/report.ts';
import type { Store } from '../../../src/state/store.ts';
import { until } from '../../support/until.ts';
import { handClock } from '../notify/setup.ts';
import { outcomeOf } from '../builders.ts';

const UNDOING: Rollout = {
  id: 'r1',
  phase: 'undoing',
  startedAt: 0,
  at: 0,
  waves: [{ name: 'rest', targets: ['home'] }],
  targets: { home: { phase: 'undoing', at: 0, to: 'new', backup: 'b1' } },
};

/** One process at the start; `undo`: how its restore ends. */
function processAt(undo: (written: Written) => Promise<Outcome>) {
  let record: Rollout | undefined = UNDOING;
  const store = {
    rollout: async () => record,
    changeRollout: async (change) => (record = change(record)),
  } satisfies Partial<Store>;
  const clock = handClock();
  const failures: unknown[] = [];
  let calls = 0;
  const rollouts = createRollouts({
    clock,
    signal: new AbortController().signal,
    look: () => {},
    undo: (_, written) => {
      calls += 1;
      return undo(written);
    },
    changed: () => {},
    failed: (error) => failures.push(error),
  });
  rollouts.attach({ targets: [], store } as unknown as FleetSettings); // an undo reads nothing else
  return {
    clock,
    rollouts,
    calls: () => calls,
    record: () => record,
    failures,
    /** Another process does it. */
    undoneElsewhere: () => (record = record && undone(record, 'home', { isUndone: true, why: '' }, 1)),
  };
}

const locked = outcomeOf({ kind: 'locked', holder: 'another process' });
const restored = outcomeOf({
  kind: 'restored',
  restored: 'b1',
  backup: 'b2',
  fidelity: 'exact',
  runtime: 'proven',
  evidence: [],
});

test('what was undone while it waited for the lock is not undone again', async () => {
  const at = processAt(async () => locked);
  await at.rollouts.continueUndo();
  await until(() => at.clock.waits().length === 1);
  expect(at.calls()).toBe(1);
  at.undoneElsewhere();
  at.clock.pass(10_000);
  await at.rollouts.continueUndo();
  await new Promise((turn) => setImmediate(turn));
  expect([at.calls(), at.clock.waits(), at.failures]).toEqual([1, [], []]);
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
