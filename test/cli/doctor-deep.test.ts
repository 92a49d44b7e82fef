// `doctor --deep`: whether a gateway answers as the model predicts, without a write and without a value.
import { afterEach, describe, expect, test } from '@jest/globals';
import { place, type Place } from './setup.ts';

const KEY = 'sk-test-mgmt-1';
const FLAT = `port: 8317
request-retry: 3
api-keys: [sk-test-client-0001]
gemini-api-key:
  - api-key: sk-test-0002
    models: [{ name: gemini-2.5-pro, alias: pro }]
    headers: { X-Team: a }
openai-compatibility:
  - name: kimi
    base-url: https://kimi.example/v1
    api-key-entries: [{ api-key: sk-test-0003 }]
oauth-excluded-models: { codex: ["gpt-*"] }
remote-management: { secret-key: ${KEY} }
`;
const TREE = `config-version: 8
access: { api-keys: [sk-test-client-0001] }
management: { secret-key: ${KEY} }
`;

let at: Place;
afterEach(() => at.close());

async function deep(
  gateway: string,
  options: { readonly api?: 'v8'; readonly faults?: readonly string[] } = {},
) {
  at = await place({ gateway, files: {}, env: {}, managementKey: KEY, ...options });
  const { out, err } = await at.holdfast('doctor', '--deep', '--output', 'json');
  expect(out + err).not.toMatch(/sk-test/);
  expect(
    new Set(
      at.sandbox.requests
        .map(({ method, path }) => `${method} ${path}`)
        .filter((one) => !one.startsWith('GET')),
    ),
  ).toEqual(
    new Set(['PUT /v0/management/config.yaml']), // the probe of the way back, which the gateway refuses
  );
  const { targets } = JSON.parse(out) as {
    readonly targets: readonly { readonly checks: readonly { readonly id: string }[] }[];
  };
  return Object.fromEntries((targets[0]?.checks ?? []).map((check) => [check.id, check]));
}

describe('doctor --deep', () => {
  test.each([
    ['v7', FLAT, {}],
    ['v8', TREE, { api: 'v8' }],
    ['v8 with a flat file', FLAT, { api: 'v8' }],
  ] as const)('finds that %s answers as predicted', async (_, gateway, options) => {
    const checks = await deep(gateway, options);
    expect(checks['answers']).toMatchObject({
      status: 'ok',
      detail: expect.stringMatching(/^yes: 2\d endpoints, each as predicted from its file$/),
    });
    expect(checks['known-keys']).toMatchObject({ status: 'ok' });
    expect(checks['write-rules']).toMatchObject({ status: 'skip' });
  });

  test('names endpoints that answer otherwise, and keys that are new', async () => {
    const checks = await deep(`${FLAT}some-new-key: { token: sk-test-0004 }\n`, {
      faults: ['garbage-body=/request-retry'],
    });
    expect(checks['answers']).toMatchObject({
      status: 'warn',
      code: 'HF3035',
      detail: expect.stringMatching(/^1 of 2\d don't: GET \/v0\/management\/request-retry \(no JSON\)$/),
    });
    expect(checks['known-keys']).toMatchObject({
      status: 'warn',
      detail: "it has 1 that Holdfast doesn't know: some-new-key",
    });
  });
});
