// What an action on several targets does to each, and which ones it leaves out.
import { describe, expect, test } from '@jest/globals';
import { type BulkAction, stepFor, waitsText } from '../../src/web/client/bulk/steps.ts';
import { eachOf } from '../../src/web/client/bulk/each-of.ts';
import { aChange, aPlan, aVerdict, aWrite } from '../support/build-plan.ts';
import { aTarget } from './fleet.ts';

const READY = aPlan({ changes: [aChange()], writes: [aWrite()], verdicts: [] });
const REFUSED = aPlan({ ...READY, verdicts: [aVerdict()] });
const LEFT = aPlan({ changes: [aChange({ origin: 'drift', disposition: 'report' })], writes: [] });
const HELD = aPlan({
  changes: [aChange({ origin: 'drift', disposition: 'held' })],
  writes: [],
  verdicts: [],
});
const QUARANTINE = { since: 1, reason: 'it failed' };
const SUSPENDED = { standing: 'suspended', suspension: { until: 1, reason: 'maintenance' } };

const drifted = { standing: 'drifted' };

describe('an action on several targets', () => {
  test.each<[BulkAction, object, object, string]>([
    ['apply', drifted, { plan: READY }, 'applies 1 change: request-retry'],
    [
      'apply',
      { standing: 'quarantined', quarantine: QUARANTINE },
      { plan: READY },
      'retries 1 change: request-retry',
    ],
    ['apply', { standing: 'quarantined', quarantine: QUARANTINE }, {}, 'retries the revision'],
    ['apply', { standing: 'contested' }, { plan: HELD }, 'corrects it once more'],
    ['correct', drifted, { plan: READY }, 'puts back 1 change: request-retry'],
    ['suspend', drifted, {}, 'no writes; checks continue'],
    ['resume', SUSPENDED, { plan: READY }, 'then applies 1 change: request-retry'],
    ['resume', SUSPENDED, {}, 'nothing waits'],
  ])('%s of %j', (action, parts, seen, text) => {
    expect(stepFor(action, aTarget('home', parts), seen)).toMatchObject({ kind: 'will', text });
  });

  test.each<[BulkAction, object, object, string]>([
    ['apply', {}, {}, 'in sync already'],
    ['apply', { standing: 'refused' }, { plan: REFUSED }, 'refused by mass-delete'],
    ['apply', drifted, { plan: LEFT }, 'has nothing to apply, only drift'],
    ['apply', { ...drifted, mode: 'observe' }, { plan: LEFT }, 'is in mode observe'],
    ['apply', { standing: 'invalid' }, { plan: READY }, 'the files have errors'],
    ['apply', SUSPENDED, { plan: READY }, 'is suspended'],
    ['apply', { standing: 'needs-a-person' }, { plan: READY }, 'needs the steps by hand first'],
    ['correct', { ...drifted, mode: 'observe' }, { plan: READY }, 'is in mode observe'],
    ['correct', SUSPENDED, { plan: READY }, 'is suspended'],
    ['correct', drifted, { plan: REFUSED }, 'refused by mass-delete'],
    ['correct', {}, { plan: LEFT }, 'has no drift'],
    ['correct', drifted, {}, "couldn't be planned"],
    ['suspend', SUSPENDED, {}, 'is suspended already'],
    ['resume', {}, {}, "isn't suspended"],
  ])('%s leaves out %j', (action, parts, seen, text) => {
    expect(stepFor(action, aTarget('home', parts), seen)).toMatchObject({ kind: 'skip', text });
  });

  test('applies exactly the plan that was listed', () => {
    const { digest } = READY;
    expect(stepFor('apply', aTarget('home', drifted), { plan: READY })).toMatchObject({
      action: 'apply',
      body: { approved: digest },
    });
    expect(stepFor('correct', aTarget('home', drifted), { plan: READY })).toMatchObject({
      action: 'apply',
      body: { approved: digest, mode: 'enforce' },
    });
    const held = aTarget('home', { standing: 'quarantined', quarantine: QUARANTINE });
    expect(stepFor('apply', held, { plan: READY })).toMatchObject({
      body: { approved: digest, retry: true },
    });
  });

  test('counts the suspension itself as no reason against what waits for its end, unlike a freeze window', () => {
    const held = aPlan({ ...READY, verdicts: [aVerdict({ guard: 'frozen' })] });
    const windows = [{ until: 1, window: '0 8 * * mon-fri for 10h' }];
    const textOf = (parts: object): string =>
      stepFor('resume', aTarget('home', { ...SUSPENDED, ...parts }), { plan: held }).text;
    expect(textOf({})).toBe('then applies 1 change: request-retry');
    expect(textOf({ frozen: windows })).toBe('1 change that frozen refuses');
  });

  test('says which guard stops what waits for the end of a suspension', () => {
    expect(waitsText(REFUSED)).toBe('1 change that mass-delete refuses');
    expect(waitsText(LEFT)).toBe('nothing waits');
  });

  test('works on few of them at a time, and answers in their order', async () => {
    let [now, most] = [0, 0];
    const items = Array.from({ length: 30 }, (_, i) => i);
    const results = await eachOf(items, async (item) => {
      most = Math.max(most, (now += 1));
      for (let turns = 0; turns < (item % 5) + 1; turns += 1) await Promise.resolve();
      now -= 1;
      return item * 2;
    });
    expect(results).toEqual(items.map((item) => item * 2));
    expect(most).toBeLessThanOrEqual(4);
  });
});
