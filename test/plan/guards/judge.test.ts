// What a request couldn't do without harm is judged like the findings of the guards.
import { describe, expect, test } from '@jest/globals';
import { makePlan } from '../../../src/plan/plan.ts';
import type { Verdict } from '../../../src/domain/plan/guard.ts';
import { BASE, inputOf } from '../builders.ts';

function judged(refusal: Pick<Verdict, 'guard' | 'path' | 'override'>, allow: readonly string[]): Verdict {
  const input = inputOf({ file: BASE, desired: { debug: true }, allow });
  const verdict: Verdict = { message: 'it', remedy: 'Wait.', allowed: false, changes: [], ...refusal };
  const { plan } = makePlan({ ...input, refusals: [verdict] });
  return plan.verdicts.find(({ message }) => message === 'it') as Verdict; // the one given
}

describe('a verdict of the routes', () => {
  test.each<[string, Pick<Verdict, 'guard' | 'path' | 'override'>, readonly string[], boolean]>([
    ['is refused without an allowance', { guard: 'unsafe-edit' }, [], false],
    ['is allowed by its guard', { guard: 'unsafe-edit' }, ['unsafe-edit'], true],
    ['is refused where another guard is allowed', { guard: 'unsafe-edit' }, ['lost-comments'], false],
    ['is allowed at its path', { guard: 'mass-delete', path: 'api-keys' }, ['mass-delete:api-keys'], true],
    ['is refused where another path is allowed', { guard: 'mass-delete', path: 'api-keys' }, ['mass-delete:plugins'], false],
    ['is refused where one path is allowed, and it has none', { guard: 'mass-delete' }, ['mass-delete:api-keys'], false],
    ['is refused whatever is allowed, if the gateway would not start', { guard: 'brick' }, ['brick'], false],
  ])('%s', (_, refusal, allow, allowed) => {
    expect(judged(refusal, allow).allowed).toBe(allowed);
  }); // prettier-ignore

  test('has the flag that allows it, its own or that of its guard and path', () => {
    const flag = (refusal: Pick<Verdict, 'guard' | 'path' | 'override'>): unknown =>
      judged(refusal, []).override;
    expect(flag({ guard: 'unsafe-edit' })).toBe('--allow unsafe-edit');
    expect(flag({ guard: 'mass-delete', path: 'api-keys' })).toBe('--allow mass-delete:api-keys');
    expect(flag({ guard: 'unsafe-edit', override: '--allow this' })).toBe('--allow this');
    expect(flag({ guard: 'brick' })).toBeUndefined();
  });
});
