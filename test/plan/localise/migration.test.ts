// What a conversion of the gateway's file is said to do.
import { describe, expect, test } from '@jest/globals';
import { parsePath } from '../../../src/domain/path.ts';
import type { Layout } from '../../../src/domain/desired.ts';
import { allowsMigration, migrationVerdicts, neededMigration } from '../../../src/plan/localise/migration.ts';

const verdicts = (raw: string, layout: Layout, version = 'v8.0.11'): string[] =>
  migrationVerdicts(raw, {
    layout,
    build: { version, commit: 'abc1234', buildDate: '2026-11-01', supportsPlugins: true },
  }).map(({ guard, message }) => `${guard}: ${message}`);

describe('the first write through the v8 API', () => {
  test('tells what it moves in a flat file', () => {
    expect(verdicts('port: 8317\nrequest-retry: 3\n', 'legacy')).toEqual([
      "migrate-file: the first write converts the gateway's file: it permanently gets the v8 layout, which v7 gateways can't read; moved: `port` to `server.port`, `request-retry` to `routing.retry.request-retry`",
    ]);
  });

  test('also tells what it narrows', () => {
    expect(verdicts('xai:\n  inject-x-search: true\n', 'legacy', 'v8.0.10')).toEqual([
      expect.stringMatching(/^unsupported: .*`xai\.inject-x-search`/),
      expect.stringMatching(/^migrate-file: /),
    ]);
  });

  test.each<[what: string, raw: string]>([
    ['in the v8 layout', 'config-version: 8\nserver:\n  port: 8317\n'],
    ['that nobody can read', 'server: [\n'],
  ])('has nothing to tell about a file %s', (_, raw) => {
    expect(verdicts(raw, 'v8')).toEqual([]);
  });
});

test.each([
  [['`models.catalog`'], 'remove the key for this target'],
  [['`models.catalog`', '`server.tls`'], 'remove the keys for this target'],
])('a write that needs the conversion names the keys %p', (places, remedy) => {
  const needed = neededMigration('port: 8317\n', places);
  expect(needed.message).toBe(
    `a flat file can't contain ${places.join(', ')}, so this write converts the gateway's file: it permanently gets the v8 layout, which v7 gateways can't read; moved: \`port\` to \`server.port\``,
  );
  expect(needed.remedy).toContain(remedy);
});

test.each([
  [{ guard: 'migrate-file' }, true],
  [{ guard: 'mass-delete' }, false],
  [{ guard: 'migrate-file', path: parsePath('server.port') }, false],
])('%p allows the conversion: %p', (allowance, allows) => {
  expect(allowsMigration([allowance])).toBe(allows);
});
