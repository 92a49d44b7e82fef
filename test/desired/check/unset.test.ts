// Variables that aren't set, with the file that may contain them.
import { describe, expect, test } from '@jest/globals';
import { directory, load, oneLine } from '../setup.ts';

describe('a variable that is not set', () => {
  const FILES = {
    'desired/a.yaml': 'debug: maybe\nproxy-url: ${env:PROXY}\n',
    '.env': 'PROXY=http://proxy.example\nOTHER=x\n',
  };

  test('is searched for in a file next to the desired state, and other problems keep their own remedies', async () => {
    const { problems } = await load(directory(FILES));
    const remedies = new Map(problems.map(({ code, remedy }) => [code, remedy]));
    expect([...remedies.keys()].toSorted()).toEqual(['HF2020', 'HF2031']);
    expect(remedies.get('HF2020')).toContain('--variables .env');
    expect(remedies.get('HF2031') ?? '').not.toContain('--variables');
  });

  test('has the remedy of its code if no file contains it', async () => {
    const { problems } = await load(directory({ ...FILES, '.env': 'OTHER=x\n' }));
    const found = problems.find(({ code }) => code === 'HF2020');
    expect(found?.remedy ?? '').not.toContain('--variables .env');
    expect(found?.remedy).not.toBe('');
  });

  test('is one problem with all that are not set', async () => {
    const text = 'proxy-url: ${env:ONE}\nauth-dir: ${env:TWO}\n';
    const { problems } = await load(directory({ 'desired/a.yaml': text }));
    expect(problems.map(oneLine)).toEqual([
      expect.stringMatching(/^a\.yaml:1:12 HF2020 2 variables are not set: ONE, TWO/),
    ]);
  });
});
