// What a change of the configuration means for callers, and which models a rollback can bring back.
import { describe, expect, test } from '@jest/globals';
import { expectationOf, requiredBefore } from '../../../src/apply/steps/behaviour.ts';
import type { Run } from '../../../src/apply/run/run.ts';
import type { Tree } from '../../../src/lib/value.ts';

function expected(before: Tree, after: Tree) {
  const { added, removed, lasting, ...others } = expectationOf(before, after);
  const opened = {
    added: added.map((key) => key.open()),
    removed: removed.map((key) => key.open()),
    lasting: lasting?.open(),
  };
  return { ...others, ...opened };
}

const NOTHING = { added: [], removed: [], lasting: undefined, open: false, aliases: [], gone: [] };
const keys = (...names: string[]): Tree => ({ 'api-keys': names });

test.each<[what: string, before: Tree, after: Tree, meaning: Partial<typeof NOTHING> | object]>([
  ['a new key', keys('a1'), keys('a1', 'b1'), { added: ['b1'], lasting: 'a1' }],
  ['a key that leaves', keys('a1', 'b1'), keys('b1'), { removed: ['a1'], lasting: 'b1' }],
  ['the last key leaves: everybody is accepted', keys('a1'), keys(), { open: true }],
  [
    'only keys that no header can contain stay',
    keys('a\nb', 'c1'),
    keys('a\nb', 'd1'),
    { added: ['d1'], removed: ['c1'] },
  ],
])('%s', (_, before, after, meaning) => {
  expect(expected(before, after)).toEqual({ ...NOTHING, ...meaning });
});

describe('the models of a provider', () => {
  const provider = (more: Tree = {}): Tree => ({
    'api-keys': ['a1'],
    'openai-compatibility': [
      {
        name: 'up',
        'base-url': 'https://u.example',
        'api-key-entries': [{ 'api-key': 'sk-test-0001' }],
        models: [{ name: 'big-model', alias: 'big' }],
        ...more,
      },
    ],
  });

  test.each<[what: string, after: Tree, aliases: string[]]>([
    ['appear', provider(), ['big']],
    ['may stay hidden by a prefix', provider({ prefix: 'team' }), []],
    ['may stay hidden by excluded models', provider({ 'excluded-models': ['x'] }), []],
    ['appear if the exclusion is empty', provider({ 'excluded-models': [] }), ['big']],
    ['stay away if it is disabled', provider({ disabled: true }), []],
  ])('%s', (_, after, aliases) => {
    expect(expected(keys('a1'), after)).toMatchObject({ aliases, gone: [] });
    expect(expected(after, keys('a1'))).toMatchObject({ aliases: [], gone: aliases });
  });
});

test.each([
  ['listed before, and nothing removes it', ['big'], [], ['big']],
  ['not listed before', ['other'], [], []],
  ['removed by the change', ['big'], ['big'], []],
  ['nobody could see the list', undefined, [], []],
])('a required model that is %s', (_, served, gone, required) => {
  // Only the target's probes are read.
  const run = { context: { target: { probes: { models: ['big'] } } } } as unknown as Run;
  const baseline = { healthy: true, anonymous: { kind: 'refused' } as never, served };
  const expectation = { added: [], removed: [], open: false, aliases: [], gone };
  expect(requiredBefore(run, baseline, expectation)).toEqual(required);
});
