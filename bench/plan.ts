// How long a plan takes, against parsing the same YAML once; and how that grows.
import jsonPatch from 'fast-json-patch';
import { parse } from 'yaml';
import type { Tree } from '../src/lib/value.ts';
import { makePlan } from '../src/plan/plan.ts';
import { cpuOf, type Figure, figure, interleaved, rounded } from './figure.ts';
import { gatewayWith, planInput, textOf, withTenChanges } from './inputs.ts';

/** Both sides warm: a daemon plans all day, and the compiler of Node takes some 30 plans until it is done. */
const REPETITIONS = { runs: 15, warmUp: 40 };

export async function planFigures(): Promise<Figure[]> {
  const live = gatewayWith(5000);
  const desired = withTenChanges(live);
  const text = textOf(live);
  const input = planInput(live, desired);
  const medians = await interleaved(
    {
      plan: () => makePlan(input),
      parse: () => parse(text),
      compare: () => jsonPatch.compare(live, desired),
    },
    cpuOf,
    REPETITIONS,
  );
  const { plan } = makePlan(input);
  return [
    figure(
      'plan of 5,000 keys, ten changed / parsing that YAML once',
      'ratio',
      medians.plan / medians.parse,
      0.5,
      {
        ...rounded(medians),
        compareIs: 'fast-json-patch compare of the same documents',
        changes: plan.changes.length,
        patchOperations: {
          ours: plan.patch.length,
          'fast-json-patch': jsonPatch.compare(live, desired).length,
        },
        oneKeyRemoved: oneKeyRemoved(live),
      },
    ),
    await growth(),
  ];
}

/** One key out of 5,000 taken away: our patch, and what comparing by position makes of it. */
function oneKeyRemoved(live: Tree): Record<string, number> {
  const family = live['gemini-api-key'] as readonly Tree[];
  const desired: Tree = { ...live, 'gemini-api-key': family.toSpliced(7, 1) };
  return {
    ours: makePlan(planInput(live, desired)).plan.patch.length,
    'fast-json-patch': jsonPatch.compare(live, desired).length,
  };
}

async function growth(): Promise<Figure> {
  const works = Object.fromEntries(
    [1000, 10_000].map((count) => {
      const live = gatewayWith(count);
      const input = planInput(live, withTenChanges(live));
      return [String(count), () => makePlan(input)];
    }),
  );
  const medians = await interleaved(works, cpuOf, REPETITIONS);
  const ratio = (medians['10000'] ?? NaN) / (medians['1000'] ?? NaN);
  return figure('plan of 10,000 keys / plan of 1,000 keys', 'ratio', ratio, 12, rounded(medians));
}
