// One rollout, step by step.
import { describe, expect, test } from '@jest/globals';
import type { Rollout } from '../../src/domain/state/rollout.ts';
import { advance } from '../../src/rollout/advance.ts';
import { actionsOf } from '../../src/rollout/control.ts';
import { begin } from '../../src/rollout/begin.ts';
import { isClearRise, ratesOf } from '../../src/rollout/error-rate.ts';
import { reported } from '../../src/rollout/report.ts';
import { wavesOf, withoutWave } from '../../src/rollout/selector.ts';
import { Fleet, strategyOf } from './fleet.ts';

const SOAK = 600_000;
const FLEET = { canary: ['c1'], rest: ['r1', 'r2', 'r3'] };

function started(rules: Parameters<typeof strategyOf>[1] = {}): Fleet {
  const fleet = new Fleet(strategyOf(FLEET, rules));
  for (const name of ['c1', 'r1', 'r2', 'r3']) fleet.inForce.set(name, 'v0');
  fleet.commit('v1');
  return fleet;
}

const phases = (fleet: Fleet): string =>
  Object.entries(fleet.rollout?.targets ?? {})
    .map(([name, { phase }]) => `${name} ${phase}`)
    .join(', ');

describe('waves', () => {
  test('the canary comes first, soaks, and is checked again before the next wave', () => {
    const fleet = started({ maxParallel: 2 });
    expect(phases(fleet)).toBe('c1 working, r1 waiting, r2 waiting, r3 waiting');
    fleet.check('c1');
    fleet.wait(SOAK - 1);
    expect(phases(fleet)).toBe('c1 done, r1 waiting, r2 waiting, r3 waiting');
    fleet.wait(1);
    expect(fleet.target('c1')?.verifiedAt).toBe(fleet.now);
    expect(phases(fleet)).toBe('c1 done, r1 working, r2 working, r3 waiting');
    fleet.settle();
    expect(fleet.rollout?.phase).toBe('done');
    expect(fleet.writes.map(({ target }) => target)).toEqual(['c1', 'r1', 'r2', 'r3']);
  });

  test('without a soak, the next wave follows at once', () => {
    const fleet = started({ soakMs: 0 });
    fleet.settle();
    expect(fleet.rollout?.phase).toBe('done');
  });

  test('a wave in which nothing changes needs no soak', () => {
    const fleet = started();
    fleet.settle();
    fleet.wait(SOAK);
    fleet.settle();
    fleet.commit('v2', ['c1']);
    expect(phases(fleet)).toBe('c1 done, r1 working, r2 working, r3 working');
  });

  test('a revision of other targets leaves a soak as it is, and an undo knows its write', () => {
    const fleet = started();
    fleet.check('c1');
    fleet.wait(SOAK / 2);
    fleet.commit('v2', ['c1']);
    expect(phases(fleet)).toBe('c1 done, r1 waiting, r2 waiting, r3 waiting');
    fleet.wait(SOAK / 2 - 1);
    expect(phases(fleet)).toBe('c1 done, r1 waiting, r2 waiting, r3 waiting');
    fleet.wait(1);
    expect(phases(fleet)).toBe('c1 done, r1 working, r2 working, r3 working');
    expect(fleet.target('c1')?.backup).toBeDefined();
  });

  test('a check at the end of a soak that proves nothing is repeated after a while, not at once', () => {
    const fleet = started();
    fleet.check('c1');
    const end = fleet.now + SOAK;
    const at = (rollout: Rollout | undefined, now: number) => advance(rollout!, fleet.strategy, now);
    const first = at(fleet.rollout, end);
    expect(first).toMatchObject({ check: ['c1'], nextAt: end + 30_000 });
    expect(at(first.rollout, end + 29_999)).toMatchObject({ check: [], nextAt: end + 30_000 });
    expect(at(first.rollout, end + 30_000)).toMatchObject({ check: ['c1'], nextAt: end + 60_000 });
  });

  test('the first failure stops the rest and says where', () => {
    const fleet = started();
    fleet.check('c1', 'rolled-back');
    expect(fleet.rollout).toMatchObject({ phase: 'stopped', why: 'c1: rolled-back' });
    fleet.wait(10 * SOAK);
    expect(phases(fleet)).toBe('c1 failed, r1 waiting, r2 waiting, r3 waiting');
  });

  test('a target that fails during the soak stops the rest', () => {
    const fleet = started();
    fleet.check('c1');
    const { rollout } = fleet;
    if (!rollout) throw new Error('no rollout');
    const seen = { kind: 'contested', digest: 'v1', why: 'contested' } as const;
    const next = advance(reported(rollout, 'c1', seen, fleet.now), fleet.strategy, fleet.now);
    expect(next.rollout).toMatchObject({ phase: 'stopped', why: 'c1: contested' });
  });

  test('a target that is unreachable three times in a row is a failure', () => {
    const fleet = started();
    fleet.check('c1', 'unreachable');
    fleet.check('c1', 'unreachable');
    expect(fleet.rollout?.phase).toBe('running');
    fleet.check('c1', 'unreachable');
    expect(fleet.rollout?.phase).toBe('stopped');
  });

  test('a suspended target comes later; a wave of suspended ones waits', () => {
    const fleet = started();
    fleet.check('c1', 'suspended');
    fleet.wait(10 * SOAK);
    expect(phases(fleet)).toBe('c1 waiting, r1 waiting, r2 waiting, r3 waiting');
    expect(fleet.target('c1')?.isLate).toBe(true);
    fleet.check('c1'); // the suspension was ended
    fleet.settle();
    fleet.wait(SOAK);
    fleet.check('r1', 'suspended');
    fleet.settle();
    expect(fleet.rollout?.phase).toBe('done');
    expect(phases(fleet)).toBe('c1 done, r1 waiting, r2 done, r3 done');
    fleet.check('r1');
    fleet.settle();
    expect(phases(fleet)).toBe('c1 done, r1 done, r2 done, r3 done');
  });

  test('a frozen target waits for the end of its window', () => {
    const fleet = started();
    const { rollout, now } = fleet;
    if (!rollout) throw new Error('no rollout');
    const seen = { kind: 'refused', digest: 'v1', why: 'frozen', heldUntil: now + 5000 } as const;
    const frozen = advance(reported(rollout, 'c1', seen, now), fleet.strategy, now);
    expect(frozen).toMatchObject({ check: [], nextAt: now + 5000 });
    expect(frozen.rollout.targets['c1']).toMatchObject({ phase: 'waiting', why: 'frozen' });
    expect(advance(frozen.rollout, fleet.strategy, now + 5000).check).toEqual(['c1']);
  });
});

