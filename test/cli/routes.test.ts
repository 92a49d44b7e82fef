// `explain route` and `plan --routes` on both generations of gateways.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { EXIT } from '../../src/domain/problem/exit.ts';
import { type Place, place } from './setup.ts';

const V7 = `api-keys: [sk-test-0001]
openai-compatibility:
  - name: kimi
    base-url: https://kimi.example/v1
    api-key-entries: [{ api-key: sk-test-0002 }]
    models: [{ name: k2, alias: kimi }]
  - name: deepseek
    base-url: https://user:sk-test-0009@deepseek.example/v1
    priority: 5
    api-key-entries: [{ api-key: sk-test-0003 }]
    models: [{ name: moonshot, alias: kimi }]
claude-api-key:
  - { api-key: sk-test-0004, base-url: https://c.example }
`;
const V8 = `config-version: 8
access: { api-keys: [sk-test-0001] }
api-keys:
  openai-compatibility:
    - name: kimi
      base-url: https://kimi.example/v1
      keys: [{ api-key: sk-test-0002 }]
      models: [{ name: k2, alias: kimi }]
    - name: deepseek
      base-url: https://user:sk-test-0009@deepseek.example/v1
      priority: 5
      keys: [{ api-key: sk-test-0003 }]
      models: [{ name: moonshot, alias: kimi }]
  claude:
    - { base-url: https://c.example, keys: [{ api-key: sk-test-0004 }] }
`;
const CHANGED = {
  v7: V7.replace('priority: 5', 'priority: 0'),
  v8: V8.replace('priority: 5', 'priority: 0'),
};

describe.each(['v7', 'v8'] as const)('a %s gateway', (api) => {
  let work: Place;
  beforeAll(async () => {
    work = await place({
      gateway: api === 'v8' ? V8 : V7,
      files: { 'desired-state/gateway.yaml': CHANGED[api] },
      env: {},
      managementKey: 'management-key-for-tests',
      api,
    });
  });
  afterAll(() => work.close());

  test('explain route shows who serves a model, in order, without secrets', async () => {
    const { exit, out } = await work.holdfast('explain', 'route', 'kimi');
    expect(exit).toBe(EXIT.ok);
    expect(out).toMatch(/first, priority 5: one credential\n +deepseek .* as moonshot\n +then, priority 0/);
    expect(out).toContain('not told by the gateway: which API keys it skips');
    expect(out).not.toContain('its accounts'); // there are none, and the gateway says so
    expect(out).not.toMatch(/sk-test-/);
  });

  test('an entry without models serves what the gateway knows; other models are served by nobody', async () => {
    const known = await work.holdfast('explain', 'route', 'claude-sonnet-4-5-20250929');
    expect(known.out).toMatch(/first, priority 0: one credential\n +claude {2}#\w+ {2}https:\/\/c\.example/);
    const { exit, out } = await work.holdfast('explain', 'route', 'no-such-model');
    expect(exit).toBe(EXIT.differences);
    expect(out).toContain('no credential serves this model');
  });

  test('after the plan another provider serves it, and plan --routes says so', async () => {
    const planned = await work.holdfast('explain', 'route', 'kimi', '--plan');
    expect(planned.out).toMatch(/first, priority 0: 2 credentials in turn/);
    const { out } = await work.holdfast('plan', '--routes');
    expect(out).toMatch(/Routes\n +kimi +deepseek #\w+ → .*kimi #\w+/);
    const json = await work.holdfast('plan', '--routes', '--output', 'json');
    expect(JSON.parse(json.out)).toMatchObject({ routes: [{ changes: [{ model: 'kimi' }] }] });
    expect(`${out}${json.out}`).not.toMatch(/sk-test-/);
  });
});
