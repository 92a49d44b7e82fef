import { describe, expect, test } from '@jest/globals';
import { type Pace, paceOf, timed } from '../../../src/apply/run/pace.ts';
import type { Answer, Client, Request } from '../../../src/gateway/client/client.ts';
import { seal } from '../../../src/domain/secret.ts';

const STEADY = { file: 'keyed', from: 5, to: 90, machine: 'here' };

/** The pace after one request. */
async function after(
  method: Request['method'],
  reply: number | Error,
  credential: Request['credential'] = 'management',
): Promise<Pace> {
  const answer = (status: number): Answer => ({ status, headers: {}, body: seal('{}'), ms: 70 });
  const client: Client = {
    target: 'home',
    send: async () => {
      if (typeof reply === 'number') return answer(reply);
      throw reply;
    },
    preferKey: () => undefined,
    counts: () => ({}),
    close: async () => undefined,
  };
  const pace = paceOf({ steadyFile: STEADY });
  const clock = { now: () => 1_000, sleep: async () => undefined };
  const request: Request = { method, path: '/v0/management/debug', purpose: 'write', credential };
  await timed(client, pace, clock)
    .send(request)
    .catch((error: unknown) => expect(error).toBe(reply));
  return pace;
}

describe('what is known about the file of the gateway', () => {
  test.each<[string, Request['method'], number | Error, boolean]>([
    ['stays after a read', 'GET', 200, true],
    ['stays after a read that fails', 'GET', 500, true],
    ['ends with a write', 'PUT', 200, false],
    ['stays after a write that the gateway refuses', 'PUT', 422, true],
    ['ends with a write of unknown effect', 'PATCH', 500, false],
    ['ends with a write whose connection breaks', 'DELETE', new Error('reset'), false],
  ])('%s', async (_, method, reply, stays) => {
    expect((await after(method, reply)).steadyFile).toEqual(stays ? STEADY : undefined);
  });

  test('ends with a write by one key alone', async () => {
    const pace = await after('PUT', 200, { managementKey: seal('mgmt-secret-1') });
    expect(pace.steadyFile).toBeUndefined();
  });
});

test('a write counts as slow, a cheap read shows what authentication costs', async () => {
  expect(await after('PUT', 200)).toMatchObject({ writeMs: [70], wroteAt: 1_000 });
  expect(await after('GET', 200)).toMatchObject({ writeMs: [], authenticationMs: 70 });
});
