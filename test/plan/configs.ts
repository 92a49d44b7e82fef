// Arbitrary configurations of a v7 gateway, with the collections that plans treat differently.
import * as fc from 'fast-check';
import type { Tree } from '../../src/lib/value.ts';

const few = <T>(item: fc.Arbitrary<T>, maxLength = 4): fc.Arbitrary<T[]> => fc.array(item, { maxLength });
const secret = fc.integer({ min: 0, max: 9 }).map((n) => `sk-test-000${n}`);
const name = fc.constantFrom('kimi', 'glm', 'qwen', 'gpt-5', 'sonnet', 'a.b', 'x/y');
const url = fc.constantFrom('https://one.example/v1', 'https://two.example/v1');
const headers = fc.record(
  {
    'X-Team': fc.constantFrom('a', 'b'),
    'X-Cost': fc.constantFrom('a', 'b'),
    Authorization: fc.constantFrom('Bearer sk-test-h1', 'Bearer sk-test-h2'),
  },
  { requiredKeys: [] },
);
const optional = { requiredKeys: [] };

const model = fc.record({ name, alias: name }, { requiredKeys: ['name'] });
const providerKey = fc.record(
  { 'api-key': secret, weight: fc.integer({ min: 0, max: 3 }) },
  { requiredKeys: ['api-key'] },
);
const provider = fc.record(
  {
    name,
    'base-url': url,
    priority: fc.integer({ min: 0, max: 3 }),
    disabled: fc.boolean(),
    'api-key-entries': few(providerKey),
    models: few(model),
    headers,
  },
  { requiredKeys: ['name', 'base-url'] },
);
const claude = fc.record(
  {
    'api-key': secret,
    'base-url': url,
    'disable-cooling': fc.boolean(),
    models: few(model),
    'excluded-models': few(name),
    cloak: fc.record({ mode: fc.constantFrom('auto', 'always'), 'strict-mode': fc.boolean() }, optional),
  },
  { requiredKeys: ['api-key'] },
);
const rule = fc.record({
  models: fc.array(fc.record({ name }), { minLength: 1, maxLength: 2 }),
  params: fc.dictionary(fc.constantFrom('a.b', 'c'), fc.integer({ min: 1, max: 3 }), { minKeys: 1 }),
});
const alias = fc.record({ name: fc.constantFrom('m1', 'm2'), alias: fc.constantFrom('one', 'two', 'three') });

export const config: fc.Arbitrary<Tree> = fc.record(
  {
    'api-keys': fc.uniqueArray(secret, { maxLength: 5 }),
    debug: fc.boolean(),
    'request-retry': fc.integer({ min: 0, max: 3 }),
    'ws-auth': fc.boolean(),
    'proxy-url': fc.constantFrom('', 'socks5://user:pass-word@127.0.0.1:1080'),
    'quota-exceeded': fc.record({ 'switch-project': fc.boolean() }, optional),
    'openai-compatibility': few(provider),
    'claude-api-key': few(claude),
    payload: fc.record({ override: few(rule) }, optional),
    'oauth-model-alias': fc.dictionary(fc.constantFrom('claude', 'codex'), few(alias, 3)),
    plugins: fc.record({
      configs: fc.dictionary(fc.constantFrom('p', 'q'), fc.record({ enabled: fc.boolean() })),
    }),
  },
  optional,
) as fc.Arbitrary<Tree>; // records of JSON values, which fast-check types more narrowly
