import { describe, expect, test } from '@jest/globals';
import { sharedTransition, transitionAfter } from '../../../src/daemon/notify/transitions.ts';
import type { Outcome } from '../../../src/domain/outcome/outcome.ts';
import { problem } from '../../../src/domain/problem/problem.ts';
import type { NotifiedStatus } from '../../../src/domain/state/state.ts';
import type { Channel } from '../../../src/settings/settings.ts';
import { aPlan } from '../../support/build-plan.ts';
import { outcomeOf, restored } from '../builders.ts';

type Wants = Pick<Channel, 'on' | 'severity' | 'targets'>;

const ALL: Wants = { severity: 'info' };
const inSync = outcomeOf({ kind: 'in-sync', depth: 'deep' });
const drifted = outcomeOf({ kind: 'drifted', depth: 'deep' });
const unreachable = outcomeOf({ kind: 'unreachable' });
const suspended = outcomeOf({ kind: 'suspended', until: 1, reason: 'moving' });
const applied = outcomeOf({
  kind: 'applied',
  backup: 'b1',
  evidence: [],
  runtime: 'proven',
  notServedYet: [],
  restartNeeded: [],
});
const rolledBack = (revision: string): Outcome =>
  outcomeOf({
    kind: 'rolled-back',
    backup: 'b1',
    fidelity: 'exact',
    reason: 'no',
    evidence: [],
    plan: aPlan({ revision: { digest: revision.padEnd(64, '0') } }),
  });

/** What is sent, outcome by outcome. */
function told(wants: Wants, ...outcomes: readonly Outcome[]): string[] {
  let mark: NotifiedStatus | undefined;
  return outcomes.map((outcome) => {
    const turn = transitionAfter(wants, mark, outcome);
    mark = turn.status;
    return turn.tells.join(' ');
  });
}

describe('what a channel gets', () => {
  test('a change once, however often it is seen, and the recovery', () => {
    expect(told(ALL, inSync, drifted, drifted, drifted, inSync, inSync, drifted)).toEqual([
      '',
      'drifted',
      '',
      '',
      'recovered',
      '',
      'drifted',
    ]);
  });

  test('each trouble on the way, and one recovery from all of them', () => {
    expect(told(ALL, drifted, unreachable, drifted, inSync)).toEqual([
      'drifted',
      'unreachable',
      'drifted',
      'recovered',
    ]);
  });

  test('no recovery from a problem that was not sent', () => {
    const wants: Wants = { severity: 'info', on: ['unreachable', 'recovered'] };
    expect(told(wants, drifted, inSync, drifted, unreachable, drifted, inSync)).toEqual([
      '',
      '',
      '',
      'unreachable',
      '',
      'recovered',
    ]);
  });

  test('outcomes that say nothing of the target change nothing', () => {
    const locked = outcomeOf({ kind: 'locked', holder: 'somebody' });
    const cancelled = outcomeOf({ kind: 'cancelled', reason: 'no' });
    expect(told(ALL, drifted, locked, cancelled, drifted)).toEqual(['drifted', '', '', '']);
  });

  test('every transaction if subscribed, in addition to the recovery', () => {
    const wants: Wants = { severity: 'info', on: ['applied', 'drifted', 'recovered'] };
    expect(told(wants, applied, applied, drifted, applied)).toEqual([
      'applied',
      'applied',
      'drifted',
      'applied recovered',
    ]);
    expect(told(ALL, applied, applied)).toEqual(['', '']);
  });

  test('a restore, and the trouble before it is over only when the target is in sync', () => {
    expect(told(ALL, drifted, restored, inSync)).toEqual(['drifted', 'restored', 'recovered']);
  });

  test('each revision that is rolled back, once', () => {
    const [one, two] = [rolledBack('a1'), rolledBack('b2')];
    expect(told(ALL, one, one, two)).toEqual(['rolled-back', '', 'rolled-back']);
  });

  test('a suspension is sent, and has no recovery', () => {
    expect(told(ALL, suspended, suspended, inSync)).toEqual(['suspended', '', '']);
    expect(told(ALL, drifted, suspended, inSync)).toEqual(['drifted', 'suspended', 'recovered']);
  });

  test('nothing below the severity, but the recovery from what is above it', () => {
    const wants: Wants = { severity: 'critical' };
    expect(told(wants, drifted, suspended, unreachable, inSync)).toEqual([
      '',
      '',
      'unreachable',
      'recovered',
    ]);
  });

  test('only its targets', () => {
    expect(told({ ...ALL, targets: ['eu'] }, drifted, inSync)).toEqual(['', '']);
    expect(told({ ...ALL, targets: ['eu', 'home'] }, drifted)).toEqual(['drifted']);
  });

  test('in sync itself only if subscribed', () => {
    expect(told({ severity: 'info', on: ['in-sync'] }, inSync, inSync, drifted, inSync)).toEqual([
      'in-sync',
      '',
      '',
      'in-sync',
    ]);
  });

  test('settings and source: trouble once, and its end', () => {
    let mark: NotifiedStatus | undefined;
    const seen = [false, true, true, false, false].map((isWrong) => {
      const turn = sharedTransition(ALL, mark, 'daemon', isWrong);
      mark = turn.status;
      return turn.tells.join(' ');
    });
    expect(seen).toEqual(['', 'daemon', '', 'recovered', '']);
  });
});

describe('a client key that expires', () => {
  const expiring = (outcome: Outcome, ...keys: readonly string[]): Outcome => ({
    ...outcome,
    problems: keys.map((key) => problem('HF2111', 'it expires', { facts: { expiring: key } })),
  });

  test('is announced once for each end, whatever the status', () => {
    const outcomes = [
      expiring(inSync, 'laptop 1'),
      expiring(inSync, 'laptop 1'),
      unreachable,
      expiring(inSync, 'laptop 1'),
      expiring(drifted, 'laptop 1', 'phone 2'),
      expiring(drifted, 'laptop 3'),
      expiring(drifted, 'laptop 1'),
    ];
    expect(told(ALL, ...outcomes)).toEqual([
      'expiring',
      '',
      'unreachable',
      'recovered',
      'expiring drifted',
      'expiring',
      '',
    ]);
  });

  test('is not announced to a channel that asks for other things', () => {
    expect(told({ on: ['drifted'], severity: 'info' }, expiring(inSync, 'laptop 1'))).toEqual(['']);
  });
});
