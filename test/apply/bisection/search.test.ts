import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  afterTry,
  begun,
  nextOf,
  type Result,
  startOf,
  type Unit,
  waitingAfter,
} from '../../../src/apply/bisection/search.ts';
import type { Bisection } from '../../../src/domain/state/state.ts';

/** What a gateway does with these changes on top of those that are applied. */
type Gateway = (applied: ReadonlySet<string>, more: readonly string[]) => Result['kind'];

interface End {
  readonly applied: ReadonlySet<string>;
  readonly waiting: readonly { readonly path: string; readonly reason?: string }[];
  readonly tries: readonly (readonly string[])[];
  readonly gaveUp: boolean;
}

const unit = (path: string): Unit => ({ path, section: path.slice(0, path.indexOf('.')) });

/** `restarts`: the search goes through the state as text after each try, as it does in a restart. */
function run(units: readonly Unit[], gateway: Gateway, atMost: number): End {
  const applied = new Set<string>();
  const tries: (readonly string[])[] = [];
  let search: Bisection = startOf(units, units.length, 'at first');
  for (;;) {
    const pending = units.filter(({ path }) => !applied.has(path));
    const next = nextOf(search, pending, atMost);
    if (next.kind === 'done' || next.kind === 'hopeless')
      return { applied, waiting: waitingAfter(search, pending), tries, gaveUp: next.kind === 'hopeless' };
    const kind = gateway(applied, next.paths);
    tries.push(next.paths);
    const result = kind === 'passed' ? { kind } : { kind, reason: `try ${tries.length}` };
    search = JSON.parse(JSON.stringify(afterTry(begun(search), pending, next, result))) as Bisection;
    if (kind === 'passed') for (const path of next.paths) applied.add(path);
  }
}

/** Fails if it has all changes of one of these sets. */
const failingWith =
  (sets: readonly (readonly string[])[]): Gateway =>
  (applied, more) => {
    const all = new Set([...applied, ...more]);
    return sets.some((set) => set.every((path) => all.has(path))) ? 'failed' : 'passed';
  };

const units = fc
  .uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.nat(9)), {
    selector: ([section, entry]) => `${section}.${entry}`,
    minLength: 1,
    maxLength: 16,
  })
  .map((found) => found.map(([section, entry]) => unit(`${section}.${entry}`)));

const setsOf = (all: readonly Unit[], most: number) =>
  fc.array(
    fc.subarray(
      all.map(({ path }) => path),
      { minLength: 1, maxLength: Math.min(3, all.length) },
    ),
    { minLength: 1, maxLength: most },
  );

const revisions = (most: number) =>
  units.chain((all) => fc.record({ all: fc.constant(all), sets: setsOf(all, most) }));

const ENOUGH = 1000;

