// Duplicate client keys, and entries of one identity: warnings, never errors.
import { describe, expect, test } from '@jest/globals';
import { loadText } from '../setup.ts';

describe('a duplicate client key', () => {
  test.each([
    ['api-keys: [sk-test-0001, sk-test-0002, sk-test-0001]\n', 'api-keys[2]'],
    ['api-keys: [sk-test-0001, " sk-test-0001 "]\n', 'api-keys[1]'],
    ['config-version: 8\naccess: { api-keys: [sk-test-0001, sk-test-0001] }\n', 'access.api-keys[1]'],
  ])('is a warning with its place: %j', async (text, path) => {
    const { desired, problems } = await loadText(text);
    expect(desired).toBeDefined();
    expect(problems).toMatchObject([{ code: 'HF2058', severity: 'warning', path }]);
    expect(JSON.stringify(problems)).not.toContain('sk-test');
  });
});

describe('a blank client key', () => {
  test.each([
    ['api-keys: [sk-test-0001, ""]\n', 'api-keys[1]'],
    ['api-keys: ["  ", sk-test-0001, ""]\n', 'api-keys[0]', 'api-keys[2]'],
    ['config-version: 8\naccess: { api-keys: [sk-test-0001, ""] }\n', 'access.api-keys[1]'],
  ])('is a warning with its place: %j', async (text, ...paths) => {
    const { desired, problems } = await loadText(text);
    expect(desired).toBeDefined();
    expect(problems).toMatchObject(paths.map((path) => ({ code: 'HF2059', severity: 'warning', path })));
  });

  test('is an error where a reference brings it', async () => {
    const { desired, problems } = await loadText('api-keys: ["${env:KEY}", sk-test-0001]\n', {
      env: { KEY: '  ' },
    });
    expect(desired).toBeUndefined();
    expect(problems).toMatchObject([{ code: 'HF2020', severity: 'error' }]);
  });
});

describe('two entries of one identity', () => {
  const claude = '  - api-key: sk-test-0001\n    base-url: https://u.example\n';
  const group = '    - base-url: https://c.example\n      keys:\n        - api-key: sk-test-0001\n';
  test.each([
    [`claude-api-key:\n${claude}${claude}    priority: 3\n`, 'claude-api-key[1]', 'api-key and base-url'],
    [
      'openai-compatibility:\n  - { name: a, base-url: "https://x.example" }\n  - { name: a, base-url: "https://y.example" }\n',
      'openai-compatibility[a]',
      'name',
    ],
    [
      `config-version: 8\napi-keys:\n  codex:\n${group}${group}`,
      'api-keys.codex[1].keys[0]',
      'api-key and base-url',
    ],
  ])('is a warning with its place: %j', async (text, path, what) => {
    const { desired, problems } = await loadText(text);
    expect(desired).toBeDefined();
    const found = problems.filter(({ code }) => code === 'HF2053');
    expect(found).toMatchObject([{ severity: 'warning', path }]);
    expect(found[0]?.message).toContain(`has the same ${what} as the entry in line`);
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  });
});
