import { afterEach, describe, expect, test } from '@jest/globals';
import {
  beforeSending,
  DESIRED,
  GATEWAY_FILE,
  MANAGEMENT_KEY,
  setup,
  teardown,
  type SetupOptions,
} from '../setup.ts';

afterEach(teardown);

const NEXT = 'mgmt-secret-2';
const WITH_SECRET: SetupOptions = {
  file: GATEWAY_FILE.replace('allow-remote: false', `allow-remote: false\n  secret-key: ${MANAGEMENT_KEY}`),
  gatewayEnv: {},
  keys: [MANAGEMENT_KEY, NEXT],
  desired: `${DESIRED}remote-management:\n  secret-key: \${env:MGMT}\n`,
  env: { MGMT: MANAGEMENT_KEY },
};

const failures = (fixture: Awaited<ReturnType<typeof setup>>): number =>
  fixture.sandbox.requests.filter(({ status }) => status === 401 || status === 403).length;

describe('rotation of the management secret', () => {
  test('nothing is to do while the declared secret is the one in force', async () => {
    const fixture = await setup(WITH_SECRET);
    expect(await fixture.reconcile()).toMatchObject({ kind: 'in-sync' });
  });

  test('is proven by one login with the declared secret itself, and sent as a hash', async () => {
    const fixture = await setup(WITH_SECRET);
    await fixture.declare(WITH_SECRET.desired ?? '', { MGMT: NEXT });
    const outcome = await fixture.reconcile();
    expect(outcome).toMatchObject({ kind: 'applied' });
    if (outcome.kind !== 'applied') throw new Error('not applied');
    expect(outcome.evidence.map(({ check }) => check)).toContain(
      'the declared management secret is accepted',
    );
    expect(await fixture.file()).not.toContain(NEXT);
    expect(await fixture.file()).toMatch(/secret-key: "?'?\$2/);
    expect(await fixture.reconcile()).toMatchObject({ kind: 'in-sync' });
  });

  test('costs at most two failed logins when the gateway drops it', async () => {
    const fixture = await setup(WITH_SECRET);
    await fixture.declare(WITH_SECRET.desired ?? '', { MGMT: NEXT });
    fixture.sandbox.clearRequests();
    const drops = beforeSending(fixture, 1, async () => fixture.sandbox.fault('drop-writes', '/config.yaml'));
    expect(await fixture.reconcile({}, drops)).toMatchObject({ kind: 'rolled-back' });
    const management = fixture.sandbox.requests.filter(
      ({ path, status }) => path.startsWith('/v0/management') && (status === 401 || status === 403),
    );
    expect(management.length).toBeLessThanOrEqual(2);
    expect(failures(fixture)).toBeGreaterThanOrEqual(management.length);
  });

  test('is refused when the new secret is none of the keys of the target', async () => {
    const fixture = await setup({ ...WITH_SECRET, keys: [MANAGEMENT_KEY] });
    await fixture.declare(WITH_SECRET.desired ?? '', { MGMT: NEXT });
    const outcome = await fixture.reconcile();
    expect(outcome).toMatchObject({ kind: 'refused' });
    expect(outcome.plan?.verdicts.map(({ guard }) => guard)).toContain('self-lockout');
  });
});
