// The laws of a rollout, for any fleet, any order of outcomes, commits, people and time.
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { currentWave, inWork } from '../../src/rollout/advance.ts';
import { Fleet, strategyOf } from './fleet.ts';

const OUTCOMES = [
  'applied',
  'applied',
  'applied',
  'rolled-back',
  'unreachable',
  'refused',
  'locked',
  'suspended',
  'drifted',
] as const;

type Step =
  | { readonly do: 'check'; readonly at: number; readonly kind: (typeof OUTCOMES)[number] }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'commit'; readonly revision: string; readonly keep: readonly number[] }
  | { readonly do: 'pause' | 'resume' | 'abort' | 'undo' };

const check = fc.record({
  do: fc.constant('check' as const),
  at: fc.nat(11),
  kind: fc.constantFrom(...OUTCOMES),
});
const wait = fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 200_000, 600_000) });
const commit = fc.record({
  do: fc.constant('commit' as const),
  revision: fc.constantFrom('v1', 'v2', 'v3'),
  keep: fc.array(fc.nat(11), { maxLength: 4 }),
});
const ask = fc.record({
  do: fc.constantFrom('pause' as const, 'resume' as const, 'abort' as const, 'undo' as const),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: check, weight: 12 },
  { arbitrary: wait, weight: 4 },
  { arbitrary: commit, weight: 2 },
  { arbitrary: ask, weight: 1 },
);

interface Shape {
  readonly sizes: readonly number[];
  readonly maxParallel: number;
  readonly soakMs: number;
  readonly steps: readonly Step[];
}

const shape: fc.Arbitrary<Shape> = fc.record({
  sizes: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 3 }),
  maxParallel: fc.integer({ min: 1, max: 4 }),
  soakMs: fc.constantFrom(0, 600_000),
  steps: fc.array(step, { maxLength: 120 }),
});

function fleetOf({ sizes, maxParallel, soakMs }: Shape): {
  readonly fleet: Fleet;
  readonly names: readonly string[];
} {
  const waves = Object.fromEntries(
    sizes.map((size, wave) => [`w${wave}`, Array.from({ length: size }, (_, i) => `t${wave}-${i}`)]),
  );
  const fleet = new Fleet(strategyOf(waves, { maxParallel, soakMs }));
  const names = Object.values(waves).flat();
  for (const name of names) fleet.inForce.set(name, 'v0');
  return { fleet, names };
}

function take(fleet: Fleet, names: readonly string[], one: Step): void {
  const nameAt = (at: number): string => names[at % names.length] ?? '';
  if (one.do === 'check') {
    const name = nameAt(one.at);
    if (fleet.target(name)?.phase === 'undoing') fleet.undo(name, one.kind === 'applied');
    else fleet.check(name, one.kind);
  } else if (one.do === 'wait') fleet.wait(one.ms);
  else if (one.do === 'commit') fleet.commit(one.revision, one.keep.map(nameAt));
  else fleet.ask(one.do);
}

const always = (law: (input: Shape) => void): void => fc.assert(fc.property(shape, law), { numRuns: 150 });

test('never more targets are in work than max-parallel allows', () => {
  always((input) => {
    const { fleet, names } = fleetOf(input);
    fleet.commit('v1');
    for (const one of input.steps) {
      take(fleet, names, one);
      for (const record of fleet.records) expect(inWork(record)).toBeLessThanOrEqual(input.maxParallel);
    }
  });
});

test('a target is written only in a running rollout, with the newest revision, when its wave was reached', () => {
  always((input) => {
    const { fleet, names } = fleetOf(input);
    fleet.commit('v1');
    for (const one of input.steps) {
      const known = fleet.writes.length;
      take(fleet, names, one);
      for (const { target, revision, rollout } of fleet.writes.slice(known)) {
        // One that has the revision is kept at it.
        if (rollout.targets[target]?.phase !== 'done') expect(['running', 'done']).toContain(rollout.phase);
        expect(rollout.targets[target]?.to).toBe(revision);
        const wave = rollout.waves.findIndex(({ targets }) => targets.includes(target));
        expect(wave).toBeLessThanOrEqual(currentWave(rollout));
      }
    }
  });
});

test('a later wave is written only after each earlier one was verified and has soaked', () => {
  always((input) => {
    const { fleet, names } = fleetOf(input);
    fleet.commit('v1');
    for (const one of input.steps) take(fleet, names, one);
    for (const { target, at, rollout } of fleet.writes) {
      const own = rollout.waves.findIndex(({ targets }) => targets.includes(target));
      for (const wave of rollout.waves.slice(0, own)) {
        expect(wave.passedAt).toBeLessThanOrEqual(at);
        const members = wave.targets.map((name) => rollout.targets[name]);
        // One that failed after its wave stops what comes next, but not what is in work.
        for (const member of members)
          expect(['done', 'failed']).toContain(member?.isLate ? 'done' : member?.phase);
        const written = members.filter((member) => member?.backup !== undefined && !member.isLate);
        const onTime = written.filter((member) => (member?.at ?? 0) <= (wave.passedAt ?? 0));
        for (const member of onTime)
          if (wave.soakFrom !== undefined)
            expect((wave.passedAt ?? 0) - (member?.at ?? 0)).toBeGreaterThanOrEqual(input.soakMs);
      }
    }
  });
});

test('after a stop, a pause, an abort or an undo no other target gets its turn', () => {
  always((input) => {
    const { fleet, names } = fleetOf(input);
    fleet.commit('v1');
    for (const one of input.steps) take(fleet, names, one);
    for (const [i, record] of fleet.records.entries()) {
      const next = fleet.records[i + 1];
      if (!next || next.id !== record.id || next.phase !== record.phase) continue;
      if (record.phase === 'running' || record.phase === 'done') continue;
      for (const [name, { phase }] of Object.entries(next.targets))
        if (phase === 'working') expect(record.targets[name]?.phase).toBe('working');
    }
  });
});

test('every request of a person can be repeated without effect', () => {
  always((input) => {
    const { fleet, names } = fleetOf(input);
    fleet.commit('v1');
    for (const one of input.steps) {
      take(fleet, names, one);
      if (one.do === 'check' || one.do === 'wait' || one.do === 'commit') continue;
      const before = fleet.rollout;
      if (fleet.ask(one.do) === undefined && before?.phase !== 'undoing') expect(fleet.rollout).toBe(before);
    }
  });
});

test('a fleet whose writes succeed ends at the newest revision, whatever happened before', () => {
  always((input) => {
    const { fleet, names } = fleetOf(input);
    fleet.commit('v1');
    for (const one of input.steps) take(fleet, names, one);
    fleet.commit('v9');
    if (fleet.rollout?.phase === 'paused') fleet.ask('resume');
    for (let i = 0; i < 20; i++) {
      for (const name of names) fleet.check(name);
      fleet.wait(600_000);
    }
    expect(fleet.rollout?.phase).toBe('done');
    expect(names.map((name) => fleet.inForce.get(name))).toEqual(names.map(() => 'v9'));
  });
});
