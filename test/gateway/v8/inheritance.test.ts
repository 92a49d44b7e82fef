// The law of groups on v8: whatever Holdfast writes for declared groups means to the gateway what the declared groups
// mean when they are put directly. HOLDFAST_LAW_RUNS sets the number of random cases.
import { afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { adopt } from '../../../src/adopt/adopt.ts';
import { readOnce } from '../../../src/apply/steps/read-once.ts';
import { sourceOf } from '../../../src/adopt/source.ts';
import { loadCatalog } from '../../../src/gateway/catalog/catalog.ts';
import type { Ownership } from '../../../src/domain/target.ts';
import { type Stage, strike } from '../../apply/setup.ts';
import {
  declaring,
  declaringFlat,
  FAMILIES,
  gateway,
  groupsOf,
  type Groups,
  meaning,
  mixed,
  ownNames,
  put,
  type SharedFamily,
  told,
  viewOf,
} from './families.ts';

const RUNS = Number(process.env['HOLDFAST_LAW_RUNS'] ?? 105);

afterEach(strike);

const APPLIED: unknown = expect.stringMatching(/^(applied|in-sync)$/);

interface Case {
  readonly live: Groups;
  readonly declared: Groups;
  readonly ownership: Ownership;
  readonly layout: 'legacy' | 'v8';
}

/** What a flat file can say, too. */
const flatNames = (family: SharedFamily): readonly string[] | undefined => {
  const fields = loadCatalog('legacy').at([family.legacy, '0'])?.fields;
  return fields && ownNames(family).filter((name) => fields.has(name));
};

function caseOf(family: SharedFamily): fc.Arbitrary<Case> {
  const of = (layout: Case['layout'], names: readonly string[]): fc.Arbitrary<Case> =>
    fc.record({
      live: groupsOf(family),
      declared: groupsOf(family, names).filter((groups) => groups.length > 0),
      ownership: fc.constantFrom('whole', 'entries', 'members'),
      layout: fc.constant(layout),
    });
  const flat = flatNames(family);
  return flat ? fc.oneof(of('v8', ownNames(family)), of('legacy', flat)) : of('v8', ownNames(family));
}

/** What a gateway shows that was told these groups and nothing else. */
async function shownFor(family: SharedFamily, groups: Groups): Promise<readonly string[]> {
  const other = await gateway(family, []);
  await put(other, family, groups);
  return meaning(family, await viewOf(other, family));
}

async function holds(family: SharedFamily, { live, declared, ownership, layout }: Case): Promise<void> {
  const home = await gateway(family, live, ownership);
  await home.declare(layout === 'v8' ? declaring(family, declared) : declaringFlat(family, declared));
  const applied = await home.reconcile();
  expect([applied.kind, told(applied)]).toEqual([APPLIED, told(applied)]);
  const wanted = await shownFor(family, mixed(family, live, declared, ownership));
  expect(meaning(family, await viewOf(home, family))).toEqual(wanted);
  await sees(home, 'in-sync');
  if (live.length === 0) return;
  if (ownership === 'whole') await seesDrift(home, family, live);
  await pulls(family, live, declared);
}

async function sees(home: Stage, kind: 'in-sync' | 'drifted'): Promise<void> {
  const looked = await home.check();
  expect([looked.kind, told(looked)]).toEqual([kind, told(looked)]);
}

/** Somebody puts other groups: that is drift where they mean something else, and nothing where they mean the same. */
async function seesDrift(home: Stage, family: SharedFamily, groups: Groups): Promise<void> {
  const before = meaning(family, await viewOf(home, family));
  await put(home, family, groups);
  const after = meaning(family, await viewOf(home, family));
  await sees(home, before.join('\n') === after.join('\n') ? 'in-sync' : 'drifted');
}

/** What is pulled from a gateway makes another one mean the same. */
async function pulls(family: SharedFamily, live: Groups, others: Groups): Promise<void> {
  const home = await gateway(family, live);
  const read = await readOnce(home.context, 'pull');
  const pulled = await adopt(sourceOf(read, home.context.catalog), {
    selection: { include: [], exclude: [] },
    env: {},
  });
  const secrets = pulled.variables.map(({ name, secret }) => [name, secret.open()] as const);
  await home.declare(pulled.text, Object.fromEntries(secrets));
  await sees(home, 'in-sync');
  const other = await gateway(family, others);
  await other.declare(pulled.text, Object.fromEntries(secrets));
  const applied = await other.reconcile();
  expect([applied.kind, told(applied)]).toEqual([APPLIED, told(applied)]);
  expect(meaning(family, await viewOf(other, family))).toEqual(meaning(family, await viewOf(home, family)));
}

describe.each(FAMILIES.map((family) => [family.v8, family] as const))('%s', (_, family) => {
  test('means after an apply what the declared groups mean by themselves', async () => {
    await fc.assert(
      fc.asyncProperty(caseOf(family), async (one) => {
        try {
          await holds(family, one);
        } finally {
          await strike();
        }
      }),
      { numRuns: Math.ceil(RUNS / FAMILIES.length), seed: 1 },
    );
  }, 600_000);
});
