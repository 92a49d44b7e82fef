// What commands say about warnings of the settings, and about files without errors.
import { expect, test } from '@jest/globals';
import { DESIRED, openTerminal } from './terminal.ts';

const SETTINGS = `version: 1
targets:
  - { name: a, url: "http://gateway.example:8317", key: mgmt-secret-1, desired: [desired-state] }
  - { name: b, url: "http://127.0.0.1:8317", key: mgmt-secret-2, desired: [desired-state] }
`;

test('warnings about the settings are one line, but for validate', async () => {
  await using terminal = await openTerminal({
    'holdfast.yaml': SETTINGS,
    'desired-state/gateway.yaml': DESIRED,
  });
  const history = await terminal.run('history', '--target', 'a');
  expect(history.err).toBe('3 warnings about the settings: run `holdfast validate` to see them\n');
  expect((await terminal.run('history', '--target', 'a', '--quiet')).err).toBe('');
  expect((await terminal.run('secrets')).err).toBe(history.err);
  const validate = await terminal.run('validate');
  expect(validate.err).toContain('The management key of target b is in plain text');
  expect(validate.err).toMatch(/\n3 warnings\n\n$/);
  expect(validate.out).toBe('valid: 1 file for 2 targets\n');
});

test.each([
  ['github', 'valid: 1 file for 1 target\n'],
  ['markdown', '## Holdfast validate\n\n✅ valid: 1 file for 1 target\n'],
])('validate as %s says that the files are valid', async (format, expected) => {
  await using terminal = await openTerminal();
  const { exit, out } = await terminal.run('validate', '--output', format);
  expect([exit, out]).toEqual([0, expected]);
});
