import { expect, test } from '@jest/globals';
import { summaryOf } from '../../../src/apply/record/summary.ts';
import { type Problem, problem } from '../../../src/domain/problem/problem.ts';
import { planOf } from '../../plan/builders.ts';

const WARNING = problem('HF2110', 'client key "guest" expired', { severity: 'warning' });

const base = (...problems: readonly Problem[]) => ({
  target: 'home',
  at: 0,
  durationMs: 0,
  requests: {},
  problems,
});

test('a refusal is told by its guards, whatever else the files are warned of', () => {
  const file = 'api-keys: [sk-test-0001]\n';
  const { plan } = planOf({ file, desired: { 'api-keys': [] } });
  const guards = new Set(plan.verdicts.filter(({ allowed }) => !allowed).map(({ guard }) => guard));
  expect(guards.size).toBeGreaterThan(0);
  expect(summaryOf({ ...base(WARNING), kind: 'refused', plan })).toBe(`refused by ${[...guards].join(', ')}`);
  expect(summaryOf({ ...base(problem('HF8010', 'a fork')), kind: 'refused' })).toBe('refused: a fork');
});

test('an error says why it ended so, and a warning only if there is nothing else', () => {
  const gone = problem('HF3001', 'the gateway is gone');
  expect(summaryOf({ ...base(WARNING, gone), kind: 'unreachable' })).toBe('the gateway is gone');
  expect(summaryOf({ ...base(WARNING), kind: 'drifted', depth: 'deep' })).toBe('drifted');
  expect(summaryOf({ ...base(), kind: 'unreachable' })).toBe('unreachable');
});
