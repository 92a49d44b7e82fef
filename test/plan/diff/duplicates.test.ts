// Entries with one key and one address: distinguished by their other members, then by position.
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { Tree } from '../../../src/lib/value.ts';
import { loadCatalog } from '../../../src/gateway/catalog/catalog.ts';
import type { Field } from '../../../src/gateway/catalog/field.ts';
import { pair } from '../../../src/plan/diff/identity.ts';
import { linesOf, planOf } from '../builders.ts';

const SAME = { 'api-key': 'sk-test-0001', 'base-url': 'https://relay.example' };
const model = (name: string): Tree => ({ name, alias: `${name}-alias` });
const FAST = { ...SAME, prefix: 'fast', models: [model('a'), model('b')] };
const BIG = { ...SAME, prefix: 'big', priority: 5, models: [model('c'), model('d')] };
const PLAIN = { ...SAME, 'proxy-url': 'http://proxy.example' };

function listAt(path: string): Field {
  const field = loadCatalog('legacy').at([path]);
  if (!field) throw new Error(`no ${path}`);
  return field;
}

const partners = (before: readonly Tree[], after: readonly Tree[]): readonly (number | undefined)[] =>
  pair(listAt('codex-api-key'), before, after).partner;

describe('the partner of an entry among those of its identity', () => {
  test.each([
    ['that stays', [FAST, BIG], [FAST, BIG], [0, 1]],
    ['that moved', [FAST, BIG], [BIG, FAST], [1, 0]],
    ['told by its models', [FAST, BIG], [{ ...BIG, prefix: 'huge' }, { ...FAST, prefix: 'quick' }], [1, 0]],
    ['told by its prefix', [FAST, BIG], [{ ...BIG, models: [] }, FAST], [1, 0]],
    ['told by its proxy', [BIG, PLAIN], [{ ...PLAIN, weight: 2 }, { ...BIG, priority: 6 }], [1, 0]],
    ['told by a part of its models', [{ ...SAME, models: [model('a'), model('b')] }, { ...SAME, models: [model('c'), model('d')] }], [{ ...SAME, models: [model('c'), model('e')] }, { ...SAME, models: [model('b')] }], [1, 0]],
    ['told by its position', [SAME, SAME], [{ ...SAME, priority: 1 }, { ...SAME, priority: 2 }], [0, 1]],
    ['when the first goes', [FAST, BIG], [{ ...BIG, priority: 6 }], [1]],
    ['when a new one comes first', [BIG], [FAST, { ...BIG, priority: 6 }], [undefined, 0]],
    ['when the surer pair comes later', [FAST, BIG], [{ ...SAME, prefix: 'fast' }, { ...FAST, weight: 1 }], [1, 0]],
  ] as const)('%s', (_, before, after, expected) => {
    expect(partners(before, after)).toEqual(expected);
  });
}); // prettier-ignore

test('a change of one entry is a change of that entry alone, wherever it is', () => {
  const entries = fc.uniqueArray(fc.constantFrom('p', 'q', 'r', 's', 't'), { minLength: 2, maxLength: 5 });
  fc.assert(
    fc.property(entries, fc.nat(), (prefixes, pick) => {
      const list = prefixes.map((prefix) => ({ ...SAME, prefix, models: [model(prefix)] }));
      const file = JSON.stringify({ port: 8317, 'codex-api-key': list });
      const at = pick % list.length;
      const after = list.map((entry, i) => (i === at ? { ...entry, priority: 7 } : entry));
      const { plan } = planOf({ file, desired: { 'codex-api-key': after } });
      expect(plan.changes.map(({ kind, path }) => [kind, /~(\d)"\]\.priority$/.exec(path)?.[1]])).toEqual([
        ['add', String(at + 1)],
      ]);
      expect(plan.writes.map(({ path }) => path)).toEqual(['/v0/management/config.yaml']);
      const gone = planOf({ file, desired: { 'codex-api-key': list.filter((_, i) => i !== at) } });
      expect(linesOf(gone)).toHaveLength(1);
      expect(gone.plan.changes[0]).toMatchObject({ kind: 'remove', before: { prefix: prefixes[at] } });
    }),
    { numRuns: 60 },
  );
});
