import { describe, expect, test } from '@jest/globals';
import { layoutFor, unsupportedBy } from '../../../src/gateway/layout/support.ts';
import type { Layout } from '../../../src/gateway/layout/rewrite.ts';
import type { Tree } from '../../../src/lib/value.ts';

const found = (tree: Tree, layout: Layout, version: string): readonly string[] =>
  unsupportedBy(tree, layout, version).map(
    ({ pointer, message, needs }) => `${pointer} ${message} ${needs ?? '-'}`,
  );

const TREE: Tree = {
  'config-version': 8,
  server: { port: 1, 'github-token': 't', discovery: { enabled: true } },
  upstream: { codex: { 'response-steering': true }, xai: { 'inject-x-search': true } },
  client: { codex: { 'enable-apply-patch': true } },
  models: { catalog: '' },
  'api-keys': {
    meta: [{ keys: [] }],
    codex: [{ prefix: 'a', keys: [{ 'disable-codex-cloaking': true }, {}] }],
  },
};

describe('what a gateway version does not support', () => {
  test('the newest supports everything', () => expect(found(TREE, 'v8', 'v8.0.21')).toEqual([]));

  test("an early v8 lacks what came later, and earlier spellings that apply to fewer credentials aren't a substitute", () => {
    expect(found(TREE, 'v8', 'v8.0.5')).toEqual([
      "/server/github-token isn't known to v8.0.5 v8.0.19",
      '/upstream/codex/response-steering is `oauth.providers.codex.response-steering` in v8.0.5, where it applies only to OAuth credentials v8.0.11',
      '/upstream/xai/inject-x-search is `oauth.providers.xai.inject-x-search` in v8.0.5, where it applies only to OAuth credentials v8.0.11',
      "/client/codex/enable-apply-patch isn't known to v8.0.5 v8.0.14",
      "/models/catalog isn't known to v8.0.5 v8.0.14",
    ]);
  });

  test('v7 lacks what v8 brought, by the place where it is declared', () => {
    expect(found(TREE, 'v8', 'v7.2.140')).toEqual([
      "/server/github-token isn't known to v7.2.140 v8.0.19",
      "/server/discovery/enabled isn't known to v7.2.140 v8.0.0",
      "/upstream/codex/response-steering isn't known to v7.2.140 v8.0.11",
      "/client/codex/enable-apply-patch isn't known to v7.2.140 v8.0.14",
      "/models/catalog isn't known to v7.2.140 v8.0.14",
      "/api-keys/meta isn't known to v7.2.140 v8.0.0",
      "/api-keys/codex/0/keys/0/disable-codex-cloaking isn't known to v7.2.140 v8.0.0",
    ]);
  });

  test('an older v7 lacks what newer v7 brought', () => {
    expect(found({ 'xai-api-key': [{ 'api-key': 'a' }], debug: true }, 'legacy', 'v7.1.0')).toEqual([
      "/xai-api-key isn't known to v7.1.0 v7.2.73",
    ]);
  });

  test('v8 lacks what is gone, and narrows what the flat file meant for all credentials', () => {
    const flat: Tree = { codex: { 'identity-confuse': true, 'disable-codex-cloaking': true } };
    expect(found(flat, 'legacy', 'v8.0.21')).toEqual([
      '/codex/identity-confuse was removed from v8 gateways -',
    ]);
    for (const version of ['v8.0.4', 'v8.0.10'])
      expect(found(flat, 'legacy', version)[0]).toContain('applies only to OAuth credentials v8.0.11');
    expect(found(flat, 'legacy', 'v8.0.11')).toHaveLength(1);
  });

  test('the layout follows the version', () => {
    expect([layoutFor('v7.3.12'), layoutFor('8.0.0')]).toEqual(['legacy', 'v8']);
    expect(() => found({}, 'v8', 'dev')).toThrow("isn't a version");
  });
});
