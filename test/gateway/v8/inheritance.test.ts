// The law of groups on v8: what Holdfast writes for declared groups means the same to the gateway as the declared
// groups, sent directly. HOLDFAST_LAW_RUNS sets the number of random cases, FC_SEED which ones.
import { afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { adopt } from '../../../src/adopt/adopt.ts';
import { readOnce } from '../../../src/apply/steps/read-once.ts';
import { sourceOf } from '../../../src/adopt/source.ts';
import { loadCatalog } from '../../../src/gateway/catalog/catalog.ts';
import type { Mode, Ownership } from '../../../src/domain/target.ts';
import { type Fixture, teardown } from '../../apply/setup.ts';
import {
  declaring,
  declaringFlat,
  FAMILIES,
  flattened,
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

afterEach(teardown);

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
    fc.constantFrom<Ownership>('whole', 'whole', 'entries', 'members').chain((ownership) => {
      const twins = ownership === 'whole';
      return fc.record({
        live: groupsOf(family, ownNames(family), twins),
        declared: groupsOf(family, names, twins).filter(
          (groups) => groups.length > 0 && isKept(family, groups),
        ),
        ownership: fc.constant(ownership),
        layout: fc.constant(layout),
      });
    });
  const flat = flatNames(family);
  return flat ? fc.oneof(of('v8', ownNames(family)), of('legacy', flat)) : of('v8', ownNames(family));
}

/** Some families drop the second of two similar entries, so nobody can declare both (HF2051). */
function isKept(family: SharedFamily, groups: Groups): boolean {
  const entries = flattened(family, groups);
  return meaning(family, entries).length === entries.length;
}

/** What a gateway shows after it got only these groups. */
type Shown = (groups: Groups) => Promise<readonly string[]>;

async function shownBy(family: SharedFamily): Promise<Shown> {
  const other = await gateway(family, []);
  return async (groups) => {
    await put(other, family, groups);
    return meaning(family, await viewOf(other, family));
  };
}

async function holds(family: SharedFamily, shown: Shown, one: Case): Promise<void> {
  const home = await gateway(family, one.live, one.ownership);
  try {
    await holdsOn(home, family, shown, one);
  } finally {
    await home.leave();
  }
}

async function holdsOn(
  home: Fixture,
  family: SharedFamily,
  shown: Shown,
  { live, declared, ownership, layout }: Case,
): Promise<void> {
  await applies(home, layout === 'v8' ? declaring(family, declared) : declaringFlat(family, declared));
  const wanted = await shown(mixed(family, live, declared, ownership));
  expect(meaning(family, await viewOf(home, family))).toEqual(wanted);
  await sees(home, 'in-sync');
  if (ownership !== 'whole' || live.length === 0) return;
  await seesDrift(home, family, live);
  await pulls(home, family, declared);
}

async function applies(home: Fixture, text: string, mode: Mode = 'apply'): Promise<void> {
  await home.declare(text);
  const applied = await home.reconcile({}, { target: { ...home.context.target, mode } });
  expect([applied.kind, told(applied)]).toEqual([APPLIED, told(applied)]);
}

async function sees(home: Fixture, kind: 'in-sync' | 'drifted'): Promise<void> {
  const looked = await home.check();
  expect([looked.kind, told(looked)]).toEqual([kind, told(looked)]);
}

/** Others send different groups: that is drift if they mean something else, and nothing if they mean the same. */
async function seesDrift(home: Fixture, family: SharedFamily, groups: Groups): Promise<void> {
  const before = meaning(family, await viewOf(home, family));
  await put(home, family, groups);
  const after = meaning(family, await viewOf(home, family));
  await sees(home, before.join('\n') === after.join('\n') ? 'in-sync' : 'drifted');
}

/** What is pulled differs from nothing, and brings back what it was pulled from after others have been there. */
async function pulls(home: Fixture, family: SharedFamily, others: Groups): Promise<void> {
  const before = meaning(family, await viewOf(home, family));
  const read = await readOnce(home.context, 'pull');
  const pulled = await adopt(sourceOf(read), {
    selection: { include: [], exclude: [] },
    env: {},
  });
  const secrets = pulled.variables.map(({ name, secret }) => [name, secret.open()] as const);
  await home.declare(pulled.text, Object.fromEntries(secrets));
  await sees(home, 'in-sync');
  await put(home, family, others);
  await applies(home, pulled.text, 'enforce');
  expect(meaning(family, await viewOf(home, family))).toEqual(before);
}

describe.each(FAMILIES.map((family) => [family.v8, family] as const))('%s', (_, family) => {
  test('means after an apply what the declared groups mean by themselves', async () => {
    const shown = await shownBy(family);
    await fc.assert(
      fc.asyncProperty(caseOf(family), (one) => holds(family, shown, one)),
      { numRuns: Math.ceil(RUNS / FAMILIES.length) },
    );
  }, 3_600_000);
});
