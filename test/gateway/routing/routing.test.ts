// Who serves a model: what the real v7.2.140 did with 14 random configurations, and the rules one by one.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { routeChanges } from '../../../src/gateway/routing/compare.ts';
import { credentialsIn } from '../../../src/gateway/routing/credentials.ts';
import { modelNames, type Route, routeOf, strategyOf } from '../../../src/gateway/routing/route.ts';
import type { Tree } from '../../../src/lib/value.ts';
import { disagreements, type ObservedCase } from '../../support/observed-routes.ts';

const OBSERVED = JSON.parse(
  readFileSync(join(import.meta.dirname, 'observed.golden.json'), 'utf8'),
) as readonly ObservedCase[];

test('agrees with what the gateway was seen to do', () => {
  expect(OBSERVED.flatMap(({ routes }) => routes).length).toBeGreaterThan(80);
  expect(OBSERVED.map(disagreements)).toEqual(OBSERVED.map(() => []));
});

test('the comparison notices a wrong route', () => {
  const [first] = OBSERVED;
  const routes = [{ model: 'no-such-model', reached: [{ key: 'sk-test-up-1', model: 'm1' }] }];
  expect(disagreements({ ...(first as ObservedCase), routes })).toHaveLength(1);
});

const provider = (name: string, more: Tree = {}): Tree => ({
  name,
  'base-url': `https://${name}.example/v1`,
  'api-key-entries': [{ 'api-key': `sk-test-${name}` }],
  models: [{ name: 'upstream', alias: 'kimi' }],
  ...more,
});

const routeIn = (memory: Tree, model = 'kimi'): Route =>
  routeOf(
    model,
    credentialsIn(memory, () => undefined),
    strategyOf(memory),
  );

const tiersIn = (memory: Tree, model?: string): string[][] =>
  routeIn(memory, model).tiers.map(({ credentials }) => credentials.map(({ secret }) => secret));

describe('the rules', () => {
  test('a key of Meta serves, unless the gateway ignores it', () => {
    const models = [{ name: 'llama', alias: 'kimi' }];
    const entry = (key: string): Tree => ({ 'api-key': key, 'base-url': 'https://meta.example', models });
    const memory = { 'meta-api-key': [entry('sk-test-meta'), entry(''), entry('dca:sk-test')] };
    expect(tiersIn(memory)).toEqual([['sk-test-meta']]);
    expect(routeIn(memory).tiers[0]?.credentials[0]).toMatchObject({
      provider: 'meta',
      family: 'meta-api-key',
    });
  });

  test('the highest priority serves first', () => {
    const memory = { 'openai-compatibility': [provider('a'), provider('b', { priority: 3 }), provider('c')] };
    expect(tiersIn(memory)).toEqual([['sk-test-b'], expect.arrayContaining(['sk-test-a', 'sk-test-c'])]);
  });

  test('a weight of 0 counts with weighted-round-robin only', () => {
    const keys = { 'api-key-entries': [{ 'api-key': 'sk-test-0', weight: 0 }, { 'api-key': 'sk-test-1' }] };
    const memory = { 'openai-compatibility': [provider('a', keys)] };
    expect(tiersIn(memory).flat()).toHaveLength(2);
    expect(tiersIn({ ...memory, routing: { strategy: 'wrr' } })).toEqual([['sk-test-1']]);
  });

  test.each([
    [{ disabled: true }, { why: 'disabled' }],
    [{ prefix: 'team' }, { why: 'prefix', by: 'team/kimi' }],
  ])('a provider with %j does not serve the model, and the route says why', (more, why) => {
    const memory = { 'force-model-prefix': true, 'openai-compatibility': [provider('a', more)] };
    expect(routeIn(memory)).toMatchObject({ tiers: [], hidden: [why] });
  });

  test('excluded models are named with their pattern', () => {
    const entry = { 'api-key': 'k', models: [{ name: 'claude-x' }], 'excluded-models': ['claude-*'] };
    expect(routeIn({ 'claude-api-key': [entry] }, 'claude-x').hidden).toMatchObject([
      { why: 'excluded', by: 'claude-*' },
    ]);
  });

  test('an entry without models offers what the gateway knows; unknown where it does not tell', () => {
    const memory = { 'claude-api-key': [{ 'api-key': 'sk-test-1' }] };
    expect(routeIn(memory, 'claude-x')).toMatchObject({ tiers: [], unknown: [{ secret: 'sk-test-1' }] });
    const told = credentialsIn(memory, (channel) => (channel === 'claude' ? ['claude-x'] : undefined));
    expect(modelNames(told)).toEqual(['claude-x']);
    expect(routeOf('claude-x(8192)', told, 'round-robin').tiers).toHaveLength(1);
  });

  test('fill-first goes by the gateway’s ID, not by the order of the file', () => {
    const ids = ['x', 'y', 'z'].map((name) => `sk-test-${name}`);
    const keys = (order: readonly string[]): Tree => ({
      routing: { strategy: 'ff' },
      'openai-compatibility': [
        provider('a', { 'api-key-entries': order.map((key) => ({ 'api-key': key })) }),
      ],
    });
    expect(tiersIn(keys(ids))).toEqual(tiersIn(keys(ids.toReversed())));
  });
});

test('changes of routes name who served a model and who will', () => {
  const routing = (memory: Tree): Parameters<typeof routeChanges>[0] => ({
    credentials: credentialsIn(memory, () => undefined),
    strategy: strategyOf(memory),
  });
  const before = routing({ 'openai-compatibility': [provider('a'), provider('b', { priority: 1 })] });
  const after = routing({ 'openai-compatibility': [provider('a')] });
  const [change, ...others] = routeChanges(before, after);
  expect(others).toEqual([]);
  expect(change?.model).toBe('kimi');
  expect([change?.before, change?.after].map((all) => all?.map(({ secret }) => secret))).toEqual([
    ['sk-test-b'],
    ['sk-test-a'],
  ]);
  expect(routeChanges(before, before)).toEqual([]);
});
