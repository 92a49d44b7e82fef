// The same for a v8 gateway, whose file has groups of keys: one key a group, and all keys of an address in one group.
import { createHash } from 'node:crypto';
import { parse } from 'yaml';
import { contentIn } from '../src/apply/run/compare.ts';
import { translate } from '../src/gateway/layout/translate.ts';
import { memoryView, V8 } from '../src/gateway/dialect.ts';
import { viewV8 } from '../src/gateway/v8/view.ts';
import type { Live, LiveFile } from '../src/domain/live.ts';
import { seal } from '../src/domain/secret.ts';
import type { Tree } from '../src/lib/value.ts';
import type { Prepared } from '../src/plan/types/input.ts';
import { makePlan } from '../src/plan/plan.ts';
import { localiseDesired } from '../src/plan/localise/localise-desired.ts';
import { cpuOf, type Figure, figure, interleaved, rounded } from './figure.ts';
import { gatewayWith, planInput, textOf, withTenChanges } from './inputs.ts';

const GROUPINGS = ['one key a group', 'large groups'] as const;
type Grouping = (typeof GROUPINGS)[number];

const REPETITIONS = { runs: 11, warmUp: 9 };

export async function treePlanFigures(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const grouping of GROUPINGS) figures.push(await ratio(grouping), await growth(grouping));
  return figures;
}

async function ratio(grouping: Grouping): Promise<Figure> {
  const { plan, text } = workOn(5000, grouping);
  const medians = await interleaved({ plan, parse: () => parse(text) }, cpuOf, REPETITIONS);
  const name = `v8, ${grouping}: plan of 5,000 keys, ten changed / parsing that YAML once`;
  const { changes, writes } = plan().plan;
  const detail = { ...rounded(medians), changes: changes.length, writes: writes.map(({ method }) => method) };
  return figure(name, 'ratio', medians.plan / medians.parse, 1.5, detail);
}

async function growth(grouping: Grouping): Promise<Figure> {
  const works = { few: workOn(1000, grouping).plan, many: workOn(10_000, grouping).plan };
  const medians = await interleaved(works, cpuOf, REPETITIONS);
  const name = `v8, ${grouping}: plan of 10,000 keys / plan of 1,000 keys`;
  return figure(name, 'ratio', medians.many / medians.few, 12, rounded(medians));
}

/** The work of `plan` between reading and sending: the desired state in the gateway's words, then the plan. */
function workOn(count: number, grouping: Grouping): { plan: () => Prepared; text: string } {
  const flat = gatewayWith(count);
  const input = planInput(flat, withTenChanges(flat));
  const text = textOf(treeOf(flat, grouping));
  const live = liveOf(text, input.live);
  const plan = (): Prepared => {
    const { desired, target, hash } = input;
    const content = contentIn(live.file, V8);
    const nothing = { allow: undefined, lastApplied: undefined, released: undefined };
    return makePlan({
      ...input,
      live,
      dialect: V8,
      ...localiseDesired({ desired, target, dialect: V8, content, live, hash, ...nothing }),
    });
  };
  return { plan, text };
}

function liveOf(text: string, flat: Live): Live & { readonly file: LiveFile } {
  const seen = viewV8(text);
  if (!seen.ok) throw new Error(seen.message);
  return {
    ...flat,
    api: 'v8',
    layout: 'v8',
    build: { ...flat.build, version: 'v8.0.20' },
    memory: seal(memoryView(seen.memory, V8)),
    file: {
      text: seal(text),
      hash: createHash('sha256').update(text).digest('hex'),
      document: seal(seen.document),
    },
  };
}

function treeOf(flat: Tree, grouping: Grouping): Tree {
  const { tree } = translate(flat, 'legacy', 'v8');
  const families = tree['api-keys'] as Readonly<Record<string, readonly Tree[]>>; // of groups
  const { gemini = [] } = families;
  const grouped = grouping === 'large groups' ? joined(gemini) : gemini;
  return { ...tree, 'api-keys': { ...families, gemini: grouped }, 'config-version': 8 };
}

/** Groups of one address become one, each key with what only it has. */
function joined(groups: readonly Tree[]): readonly Tree[] {
  return [...Map.groupBy(groups, (group) => group['base-url'])].map(([address, members]) => ({
    'base-url': address ?? '',
    keys: members.flatMap((group) =>
      (group['keys'] as readonly Tree[]).map((key) => ({ ...sharedOf(group), ...key })),
    ),
  }));
}

const sharedOf = (group: Tree): Tree =>
  Object.fromEntries(Object.entries(group).filter(([name]) => name !== 'keys' && name !== 'base-url'));
