import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { type LoadedSettings, loadSettings } from '../../src/settings/settings.ts';

const dir = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const TARGETS = `version: 1
targets:
  - { name: a, key: "\${env:K}", labels: { stage: canary } }
  - { name: b, key: "\${env:K}", labels: { region: eu } }
  - { name: c, key: "\${env:K}" }
`;

function strategy(text: string): Promise<LoadedSettings> {
  writeFileSync(join(dir, 'holdfast.yaml'), `${TARGETS}strategy: ${text}\n`);
  return loadSettings({ flags: {}, cwd: dir, env: { K: 'mgmt-test-0001' } });
}

test('orders every target in waves, with defaults', async () => {
  const { settings } = await strategy('{ order: [canary, rest] }');
  expect(settings?.strategy).toEqual({
    waves: [
      { name: 'canary', targets: ['a'] },
      { name: 'rest', targets: ['b', 'c'] },
    ],
    maxParallel: 5,
    soakMs: 0,
    stopOn: 'failure',
  });
});

test('has limits, a soak and a reason to stop', async () => {
  const { settings } = await strategy('{ order: [rest], max-parallel: 2, soak: 1h30m, stop-on: error-rate }');
  expect(settings?.strategy).toMatchObject({ maxParallel: 2, soakMs: 5_400_000, stopOn: 'error-rate' });
});

test.each([
  [
    'a label that no target has',
    '{ order: [canari, rest] }',
    'HF7060',
    'wave `canari` of `strategy.order` selects no target. Did you mean `canary`?',
  ],
  [
    'a wave after `rest`',
    '{ order: [rest, canary] }',
    'HF7060',
    'wave `canary` of `strategy.order`: earlier waves have all of its targets',
  ],
  [
    'targets without a wave',
    '{ order: [canary, region=eu] }',
    'HF7061',
    'no wave of `strategy.order` selects c',
  ],
  [
    'a soak without a unit',
    '{ order: [rest], soak: 10 }',
    'HF1012',
    "`strategy.soak`: `10` isn't a valid duration",
  ],
  ['an unknown member', '{ order: [rest], parallel: 2 }', 'HF1011', "`strategy.parallel` isn't known here"],
])('%s is an error with its position', async (_title, text, code, message) => {
  const { settings, problems } = await strategy(text);
  expect(settings).toBeUndefined();
  const [found] = problems;
  expect([found?.code, found?.message]).toEqual([code, message]);
  expect(found?.position).toMatchObject({ file: 'holdfast.yaml', line: 6 });
  expect(found?.remedy).not.toBe('');
});
