// The recorded results of the fault matrix: by fault, by step, by the gateways that have the same result.
import { readFileSync } from 'node:fs';
import { FAULT_NAMES, type FaultName } from './faults.ts';
import { SCENES, type SceneName } from './scenes.ts';
import { STEP_NAMES, type StepName } from './steps.ts';

/** What came of a cell: `applied; 0; planned; in-sync`. Or why the fault can't happen there: `-; nothing is sent`. */
export type Result = string;

/** Why a step after the first write doesn't exist. */
export const ONE_WRITE = 'the plan has one request, the first write';

/** Names of scenes, separated by blanks, or `all`. */
type ByScenes = Readonly<Record<string, Result>>;
export type Table = Readonly<Record<FaultName, Readonly<Record<StepName, ByScenes>>>>;

export const SCENE_NAMES = Object.keys(SCENES) as readonly SceneName[]; // its own keys
export const TABLE_FILE = new URL('results.json', import.meta.url);

export const table = (): Table => JSON.parse(readFileSync(TABLE_FILE, 'utf8')) as Table; // as `tableOf` made it

export function resultIn(
  results: Table,
  scene: SceneName,
  step: StepName,
  fault: FaultName,
): Result | undefined {
  const found = Object.entries(results[fault]?.[step] ?? {}).find(
    ([scenes]) => scenes === 'all' || scenes.split(' ').includes(scene),
  );
  return found?.[1];
}

export function tableOf(result: (scene: SceneName, step: StepName, fault: FaultName) => Result): Table {
  const byScenes = (step: StepName, fault: FaultName): ByScenes => {
    const groups = Map.groupBy(SCENE_NAMES, (scene) => result(scene, step, fault));
    return Object.fromEntries(
      [...groups].map(([each, scenes]) => [groups.size === 1 ? 'all' : scenes.join(' '), each]),
    );
  };
  return Object.fromEntries(
    FAULT_NAMES.map((fault) => [
      fault,
      Object.fromEntries(STEP_NAMES.map((step) => [step, byScenes(step, fault)])),
    ]),
  ) as Table; // all names
}
