// The fault matrix: each step of a transaction, each fault, on four gateways. A sample by default, `npm run matrix` tries
// every cell, and `npm run matrix:write` also records the results, from which docs/reliability.md is made.
import { writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Cell, tryCell } from './cell.ts';
import { FAULT_NAMES, type FaultName } from './faults.ts';
import { noneFor, type Quiet, quietly } from './perform.ts';
import type { SceneName } from './scenes.ts';
import { STEP_NAMES, type StepName } from './steps.ts';
import { type Result, resultIn, SCENE_NAMES, table, TABLE_FILE, tableOf } from './table.ts';

const ASKED = process.env['HOLDFAST_MATRIX'];
const WRITES = ASKED === 'write';
/** Steps and faults; all where absent. */
const ONLY = process.env['HOLDFAST_MATRIX_ONLY']?.split(',');

interface Place {
  readonly step: StepName;
  readonly fault: FaultName;
}

const quiet = new Map<SceneName, Quiet>();
const results = new Map<string, Result>();
const keyOf = (scene: SceneName, { step, fault }: Place): string => `${scene} ${step} ${fault}`;

const textOf = ({ outcome, exit, gateway, next }: Cell): Result =>
  [outcome, exit ?? '', gateway, next.join(' > ')].join('; ');

const quietOf = (scene: SceneName): Quiet => {
  const found = quiet.get(scene);
  if (!found) throw new Error(`${scene} was not recorded`);
  return found;
};

/** Every cell where the fault can happen; in a sample, one step for each second fault, others in the next gateway. */
function placesIn(scene: SceneName): readonly Place[] {
  const offset = SCENE_NAMES.indexOf(scene);
  return FAULT_NAMES.flatMap((fault, i) => {
    const steps = STEP_NAMES.filter((step) => noneFor(quietOf(scene), step, fault) === undefined);
    const asked = steps.filter((step) => !ONLY || ONLY.includes(step) || ONLY.includes(fault));
    if (ASKED === 'all' || WRITES) return asked.map((step) => ({ step, fault }));
    if ((i + offset) % 2 === 1) return [];
    const [step] = fc.sample(fc.constantFrom(...steps), 1);
    return step ? [{ step, fault }] : [];
  });
}

/** A few at a time, because they wait most of their time. */
async function each(places: readonly Place[], work: (place: Place) => Promise<void>): Promise<void> {
  const left = [...places];
  const worker = async (): Promise<void> => {
    for (let place = left.shift(); place; place = left.shift()) await work(place);
  };
  await Promise.all([worker(), worker(), worker()]);
}

beforeAll(async () => {
  for (const scene of SCENE_NAMES) quiet.set(scene, await quietly(scene));
}, 600_000);

describe('one fault in a transaction', () => {
  test.each(SCENE_NAMES)(
    '%s: the gateway is as planned or as before, the outcome is true, and the next runs converge',
    async (scene) => {
      const recorded = WRITES ? undefined : table();
      const wrong: string[] = [];
      await each(placesIn(scene), async (place) => {
        const { step, fault } = place;
        const cell = await tryCell(scene, step, fault, quietOf(scene));
        const text = textOf(cell);
        results.set(keyOf(scene, place), text);
        wrong.push(...cell.wrong.map((each) => `${fault} at ${step}: ${each}`));
        const before = recorded && resultIn(recorded, scene, step, fault);
        if (recorded && before !== text)
          wrong.push(`${fault} at ${step}: "${text}", recorded is "${before}"`);
      });
      expect(wrong).toEqual([]);
    },
    3_600_000,
  );

  test('the record has no gap, and gives a reason where a fault can not happen', () => {
    const now = tableOf((scene, step, fault) => {
      const none = noneFor(quietOf(scene), step, fault);
      if (none !== undefined) return `-; ${none}`;
      const place = { step, fault };
      return results.get(keyOf(scene, place)) ?? resultIn(table(), scene, step, fault) ?? 'missing';
    });
    if (WRITES) writeFileSync(TABLE_FILE, `${JSON.stringify(now, null, 2)}\n`);
    expect(JSON.stringify(now)).not.toContain('"missing"');
    expect(now).toEqual(table());
  });
});
