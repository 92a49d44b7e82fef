// `probes.models`: what must be listed after an apply, else it is rolled back.
import { afterEach, describe, expect, test } from '@jest/globals';
import { DESIRED, setup, teardown } from './setup.ts';

afterEach(teardown);

const RENAMED = DESIRED.replace('alias: kimi', 'alias: kimi2');
const ALLOWED = { allow: [{ guard: 'last-upstream' }] };

describe('a model that must be listed', () => {
  test('and that the plan takes away is said before', async () => {
    const fixture = await setup({ desired: RENAMED, models: ['kimi'] });
    const before = await fixture.file();
    const outcome = await fixture.reconcile();
    expect(outcome).toMatchObject({ kind: 'refused' });
    expect(outcome.plan?.verdicts).toMatchObject([
      {
        guard: 'last-upstream',
        message: 'removes `kimi`, which `probes.models` requires',
        allowed: false,
      },
    ]);
    expect(await fixture.file()).toBe(before);
  });

  test('is missing although the guard let it pass: rolled back, and it is listed again', async () => {
    const fixture = await setup({ desired: RENAMED, models: ['kimi'] });
    const before = await fixture.file();
    expect(await fixture.reconcile(ALLOWED)).toMatchObject({
      kind: 'rolled-back',
      problems: [{ code: 'HF5014', message: 'the required models are listed: not listed: kimi' }],
    });
    expect(await fixture.file()).toBe(before);
  });

  test("a model that never was is rolled back too, and doesn't fail the rollback", async () => {
    const fixture = await setup({
      desired: DESIRED.replace('retry: 1', 'retry: 4'),
      models: ['kimi', 'no-such'],
    });
    expect(await fixture.reconcile()).toMatchObject({
      kind: 'rolled-back',
      problems: [{ message: 'the required models are listed: not listed: no-such' }],
    });
  });

  test('and comes with the plan passes', async () => {
    const fixture = await setup({ desired: RENAMED, models: ['kimi2'] });
    const outcome = await fixture.reconcile();
    expect(outcome).toMatchObject({ kind: 'applied' });
    expect('evidence' in outcome && outcome.evidence).toContainEqual({
      check: 'the required models are listed',
      passed: true,
      detail: 'kimi2',
    });
  });

  test('is requested anonymously if the gateway is open to everyone', async () => {
    const open = { ...ALLOWED, allow: [{ guard: 'open-gateway' }, { guard: 'mass-delete' }] };
    const desired = DESIRED.replace(/api-keys:\n.*\n.*\n/, 'api-keys: []\n');
    const listed = await setup({ desired, models: ['kimi'] });
    expect(await listed.reconcile(open)).toMatchObject({ kind: 'applied' });
    const missing = await setup({ desired, models: ['no-such'] });
    expect(await missing.reconcile(open)).toMatchObject({ kind: 'rolled-back' });
  });
});
