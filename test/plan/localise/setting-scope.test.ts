// Settings that apply to fewer credentials on older v8 gateways.
import { describe, expect, test } from '@jest/globals';
import type { Tree } from '../../../src/lib/value.ts';
import { V7, V8, V8_FLAT } from '../../../src/gateway/dialect.ts';
import { narrowedByMigration, scopeNotes } from '../../../src/plan/localise/setting-scope.ts';
import { viewV8 } from '../../../src/gateway/v8/view.ts';

const build = (version: string) => ({
  build: { version, commit: 'abc1234', buildDate: '2026-11-01', supportsPlugins: true },
});

describe('a declared setting that is not written', () => {
  const PATH = 'upstream.xai.inject-x-search';
  const declared: Tree = { upstream: { xai: { 'inject-x-search': true } } };
  const notes = (tree: Tree, version: string, written: readonly string[] = []): string[] =>
    scopeNotes(V8, tree, build(version), new Set(written)).map(({ message }) => message);

  test('is noted if this version applies it only to OAuth credentials', () => {
    expect(notes(declared, 'v8.0.10')).toEqual([
      `\`${PATH}\` is \`oauth.providers.xai.inject-x-search\` in v8.0.10, where it applies only to OAuth credentials; for API keys it needs v8.0.11`,
    ]);
  });

  test('is noted if nobody knows about this build', () => {
    expect(notes(declared, 'dev')).toEqual([expect.stringContaining(`\`${PATH}\` has an unknown scope`)]);
  });

  test.each<[why: string, tree: Tree, version: string, written: string[]]>([
    ['the version applies it to all', declared, 'v8.0.11', []],
    ['it is written: the guard judges it', declared, 'v8.0.10', [PATH]],
    ['it is not declared', { upstream: { xai: {} } }, 'v8.0.10', []],
  ])('has no note if %s', (_, tree, version, written) => {
    expect(notes(tree, version, written)).toEqual([]);
  });

  test('is noted at its flat path in a flat file of a v8 gateway, and never on v7', () => {
    const flat: Tree = { xai: { 'inject-x-search': true } };
    const paths = (dialect: typeof V7): (string | undefined)[] =>
      scopeNotes(dialect, flat, build('v8.0.10'), new Set()).map(({ path }) => path);
    expect(paths(V8_FLAT)).toEqual(['xai.inject-x-search']);
    expect(paths(V7)).toEqual([]);
  });
});

describe('a conversion of a flat file', () => {
  const refusals = (text: string, version: string): string[] => {
    const seen = viewV8(text);
    if (!seen.ok) throw new Error(seen.message);
    return narrowedByMigration(seen.report, build(version)).map(
      ({ guard, message }) => `${guard}: ${message}`,
    );
  };
  const one = 'xai:\n  inject-x-search: true\n';

  test('is refused for each setting that it would narrow', () => {
    expect(refusals(one, 'v8.0.10')).toEqual([
      "unsupported: converting the gateway's file would move `xai.inject-x-search` to `oauth.providers.xai.inject-x-search`, where v8.0.10 applies it only to OAuth credentials; for API keys it needs v8.0.11",
    ]);
    expect(refusals(`${one}disable-claude-cloak-mode: true\n`, 'v8.0.10')).toEqual([
      expect.stringMatching(
        /`xai\.inject-x-search` to .*, `disable-claude-cloak-mode` to .* applies them only/,
      ),
    ]);
  });

  test.each([
    ['the version applies it to all', one, 'v8.0.11'],
    ['the file has no such setting', 'port: 8317\n', 'v8.0.10'],
  ])('is not refused if %s', (_, text, version) => {
    expect(refusals(text, version)).toEqual([]);
  });
});
