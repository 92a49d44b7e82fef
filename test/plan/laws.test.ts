// Laws for any gateway and any files.
import { pointerTo } from '../../src/domain/path.ts';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import jsonPatch from 'fast-json-patch';
import { secretsIn } from '../../src/gateway/catalog/secrets.ts';
import { canonical } from '../../src/gateway/model/equal.ts';
import type { Tree, Value } from '../../src/lib/value.ts';
import { canonicalJson } from '../../src/lib/stable-json.ts';
import { diff } from '../../src/plan/diff/diff.ts';
import { makeDifferences } from '../../src/plan/diff/patch.ts';
import { makePlan } from '../../src/plan/plan.ts';
import { config } from './configs.ts';
import { catalog, inputOf, memoryOf, planOf, type Scenario } from './builders.ts';

const pairOf = fc.tuple(config, config);
const scenarioOf = (live: Tree, desired: Tree): Scenario => ({
  file: `port: 8317\n${JSON.stringify({ port: 8317, ...live })}`.split('\n')[1] ?? '',
  desired,
  withFile: false,
});

/** The same text for trees that the gateway does not distinguish at the paths that the files declare. */
function atDeclared(tree: Tree, desired: Tree): Value {
  return Object.keys(desired).map((key) => {
    const field = catalog.root.fields?.get(key);
    return field ? orderless(canonical(field, tree[key])) : null;
  });
}

/** Keyed lists are compared as sets of entries: their order means nothing (sequences are tested by hand). */
function orderless(value: Value | undefined): Value {
  return JSON.parse(JSON.stringify(value ?? null), (_, inner: Value) =>
    Array.isArray(inner)
      ? inner.toSorted((a: Value, b: Value) => (canonicalJson(a) < canonicalJson(b) ? -1 : 1))
      : inner,
  ) as Value;
}

describe('laws of plans', () => {
  test('applying the difference of two images gives the second', () => {
    fc.assert(
      fc.property(pairOf, ([a, b]) => {
        const before = memoryOf(JSON.stringify(a));
        const after = memoryOf(JSON.stringify(b));
        const found = diff({ catalog, live: before, proposed: after });
        const { image } = makeDifferences(before, found);
        const left = diff({ catalog, live: image, proposed: after });
        expect(left.map(({ kind, livePlace }) => `${kind} ${pointerTo(livePlace)}`)).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  test('the image is the result of any implementation of RFC 6902 for the operations', () => {
    fc.assert(
      fc.property(pairOf, ([a, b]) => {
        const before = memoryOf(JSON.stringify(a));
        const { image, operations } = makeDifferences(
          before,
          diff({ catalog, live: before, proposed: memoryOf(JSON.stringify(b)) }),
        );
        const patch = operations.map(({ op, path, from, value }) => ({
          op,
          path: pointerTo(path),
          ...(from && { from: pointerTo(from) }),
          ...(value !== undefined && { value }),
        }));
        const made = jsonPatch.applyPatch(
          before,
          structuredClone(patch) as jsonPatch.Operation[],
          true,
          false,
        );
        expect(made.newDocument).toEqual(image);
      }),
      { numRuns: 100 },
    );
  });

  test('a plan leads to what the files declare', () => {
    fc.assert(
      fc.property(pairOf, ([live, desired]) => {
        const { basis } = planOf(scenarioOf(live, desired));
        const proposed = memoryOf(JSON.stringify(desired));
        expect(atDeclared(basis.proposed.open(), lists(desired))).toEqual(
          atDeclared(proposed, lists(desired)),
        );
      }),
      { numRuns: 100 },
    );
  });

  test('a plan of a converged target is empty', () => {
    fc.assert(
      fc.property(pairOf, ([live, desired]) => {
        const input = inputOf(scenarioOf(live, desired));
        const { basis } = makePlan(input);
        const { plan } = makePlan({ ...input, live: { ...input.live, memory: basis.proposed } });
        expect(plan.changes).toEqual([]);
        expect(plan.patch).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  test('planning twice gives the same bytes, and leaves its input alone', () => {
    fc.assert(
      fc.property(pairOf, ([live, desired]) => {
        const scenario = scenarioOf(live, desired);
        const input = inputOf(scenario);
        const first = JSON.stringify(makePlan(input).plan);
        expect(JSON.stringify(makePlan(input).plan)).toBe(first);
        expect(JSON.stringify(makePlan(inputOf(scenario)).plan)).toBe(first);
      }),
      { numRuns: 60 },
    );
  });

  test('nothing printed contains a secret', () => {
    fc.assert(
      fc.property(pairOf, ([live, desired]) => {
        const printed = JSON.stringify(planOf(scenarioOf(live, desired)).plan);
        const secrets = [...secretsIn(catalog.root, live), ...secretsIn(catalog.root, desired)];
        expect(secrets.filter((text) => printed.includes(text))).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});

/** Maps and sections are owned key by key; what is compared as a whole are scalars and lists. */
function lists(desired: Tree): Tree {
  return Object.fromEntries(
    Object.entries(desired).filter(([, value]) => typeof value !== 'object' || Array.isArray(value)),
  );
}
