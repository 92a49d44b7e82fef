// The judge: keys are exchanged, those of clients and the one of the management itself.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { everything } from './desired.ts';
import {
  admits,
  file,
  hand,
  inSync,
  judged,
  request,
  restart,
  type RealGateway,
  openRealGateway,
  unrelatedWrite,
  withRestart,
  writes,
} from './real-gateway.ts';

judged('a rotation', () => {
  let realGateway: RealGateway;

  beforeAll(async () => {
    realGateway = await openRealGateway(everything(), { target: { adopted: true } });
    await realGateway.holdfast('apply', '--yes');
  });
  afterAll(() => realGateway.leave());

  test('of a client key lets the new one in and refuses the old one', async () => {
    await writes(realGateway, { ...everything(), 'api-keys': ['sk-test-client-1', 'sk-test-client-3'] });
    expect(await admits('sk-test-client-3')).toBe(200);
    expect(await admits('sk-test-client-2')).toBe(401);
    expect(await admits('sk-test-client-1')).toBe(200);
    await unrelatedWrite();
    await inSync(realGateway);
    expect(await admits('sk-test-client-2')).toBe(401);
  });

  test('of a client key along with a change that needs the whole file', async () => {
    await writes(realGateway, {
      ...everything(),
      'api-keys': ['sk-test-client-3', 'sk-test-client-4'],
      'passthrough-headers': true,
    });
    expect(await admits('sk-test-client-4')).toBe(200);
    expect(await admits('sk-test-client-1')).toBe(401);
  });

  test('of the management secret is refused where it is none of the keys of the target', async () => {
    realGateway.env['MGMT'] = 'mgmt-secret-2';
    await realGateway.declare({ ...everything(), 'remote-management': { 'secret-key': '${env:MGMT}' } });
    const { exit, out } = await realGateway.holdfast('apply', '--yes');
    expect(exit).toBe(4);
    expect(out).toMatch(/refused self-lockout/);
  });

  const statusWith = async (key: string): Promise<number> =>
    (await request('GET', 'debug', undefined, key)).status;

  test.each([2, 3])('of the management secret: number %d is accepted, and stored as a hash', async (n) => {
    const next = `mgmt-secret-${n}`;
    Object.assign(realGateway.env, { MGMT: next, OTHER: 'mgmt-secret-2' });
    await realGateway.settings({
      target: { adopted: true, key: ['${env:JUDGE_KEY}', '${env:OTHER}', '${env:MGMT}'] },
    });
    await writes(realGateway, { ...everything(), 'remote-management': { 'secret-key': '${env:MGMT}' } });
    expect(await statusWith(next)).toBe(200);
    if (n === 3) expect(await statusWith('mgmt-secret-2')).toBe(401);
    // An environment secret continues to work in addition to the one in the file.
    if ((await statusWith(hand.key)) !== 200) hand.key = next;
    expect(await file()).not.toContain(next);
    await inSync(realGateway);
  });

  withRestart('still lets us in after a restart', async () => {
    await restart();
    expect(await statusWith('mgmt-secret-3')).toBe(200);
    await inSync(realGateway);
  });
});