describe('commits', () => {
  test('a newer commit replaces what has not started, and begins with the canary', () => {
    const fleet = started();
    fleet.settle();
    fleet.wait(SOAK);
    fleet.check('r1');
    fleet.commit('v2');
    expect(fleet.rollout?.supersedes).toBe('r1');
    expect(phases(fleet)).toBe('c1 working, r1 waiting, r2 waiting, r3 waiting');
    for (const name of ['r2', 'r3']) fleet.check(name); // their work of the earlier rollout had not begun
    fleet.settle();
    fleet.wait(SOAK);
    fleet.settle();
    expect([...fleet.inForce.values()]).toEqual(['v2', 'v2', 'v2', 'v2']);
    expect(fleet.writes.filter(({ target }) => target === 'r2').map(({ revision }) => revision)).toEqual([
      'v2',
    ]);
  });

  test('a paused rollout stays paused', () => {
    const fleet = started();
    fleet.ask('pause');
    fleet.commit('v2');
    expect(fleet.rollout?.phase).toBe('paused');
  });

  test('a removed target is forgotten, and an added one joins its wave', () => {
    const fleet = started();
    const { rollout } = fleet;
    if (!rollout) throw new Error('no rollout');
    const declared = { c1: { to: 'v1', inForce: 'v0' }, r3: { to: 'v1', inForce: 'v0' }, r4: { to: 'v1' } };
    const waves = [
      { name: 'canary', targets: ['c1'] },
      { name: 'rest', targets: ['r3', 'r4'] },
    ];
    const joined = begin(rollout, { waves, declared }, { id: 'x', now: fleet.now });
    expect(joined.id).toBe(rollout.id);
    expect(Object.keys(joined.targets)).toEqual(['c1', 'r3', 'r4']);
    expect(begin(joined, { waves, declared }, { id: 'y', now: fleet.now })).toBe(joined);
  });
});

