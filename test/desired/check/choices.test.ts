// Other spellings of allowed values: warnings, never errors.
import { describe, expect, test } from '@jest/globals';
import type { Tree, Value } from '../../../src/lib/value.ts';
import { loadText } from '../setup.ts';

function at(tree: Tree, path: string): Value | undefined {
  return path
    .split('.')
    .reduce<Value | undefined>((value, step) => (value as Record<string, Value> | undefined)?.[step], tree);
}

const claude = (member: string): string =>
  `claude-api-key:\n  - api-key: sk-test-0001\n    base-url: http://x\n    ${member}\n`;
const rule = (action: string): string =>
  claude(`request-scoped-errors: [{ status: 429, match: [quota], action: "${action}" }]`);

describe('another spelling of an allowed value', () => {
  test.each([
    ['routing: { strategy: rr }', 'routing.strategy', 'round-robin'],
    ['routing: { strategy: " RoundRobin " }', 'routing.strategy', 'round-robin'],
    ['routing: { strategy: wrr }', 'routing.strategy', 'weighted-round-robin'],
    ['routing: { strategy: weightedroundrobin }', 'routing.strategy', 'weighted-round-robin'],
    ['routing: { strategy: ff }', 'routing.strategy', 'fill-first'],
    ['routing: { strategy: Fill-First }', 'routing.strategy', 'fill-first'],
    ['disable-image-generation: off', 'disable-image-generation', false],
    ['disable-image-generation: " Chat "', 'disable-image-generation', 'chat'],
    ['disable-image-generation: "yes"', 'disable-image-generation', true],
    ['disable-image-generation: 1', 'disable-image-generation', true],
    [claude('cloak: { mode: " Always " }'), 'claude-api-key.0.cloak.mode', 'always'],
    [claude('fingerprint-profile: OAuth-CLI'), 'claude-api-key.0.fingerprint-profile', 'claude-code-cli'],
    [rule(' Stop '), 'claude-api-key.0.request-scoped-errors.0.action', 'stop'],
    ['plugins: { store-auth: [{ match: "*", type: BEARER }] }', 'plugins.store-auth.0.type', 'bearer'],
    ['config-version: 8\nrouting: { strategy: rr }', 'routing.strategy', 'round-robin'],
  ])('%s', async (text, path, meant) => {
    const { desired, problems } = await loadText(text);
    expect(problems.map(({ code, severity }) => [code, severity])).toEqual([['HF2052', 'warning']]);
    expect(desired && at(desired.tree.open(), path)).toBe(meant);
  });

  test.each(['routing: { strategy: round robin }', claude('cloak: { mode: off }'), rule('halt')])(
    'that the gateway does not know is an error: %s',
    async (text) => {
      const { desired, problems } = await loadText(text);
      expect(desired).toBeUndefined();
      expect(problems.map(({ code }) => code)).toEqual(['HF2032']);
    },
  );

  test('that the schema has is no warning', async () => {
    expect((await loadText('routing: { strategy: fill-first }\n')).problems).toEqual([]);
  });
});
