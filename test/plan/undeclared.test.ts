import { describe, expect, test } from '@jest/globals';
import { parsePath } from '../../src/domain/path.ts';
import { undeclaredText } from '../../src/domain/plan/undeclared.ts';
import { makePlan } from '../../src/plan/plan.ts';
import { BASE, inputOf, type Scenario } from './builders.ts';

function undeclared(
  scenario: Omit<Scenario, 'file'>,
  only?: readonly string[],
): readonly string[] | undefined {
  const input = inputOf({ file: BASE, ...scenario });
  const target = { ...input.target, policy: { ...input.target.policy, undeclared: 'report' as const } };
  const { plan } = makePlan({ ...input, target, ...(only && { only: only.map(parsePath) }) });
  return plan.undeclared?.map(undeclaredText);
}

describe('what the gateway has and no file declares', () => {
  test('is listed by section with masked names, without defaults and settings of the machine', () => {
    expect(undeclared({ desired: { debug: false } })).toEqual([
      expect.stringMatching(/^api-keys \(2\): #\w{8}, #\w{8}$/),
      'request-retry',
      expect.stringMatching(/^gemini-api-key \(2\): #\w{8}, #\w{8}$/),
      'openai-compatibility (2): openrouter, deepseek',
      'oauth-model-alias (1): claude',
    ]);
  });

  test('is nothing where everything is declared', () => {
    const desired = {
      'request-retry': 3,
      'api-keys': ['sk-test-0001', 'sk-test-0002'],
      'gemini-api-key': [],
      'openai-compatibility': [],
      'oauth-model-alias': {},
    };
    expect(undeclared({ desired })).toEqual([]);
  });

  test('of owned entries: those of others, one by one', () => {
    const desired = {
      'request-retry': 3,
      'api-keys': ['sk-test-0001'],
      'gemini-api-key': [],
      'openai-compatibility': [],
      'oauth-model-alias': { codex: [] },
    };
    expect(undeclared({ desired, ownership: { 'api-keys': 'entries' } })).toEqual([
      expect.stringMatching(/^api-keys \(1\): #\w{8}$/),
      'oauth-model-alias (1): claude',
    ]);
  });

  test('leaves out what policy ignores, and is not told of a plan that is limited', () => {
    expect(
      undeclared({ desired: { debug: false }, ignore: ['openai-compatibility', 'api-keys'] }),
    ).toHaveLength(3);
    expect(undeclared({ desired: { debug: false } }, ['debug'])).toBeUndefined();
  });
});
