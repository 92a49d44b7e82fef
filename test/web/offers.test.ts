// Which actions a target page offers in each state, and which one it recommends.
import { describe, expect, test } from '@jest/globals';
import type { Plan } from '../../src/domain/plan/plan.ts';
import { SYNC_STATUSES, type SyncStatus } from '../../src/domain/outcome/sync-status.ts';
import { offersFor } from '../../src/web/client/target-page/offers.ts';
import { aChange, aPlan, aVerdict, aWrite } from '../support/build-plan.ts';
import { aTarget } from './fleet.ts';

const READY = aPlan({ changes: [aChange()], writes: [aWrite()], verdicts: [] });
const REFUSED = aPlan({ ...READY, verdicts: [aVerdict()] });
const LEFT = aPlan({
  changes: [aChange({ origin: 'drift', disposition: 'report' })],
  writes: [],
  verdicts: [],
});
const QUARANTINE = { since: 1, reason: 'it failed' };
const SUSPENSION = { until: 1, reason: 'maintenance' };

const withoutOverride = (): Plan => {
  const { override: _, ...verdict } = aVerdict();
  return aPlan({ ...READY, verdicts: [verdict] });
};

describe('a target page', () => {
  test.each<[SyncStatus, Plan | undefined, string | undefined]>([
    ['in-sync', undefined, undefined],
    ['drifted', READY, 'apply'],
    ['drifted', LEFT, 'correct'],
    ['refused', REFUSED, undefined],
    ['quarantined', READY, 'retry'],
    ['rolled-back', READY, 'retry'],
    ['rolled-back', undefined, 'retry'],
    ['invalid', READY, undefined],
    ['unreachable', READY, 'sync'],
    ['needs-a-person', READY, 'sync'],
    ['failed', undefined, 'sync'],
    ['unknown', undefined, 'sync'],
    ['contested', LEFT, 'retry'],
    ['suspended', READY, 'resume'],
  ])('of status %s recommends what leads out of it', (standing, plan, primary) => {
    const target = aTarget('home', {
      ...(/quarantined|rolled-back/.test(standing) && { quarantine: QUARANTINE }),
      ...(standing === 'suspended' && { suspension: SUSPENSION }),
    });
    expect(offersFor(target, standing, plan).primary).toBe(primary);
  });

  test('offers an override only of guards that have one, and never recommends it', () => {
    const target = aTarget('home');
    expect(offersFor(target, 'refused', REFUSED)).toEqual({
      offered: ['override', 'sync', 'suspend', 'rollback'],
    });
    expect(offersFor(target, 'refused', withoutOverride()).offered).not.toContain('override');
    expect(
      offersFor(aTarget('home', { quarantine: QUARANTINE }), 'quarantined', REFUSED).primary,
    ).toBeUndefined();
  });

  test('offers to adopt what the gateway changed, where the daemon follows git', () => {
    const target = aTarget('home');
    expect(offersFor(target, 'drifted', LEFT, true).offered).toContain('adopt');
    expect(offersFor(target, 'drifted', LEFT).offered).not.toContain('adopt');
    expect(offersFor(target, 'drifted', READY, true).offered).not.toContain('adopt');
    expect(offersFor(target, 'unreachable', LEFT, true).offered).not.toContain('adopt');
  });

  test('offers to apply after the steps by hand', () => {
    expect(offersFor(aTarget('home'), 'needs-a-person', READY).offered).toEqual(['sync', 'retry', 'suspend']);
  });

  test('offers a rollback only after an apply, and none of a gateway that does not respond', () => {
    const { rollback: _, ...never } = aTarget('home');
    expect(offersFor(never, 'in-sync', undefined).offered).toEqual(['sync', 'suspend']);
    expect(offersFor(aTarget('home'), 'in-sync', undefined).offered).toEqual(['sync', 'suspend', 'rollback']);
    expect(offersFor(aTarget('home'), 'unreachable', undefined).offered).not.toContain('rollback');
  });

  test('recommends only what it offers, in every status', () => {
    for (const standing of Object.keys(SYNC_STATUSES) as SyncStatus[])
      for (const plan of [undefined, READY, REFUSED, LEFT])
        for (const more of [{}, { quarantine: QUARANTINE }, { suspension: SUSPENSION }]) {
          const { offered, primary } = offersFor(aTarget('home', more), standing, plan);
          if (primary) expect(offered).toContain(primary);
          expect(offered.includes('suspend')).toBe(!offered.includes('resume'));
        }
  });
});
