import { afterEach, expect, test } from '@jest/globals';
import { complaint, type Edit, endingsOf, play, type Scene } from './contention.ts';
import { DESIRED, GATEWAY_FILE_V8, strike } from './setup.ts';

afterEach(strike);

const SCENE: Scene = {
  options: { file: GATEWAY_FILE_V8, api: 'v8' },
  desired: DESIRED.replace('request-retry: 1', 'request-retry: 4'),
  env: { TEAM_B: 'sk-test-0003' },
};

const EDITS: readonly Edit[] = [
  {
    name: 'the same path',
    method: 'PATCH',
    path: 'v8/management/config',
    body: { routing: { retry: { 'request-retry': 99 } } },
  },
  {
    name: 'another path',
    method: 'PUT',
    path: 'v8/management/config/observability/logs/debug',
    body: true,
  },
  {
    name: 'a header of a group, through the v0 API',
    method: 'PATCH',
    path: 'openai-compatibility',
    body: { name: 'openrouter', value: { headers: { 'X-Panel': 'yes' } } },
  },
];

test.each(EDITS)('$name on a v8 gateway, before any of our requests', async (edit) => {
  const endings = await endingsOf(SCENE, edit);
  const found: string[] = [];
  for (let when = 3; when < 30; when += 1) {
    const played = await play(SCENE, edit, when);
    const wrong = complaint(played, endings);
    const { method, path, purpose } = played.at ?? {};
    if (wrong !== undefined) found.push(`${when} ${method} ${path} (${purpose}): ${wrong}`);
    if (!played.at) break;
  }
  expect(found).toEqual([]);
});
