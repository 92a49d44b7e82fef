// A member of an entry that the gateway does not know: its file loads, and any field write deletes the member.
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Outcome } from '../../../src/domain/outcome/outcome.ts';
import { type Fixture, setup, teardown } from '../../apply/setup.ts';

afterEach(teardown);

const codex = (first: string): string => `codex-api-key:
  - api-key: sk-test-1
    base-url: https://c.example/v1${first}
  - api-key: sk-test-2
    base-url: https://c.example/v1
    other: 4
`;
const provider = (entry: string): string => `openai-compatibility:
  - name: router
    base-url: https://r.example/v1
    api-key-entries:
      - { api-key: sk-test-1${entry} }
`;

const CASES = [
  ['an entry', codex('\n    bogus: 3'), codex('\n    prefix: a').replace('\n    other: 4', '')],
  ['a key of a provider', provider(', bogus: 3'), provider(', weight: 2')],
  [
    'a model of an entry',
    codex('\n    models: [{ name: a, alias: b, bogus: 3 }]'),
    codex('\n    models: [{ name: a, alias: b, display-name: A }]').replace('\n    other: 4', ''),
  ],
  [
    'an entry with a model that changes',
    codex('\n    bogus: 3\n    models: [{ name: a, alias: b }]'),
    codex('\n    models: [{ name: a, alias: c }]').replace('\n    other: 4', ''),
  ],
] as const;

const gatewayOn = (file: string, desired: string): Promise<Fixture> =>
  setup({
    file: `auth-dir: AUTH_DIR\nremote-management: { disable-control-panel: true }\nrequest-retry: 1\napi-keys: [sk-test-0001]\n${file}`,
    desired,
    policy: { allow: [{ guard: 'literal-secret' }] },
  });

const writes = (outcome: Outcome): readonly string[] =>
  (('plan' in outcome && outcome.plan?.writes) || []).map(({ method, path }) => `${method} ${path}`);

const noted = (outcome: Outcome): readonly string[] =>
  ('problems' in outcome ? outcome.problems : []).flatMap(({ code, path }) =>
    code === 'HF3040' ? [path ?? ''] : [],
  );

describe.each(CASES)('%s', (_, live, changed) => {
  test('keeps it, noted, where something else is written', async () => {
    const fixture = await gatewayOn(live, 'request-retry: 3\n');
    const applied = await fixture.reconcile();
    expect(applied.kind).toBe('applied');
    expect(writes(applied)).toEqual(['PUT /v0/management/config.yaml']);
    expect(await fixture.file()).toContain('bogus: 3');
    const looked = await fixture.check({ depth: 'deep' });
    expect(looked.kind).toBe('in-sync');
    expect(noted(looked)).toContainEqual(expect.stringMatching(/\.bogus$/));
  });

  test('loses it with the next write of the entry, and no other entry does', async () => {
    const fixture = await gatewayOn(live, changed);
    const applied = await fixture.reconcile();
    expect(applied).toMatchObject({ kind: 'applied' });
    expect(applied).toHaveProperty(
      'plan.writes.0.reason',
      expect.stringMatching(/from the entries that are written: bogus$/),
    );
    const file = await fixture.file();
    expect(file).not.toContain('bogus');
    if (live.includes('other')) expect(file).toContain('other: 4');
    expect(await fixture.check()).toMatchObject({ kind: 'in-sync' });
  });
});