describe('a search for the changes that fail', () => {
  test('finds the one of fourteen changes that fails, by section and then by entry', () => {
    const all = [
      'a.1',
      'a.2',
      'b.1',
      'b.2',
      'b.3',
      'c.1',
      'd.1',
      'd.2',
      'e.1',
      'e.2',
      'e.3',
      'f.1',
      'g.1',
      'g.2',
    ];
    const end = run(all.map(unit), failingWith([['b.2']]), 10);
    expect(end.tries.slice(0, 2)).toEqual([
      ['a.1', 'a.2', 'b.1', 'b.2', 'b.3', 'c.1', 'd.1', 'd.2'],
      ['a.1', 'a.2', 'b.1', 'b.2', 'b.3'],
    ]);
    expect(end.waiting).toEqual([{ path: 'b.2', reason: expect.any(String) }]);
    expect(end.applied.size).toBe(13);
    expect(end.tries.length).toBeLessThanOrEqual(8);
  });

  test('leaves one of two changes that fail only together', () => {
    const end = run(['a.1', 'a.2', 'b.1', 'c.1'].map(unit), failingWith([['a.2', 'c.1']]), 10);
    expect(end.waiting.map(({ path }) => path)).toEqual(['c.1']);
    expect([...end.applied].toSorted()).toEqual(['a.1', 'a.2', 'b.1']);
  });

  test('a change that needs another one is tried again once that is applied', () => {
    const needs: Gateway = (applied, more) => {
      const all = new Set([...applied, ...more]);
      return all.has('c.bad') || (all.has('a.alias') && !all.has('b.provider')) ? 'failed' : 'passed';
    };
    const end = run(['a.alias', 'b.provider', 'c.bad'].map(unit), needs, 10);
    expect(end.waiting.map(({ path }) => path)).toEqual(['c.bad']);
  });

  test('changes that a guard refuses one without the other stay together', () => {
    const guarded: Gateway = (applied, more) => {
      const all = new Set([...applied, ...more]);
      if (all.has('a.1') !== all.has('b.1')) return 'undecided';
      return all.has('c.1') ? 'failed' : 'passed';
    };
    const end = run(['a.1', 'b.1', 'c.1'].map(unit), guarded, 20);
    expect(end.waiting.map(({ path }) => path)).toEqual(['c.1']);
    expect([...end.applied].toSorted()).toEqual(['a.1', 'b.1']);
  });

  test('a failure that does not come back quarantines nothing', () => {
    const end = run(['a.1', 'a.2', 'b.1'].map(unit), () => 'passed', 10);
    expect(end).toMatchObject({ waiting: [], gaveUp: false });
    expect(end.applied.size).toBe(3);
  });

  test('gives up soon on a gateway that fails everything', () => {
    const all = Array.from({ length: 12 }, (_, i) => unit(`a.${i}`));
    const end = run(all, () => 'failed', ENOUGH);
    expect(end.gaveUp).toBe(true);
    expect(end.applied.size).toBe(0);
    expect(end.tries.length).toBeLessThanOrEqual(10);
  });

  test('with the last try it applies what was not tried, and the smallest set that failed waits', () => {
    const all = ['a.1', 'a.2', 'a.3', 'a.4', 'b.1', 'b.2', 'b.3', 'b.4'].map(unit);
    const end = run(all, failingWith([['a.2']]), 3);
    expect(end.tries.at(-1)).toEqual(['a.3', 'a.4', 'b.1', 'b.2', 'b.3', 'b.4']);
    expect(end.waiting.map(({ path }) => path)).toEqual(['a.1', 'a.2']);
  });
});

describe('laws of the search', () => {
  test('what waits is minimal: the rest passes, and it fails with any one of what waits', () => {
    fc.assert(
      fc.property(revisions(3), ({ all, sets }) => {
        const gateway = failingWith(sets);
        const { applied, waiting, gaveUp } = run(all, gateway, ENOUGH);
        fc.pre(!gaveUp);
        expect(applied.size + waiting.length).toBe(all.length);
        expect(gateway(applied, [])).toBe('passed');
        for (const { path } of waiting) expect(gateway(applied, [path])).toBe('failed');
      }),
    );
  });

  test('it gives up only if nothing passed', () => {
    fc.assert(
      fc.property(revisions(4), ({ all, sets }) => {
        const { applied, gaveUp } = run(all, failingWith(sets), ENOUGH);
        if (gaveUp) expect(applied.size).toBe(0);
      }),
    );
  });

  test('it never exceeds the bound, applies only what passed, and loses no change, whatever the gateway does', () => {
    const results = fc.infiniteStream(fc.constantFrom<Result['kind']>('passed', 'failed', 'undecided'));
    fc.assert(
      fc.property(units, results, fc.integer({ min: 1, max: 12 }), (all, stream, atMost) => {
        const passed = new Set<string>();
        const chance: Gateway = (_, more) => {
          const kind = stream.next().value as Result['kind']; // an infinite stream has no end
          if (kind === 'passed') for (const path of more) passed.add(path);
          return kind;
        };
        const { applied, waiting, tries } = run(all, chance, atMost);
        expect(tries.length).toBeLessThanOrEqual(atMost);
        expect([...applied].toSorted()).toEqual([...passed].toSorted());
        const all2 = [...applied, ...waiting.map(({ path }) => path)].toSorted();
        expect(all2).toEqual(all.map(({ path }) => path).toSorted());
      }),
    );
  });

  test('with enough tries it ends, whatever the gateway does', () => {
    const results = fc.infiniteStream(fc.constantFrom<Result['kind']>('passed', 'failed', 'undecided'));
    fc.assert(
      fc.property(units, results, (all, stream) => {
        const { tries } = run(all, () => stream.next().value as Result['kind'], ENOUGH);
        expect(tries.length).toBeLessThan(ENOUGH);
      }),
    );
  });
});
