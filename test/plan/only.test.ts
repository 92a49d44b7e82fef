import { describe, expect, test } from '@jest/globals';
import { parsePath } from '../../src/domain/path.ts';
import { remember } from '../../src/plan/last-applied.ts';
import { makePlan } from '../../src/plan/plan.ts';
import { appliedState, BASE, inputOf, linesOf, refusalsOf, type Scenario } from './builders.ts';

const only = (...paths: readonly string[]) => ({ only: paths.map(parsePath) });
const SCENARIO: Scenario = {
  file: BASE,
  desired: { debug: true, 'request-retry': 5, 'api-keys': ['sk-test-0001'], 'gemini-api-key': [] },
};

describe('a plan that is limited to paths', () => {
  test('has their changes alone, and says what it left out', () => {
    const { plan, writes } = makePlan({ ...inputOf(SCENARIO), ...only('debug') });
    expect(plan.changes.map(({ path }) => path)).toEqual(['debug']);
    expect(writes).toHaveLength(1);
    expect(plan.only).toEqual(['debug']);
    expect(plan.leftOut).toEqual([
      expect.stringMatching(/^api-keys\[#\w+\]$/),
      'request-retry',
      expect.stringMatching(/^gemini-api-key\[#\w+\]$/),
      expect.stringMatching(/^gemini-api-key\[#\w+\]$/),
    ]);
  });

  test('is judged by the image that it leads to', () => {
    const whole = makePlan(inputOf(SCENARIO));
    expect(refusalsOf(whole).join('\n')).toContain('mass-delete');
    expect(refusalsOf(makePlan({ ...inputOf(SCENARIO), ...only('debug', 'request-retry') }))).toEqual([]);
    const keys = makePlan({ ...inputOf(SCENARIO), ...only('gemini-api-key') });
    expect(refusalsOf(keys).join('\n')).toContain('mass-delete');
  });

  test('remembers nothing of the rest', () => {
    const state = appliedState({ ...SCENARIO, desired: { debug: false, 'request-retry': 3 } });
    const scenario: Scenario = { ...SCENARIO, desired: { debug: true, 'request-retry': 5 }, state };
    const input = { ...inputOf(scenario), ...only('debug') };
    const { lastApplied } = remember(input, makePlan(input));
    expect(lastApplied.revision).toEqual(state.lastApplied?.revision);
    expect(lastApplied.hashes['request-retry']).toBe(state.lastApplied?.hashes['request-retry']);
    expect(lastApplied.hashes['debug']).not.toBe(state.lastApplied?.hashes['debug']);
    const next = makePlan(
      inputOf({ ...scenario, file: BASE.replace('debug: false', 'debug: true'), state: { lastApplied } }),
    );
    expect(linesOf(next)).toEqual(['update request-retry 3 → 5 (git)']);
  });

  test('releases nothing elsewhere', () => {
    const state = appliedState({
      ...SCENARIO,
      desired: { debug: false, 'gemini-api-key': [{ 'api-key': 'sk-test-gem-1' }] },
    });
    const scenario: Scenario = { ...SCENARIO, desired: { debug: true }, state };
    const input = { ...inputOf(scenario), ...only('debug') };
    const prepared = makePlan(input);
    expect([prepared.plan.released, refusalsOf(prepared)]).toEqual([[], []]);
    const after = remember(input, prepared);
    expect(makePlan(inputOf({ ...scenario, state: after })).plan.released).toEqual(['gemini-api-key']);
  });
});
