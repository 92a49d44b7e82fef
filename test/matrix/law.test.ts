// The law of the fault matrix for two faults in one transaction, and for a second Holdfast that writes meanwhile.
// HOLDFAST_LAW_RUNS sets the number of random cases.
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { reconcile } from '../../src/apply/apply.ts';
import { loadDesired } from '../../src/desired/desired.ts';
import { openFileStore } from '../../src/state/files/files.ts';
import { type Fixture, teardown } from '../apply/setup.ts';
import { tryFaults } from './cell.ts';
import { FAULT_NAMES, type Fault, FAULTS } from './faults.ts';
import { noneFor, type Quiet, quietly } from './perform.ts';
import type { SceneName } from './scenes.ts';
import { type Step, STEP_NAMES, type StepName, STEPS } from './steps.ts';
import { SCENE_NAMES } from './table.ts';

const RUNS = Number(process.env['HOLDFAST_LAW_RUNS'] ?? 10);

afterEach(teardown);

/** Another Holdfast with its own state, which applies what this plan doesn't change. */
async function applyAsOther({ context, clock }: Fixture): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'holdfast-other-'));
  const desired = join(dir, 'desired');
  await mkdir(desired);
  await writeFile(join(desired, 'gateway.yaml'), 'max-retry-interval: 45\nlogging-to-file: true\n');
  const target = { ...context.target, desired: [desired] };
  const store = await openFileStore({ dir: join(dir, 'state'), clock });
  const load = (): ReturnType<typeof loadDesired> => loadDesired(target, { env: {}, settingsDir: dir });
  const outcome = await reconcile({ ...context, target, store, loadDesired: load }, { waitMs: 0 });
  if (outcome.kind !== 'applied') throw new Error(`the other Holdfast: ${outcome.kind}`);
}

/** Only while no request is under way: requests of one process to one gateway are sent one after the other. */
const OTHER: Fault = {
  title: 'another Holdfast applies',
  store: async ({ fixture, foreign }, work) => {
    await foreign(() => applyAsOther(fixture));
    return work();
  },
};
const BETWEEN = [
  'backup',
  'journal',
  'first-note',
  'last-note',
  'commit',
  'history',
] as const satisfies StepName[];

const quiet = new Map<SceneName, Promise<Quiet>>();
const quietOf = (scene: SceneName): Promise<Quiet> => {
  const known = quiet.get(scene) ?? quietly(scene);
  quiet.set(scene, known);
  return known;
};

const isBack = (step: StepName): boolean => (STEPS[step] as Step).back === true;

/** What others do is one of the two at most, so that it can be told what was theirs. */
const THEIRS = new Set(['foreign', 'foreign-same']);

const cases = fc.record({
  scene: fc.constantFrom(...SCENE_NAMES),
  first: fc.constantFrom(...FAULT_NAMES),
  at: fc.constantFrom(...STEP_NAMES),
  second: fc.constantFrom('other', ...FAULT_NAMES),
  after: fc.constantFrom(...STEP_NAMES),
  between: fc.constantFrom(...BETWEEN),
});

test('the gateway is as planned or as before, the outcome is true, and the next runs converge', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async ({ scene, first, at, second, after, between }) => {
      const alone = await quietOf(scene);
      fc.pre(noneFor(alone, at, first) === undefined);
      fc.pre(second === 'other' ? !THEIRS.has(first) : noneFor(alone, after, second) === undefined);
      fc.pre(!(THEIRS.has(first) && THEIRS.has(second)));
      const other =
        second === 'other' ? { step: between, fault: OTHER } : { step: after, fault: FAULTS[second] };
      const injections = [{ step: at, fault: FAULTS[first] }, other];
      const back = injections.some(({ step }) => isBack(step));
      const cell = await tryFaults(scene, alone, injections, back);
      expect(cell.wrong).toEqual([]);
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
}, 600_000);
