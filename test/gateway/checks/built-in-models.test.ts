// Models that a gateway knows by itself: a gateway that doesn't tell leaves them unknown, and that isn't an error.
import { expect, test } from '@jest/globals';
import { fail } from '../../../src/domain/problem/problem.ts';
import { seal } from '../../../src/domain/secret.ts';
import { builtInModels } from '../../../src/gateway/checks/built-in-models.ts';
import type { Answer, Client } from '../../../src/gateway/client/client.ts';

const MEMORY = { 'claude-api-key': [{ 'api-key': 'sk-test-0001' }] };

const answering = (send: () => Pick<Answer, 'status' | 'body'>): Client =>
  ({ target: 'main', send: async () => send() }) as unknown as Client; // all that a read uses

const claudeOf = async (client: Client): Promise<readonly string[] | undefined> =>
  (await builtInModels(client, [MEMORY]))('claude');

test('are those of the response', async () => {
  const body = seal('{"models": [{"id": "m1"}, {"id": "m2"}, {}]}');
  expect(await claudeOf(answering(() => ({ status: 200, body })))).toEqual(['m1', 'm2']);
});

test.each([
  [404, '404 page not found'],
  [400, '{"error": "unknown channel"}'],
  [200, '<html>'],
  [200, ''],
  [200, '{"models": "none"}'],
])('are unknown after %i %s', async (status, body) => {
  expect(await claudeOf(answering(() => ({ status, body: seal(body) })))).toBeUndefined();
});

test('a gateway that refuses the key is an error all the same', async () => {
  const client = answering(() => {
    throw fail('HF3007', 'the key is wrong');
  });
  await expect(claudeOf(client)).rejects.toThrow('the key is wrong');
});
