// action.yml and the command line that its inputs become.
import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { argvOf } from '../../../src/cli/ci/inputs.ts';

const env = (inputs: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]));

test('inputs become flags, one value a line', () => {
  const inputs = {
    command: 'plan',
    settings: 'eu/holdfast.yaml',
    target: 'home\n  office  \n',
    'fail-on': 'error',
    comment: 'true',
    issue: 'false',
    allow: 'mass-delete:claude-api-key\nopen-gateway',
    'plan-file': 'plan.json',
    arguments: '--mode\nenforce',
    token: 'ghs-test-token-0001',
    'working-directory': 'infra',
  };
  expect(argvOf(env(inputs))).toEqual({
    argv: 'plan --output github --settings eu/holdfast.yaml --fail-on error --target home --target office --allow mass-delete:claude-api-key --allow open-gateway --comment --out plan.json --mode enforce'.split(
      ' ',
    ),
    dir: 'infra',
    token: 'ghs-test-token-0001',
  });
});

test('without inputs it plans; apply takes the plan as its argument', () => {
  expect(argvOf({}).argv).toEqual(['plan', '--output', 'github']);
  const apply = argvOf(env({ command: 'apply', 'plan-file': 'plan.json' }));
  expect(apply.argv).toEqual(['apply', '--output', 'github', 'plan.json']);
  expect(argvOf(env({ command: 'status' })).argv).toEqual(['status']);
});

test('a switch that is neither true nor false is refused', () => {
  expect(() => argvOf(env({ comment: 'yes' }))).toThrow('the input "comment" is true or false, not "yes"');
});

test('every input of action.yml has an effect', async () => {
  const file = new URL('../../../action.yml', import.meta.url);
  const { inputs } = parse(await readFile(file, 'utf8')) as { inputs: Record<string, object> };
  for (const name of Object.keys(inputs)) {
    const value = name === 'command' ? 'drift' : 'true';
    expect([name, argvOf(env({ [name]: value }))]).not.toEqual([name, argvOf({})]);
  }
});
