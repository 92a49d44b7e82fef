import { describe, expect, test } from '@jest/globals';
import { compare, hash } from 'bcryptjs';
import { judgeManagementSecret } from '../../../src/plan/guards/management-secret.ts';
import { makePlan } from '../../../src/plan/plan.ts';
import { desiredOf, inputOf, liveOf, targetOf, type Scenario } from '../builders.ts';

const HASH = await hash('mgmt-secret-1', 4);
const fileWith = (secret: string): string =>
  `port: 8317\nremote-management:\n  secret-key: ${JSON.stringify(secret)}\n`;
const declaring = (secret: string): Scenario['desired'] => ({
  'remote-management': { 'secret-key': secret },
});

async function judged(file: string, declared: string) {
  const scenario = { file, desired: declaring(declared) };
  const facts = await judgeManagementSecret(
    desiredOf(scenario.desired),
    liveOf(scenario),
    targetOf(scenario),
  );
  return { scenario, facts };
}

describe('a declared management secret', () => {
  test('equals the hash that the gateway created from it, and changes nothing', async () => {
    const { scenario, facts } = await judged(fileWith(HASH), 'mgmt-secret-1');
    expect(facts).toMatchObject({ equalsLive: true, isTargetKey: true });
    expect(makePlan({ ...inputOf(scenario), managementSecret: facts }).plan.changes).toEqual([]);
  });

  test('equals another hash of the same secret', async () => {
    const { facts } = await judged(fileWith(HASH), await hash('mgmt-secret-1', 4));
    expect(facts).toMatchObject({ equalsLive: true, isTargetKey: true });
  });

  test('is stored as a hash made here, the same one each time', async () => {
    const [first, second] = [
      await judged(fileWith(HASH), 'mgmt-secret-2'),
      await judged(fileWith(HASH), 'mgmt-secret-2'),
    ];
    expect(first.facts).toMatchObject({ equalsLive: false, isTargetKey: false });
    const stored = first.facts?.stored.open() ?? '';
    expect(stored).toBe(second.facts?.stored.open());
    expect(stored).toMatch(/^\$2b\$10\$/);
    expect(await compare('mgmt-secret-2', stored)).toBe(true);
  });

  test('is never printed, nor its hash', async () => {
    const { scenario, facts } = await judged(fileWith(HASH), 'mgmt-secret-2');
    const { plan } = makePlan({ ...inputOf(scenario), managementSecret: facts });
    expect(plan.changes.map((change) => change.path)).toEqual(['remote-management.secret-key']);
    const printed = JSON.stringify(plan);
    for (const text of ['mgmt-secret-2', HASH, facts?.stored.open() ?? ''])
      expect(printed).not.toContain(text);
  });

  test('is not judged if none is declared', async () => {
    const scenario = { file: fileWith(HASH), desired: {} };
    expect(await judgeManagementSecret(desiredOf({}), liveOf(scenario), targetOf(scenario))).toBeUndefined();
  });
});
