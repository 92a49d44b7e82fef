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
  const fixture = await gateway(family, one.live, one.ownership);
  try {
    await holdsOn(fixture, family, shown, one);
  } finally {
    await fixture.leave();
  }
}

async function holdsOn(
  fixture: Fixture,
  family: SharedFamily,
  shown: Shown,
  { live, declared, ownership, layout }: Case,
): Promise<void> {
  await applies(fixture, layout === 'v8' ? declaring(family, declared) : declaringFlat(family, declared));
  const wanted = await shown(mixed(family, live, declared, ownership));
  expect(meaning(family, await viewOf(fixture, family))).toEqual(wanted);
  await sees(fixture, 'in-sync');
  if (ownership !== 'whole' || live.length === 0) return;
  await seesDrift(fixture, family, live);
  await pulls(fixture, family, declared);
}

async function applies(fixture: Fixture, text: string, mode: Mode = 'apply'): Promise<void> {
  await fixture.declare(text);
  const applied = await fixture.reconcile({}, { target: { ...fixture.context.target, mode } });
  expect([applied.kind, told(applied)]).toEqual([APPLIED, told(applied)]);
}

async function sees(fixture: Fixture, kind: 'in-sync' | 'drifted'): Promise<void> {
  const looked = await fixture.check();
  expect([looked.kind, told(looked)]).toEqual([kind, told(looked)]);
}

/** Others send different groups: that is drift if they mean something else, and nothing if they mean the same. */
async function seesDrift(fixture: Fixture, family: SharedFamily, groups: Groups): Promise<void> {
  const before = meaning(family, await viewOf(fixture, family));
  await put(fixture, family, groups);
  const after = meaning(family, await viewOf(fixture, family));
  await sees(fixture, before.join('\n') === after.join('\n') ? 'in-sync' : 'drifted');
}

/** What is pulled differs from nothing, and brings back what it was pulled from after others have been there. */
async function pulls(fixture: Fixture, family: SharedFamily, others: Groups): Promise<void> {
  const before = meaning(family, await viewOf(fixture, family));
  const read = await readOnce(fixture.context, 'pull');
  const pulled = await adopt(sourceOf(read), {
    selection: { include: [], exclude: [] },
    env: {},
  });
  const secrets = pulled.variables.map(({ name, secret }) => [name, secret.open()] as const);
  await fixture.declare(pulled.text, Object.fromEntries(secrets));
  await sees(fixture, 'in-sync');
  await put(fixture, family, others);
  await applies(fixture, pulled.text, 'enforce');
  expect(meaning(family, await viewOf(fixture, family))).toEqual(before);
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