describe('people', () => {
  test('resume after a failure tries the failed target again', () => {
    const fleet = started();
    fleet.check('c1', 'rolled-back');
    expect(fleet.ask('resume')).toBeUndefined();
    expect(fleet.target('c1')).toMatchObject({ phase: 'working', retry: true });
  });

  test('abort leaves every target at what it has', () => {
    const fleet = started();
    fleet.settle();
    fleet.ask('abort');
    fleet.wait(10 * SOAK);
    for (const name of ['r1', 'r2', 'r3']) fleet.check(name);
    expect([...fleet.inForce.values()]).toEqual(['v1', 'v0', 'v0', 'v0']);
  });

  test('undo rolls back what this rollout wrote, the last wave first', () => {
    const fleet = started({ maxParallel: 1 });
    fleet.settle();
    fleet.wait(SOAK);
    fleet.check('r1');
    fleet.check('r2');
    fleet.ask('undo');
    expect(phases(fleet)).toBe('c1 done, r1 done, r2 done, r3 working');
    fleet.check('r3');
    expect(phases(fleet)).toBe('c1 done, r1 done, r2 undoing, r3 waiting');
    fleet.undo('r2', false);
    fleet.settle();
    expect(fleet.rollout?.phase).toBe('undone');
    expect(phases(fleet)).toBe('c1 undone, r1 undone, r2 undo-failed, r3 waiting');
    fleet.ask('undo');
    fleet.settle();
    expect(phases(fleet)).toBe('c1 undone, r1 undone, r2 undone, r3 waiting');
  });

  test('what can be asked depends on the phase', () => {
    const fleet = started();
    const asked = (): readonly string[] => (fleet.rollout ? actionsOf(fleet.rollout) : []);
    expect(asked()).toEqual(['pause', 'abort', 'undo']);
    fleet.ask('pause');
    expect(asked()).toEqual(['resume', 'abort', 'undo']);
    fleet.ask('resume');
    fleet.settle();
    fleet.wait(SOAK);
    fleet.settle();
    expect(asked()).toEqual(['undo']);
    expect(fleet.ask('pause')).toBe('it is done');
  });
});

describe('error rates', () => {
  const of = (failed: number, requests: number): { succeeded: number; failed: number } => ({
    succeeded: requests - failed,
    failed,
  });

  test.each([
    ['fewer than 20 requests', of(0, 100), of(19, 19), false],
    ['1 % to 6 %', of(1, 100), of(6, 100), true],
    ['1 % to 5 %', of(1, 100), of(5, 100), false],
    ['10 % to 16 %: not twice', of(10, 100), of(16, 100), false],
    ['10 % to 20 %', of(10, 100), of(20, 100), true],
    ['no requests before', of(0, 0), of(1, 20), true],
  ])('%s', (_title, before, during, isClear) => {
    expect(isClearRise({ before, during })).toBe(isClear);
  });

  test('counters of a gateway that started again count from zero', () => {
    const requests = { recent: of(1, 10), written: of(50, 1000), last: of(2, 30) };
    expect(ratesOf([{ phase: 'done', at: 0, requests }])).toEqual({ before: of(1, 10), during: of(2, 30) });
  });

  test('a clear rise stops the rollout after the soak', () => {
    const fleet = started({ stopOn: 'error-rate' });
    fleet.settle();
    const { rollout, now } = fleet;
    if (!rollout) throw new Error('no rollout');
    const rising = { recent: of(1, 100), written: of(1, 100), last: of(31, 130) };
    const canary = {
      phase: 'done',
      at: now,
      to: 'v1',
      backup: 'b',
      verifiedAt: now + SOAK,
      requests: rising,
    } as const;
    const soaked = { ...rollout, targets: { ...rollout.targets, c1: canary } };
    expect(advance(soaked, fleet.strategy, now + SOAK).rollout).toMatchObject({
      phase: 'stopped',
      why: 'wave canary: 100.0 % of 30 requests failed after the change, 1.0 % before it',
    });
  });
});

describe('labels', () => {
  const targets = [
    { name: 'a', labels: { canary: 'true', region: 'eu' } },
    { name: 'b', labels: { wave: 'canary' } },
    { name: 'c', labels: { canary: 'false', region: 'eu', tier: 'gold' } },
    { name: 'd' },
  ];

  test.each([
    [
      ['canary', 'rest'],
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    [
      ['region=eu', 'rest'],
      [
        ['a', 'c'],
        ['b', 'd'],
      ],
    ],
    [
      ['region=eu, tier=gold', 'canary', 'rest'],
      [['c'], ['a', 'b'], ['d']],
    ],
    [
      ['rest', 'canary'],
      [['a', 'b', 'c', 'd'], []],
    ],
  ])('%j', (order, found) => {
    expect(wavesOf(order, targets).map((wave) => wave.targets)).toEqual(found);
  });

  test('what no wave selects is known', () => {
    expect(withoutWave(wavesOf(['canary'], targets), targets)).toEqual(['c', 'd']);
  });
});
