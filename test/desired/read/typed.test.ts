// References are texts, and become what the catalog requires.
import { expect, test } from '@jest/globals';
import { loadText, treeOf } from '../setup.ts';

test.each([
  ['an integer', 'port: ${env:V}', '8318', { port: 8318 }],
  ['an integer with blanks around it', 'port: ${env:V}', ' 8318 ', { port: 8318 }],
  ['a boolean', 'debug: ${env:V}', 'true', { debug: true }],
  ['a text of digits', 'api-keys: ["${env:V}"]', '12345678', { 'api-keys': ['12345678'] }],
  ['a text that says true', 'host: ${env:V}', 'true', { host: 'true' }],
])('%s', async (_, text, V, tree) => {
  expect(treeOf(await loadText(text, { env: { V } }))).toEqual(tree);
});

test.each([
  ['port: ${env:V}', '83x'],
  ['debug: ${env:V}', '1'],
])('%s is refused with another value', async (text, V) => {
  const { desired, problems } = await loadText(text, { env: { V } });
  expect(desired).toBeUndefined();
  expect(problems.map(({ severity }) => severity)).toEqual(['error']);
});

test('unresolved references are listed only where they are allowed', async () => {
  const text = 'port: ${env:V}';
  expect(await loadText(text, { env: { V: '8318' } })).not.toHaveProperty('unresolved');
  const { unresolved } = await loadText(text, { allowUnresolved: true });
  expect(unresolved).toHaveLength(1);
});

test('a reference is public if the settings let its value be shown', async () => {
  const rules = {
    files: [],
    closed: [],
    public: ['OPEN'],
    own: { variables: new Set<string>(), values: () => [] },
  };
  const { desired } = await loadText('host: ${env:OPEN}\nproxy-url: ${env:V}\nport: 1', {
    env: { OPEN: 'localhost', V: 'direct' },
    rules,
  });
  expect([...(desired?.publicReferences ?? [])]).toEqual(['${env:OPEN}']);
});
