// A member of an entry that the gateway does not know: its file loads, and its v8 API refuses every write.
import { afterEach, describe, expect, test } from '@jest/globals';
import { adopt } from '../../../src/adopt/adopt.ts';
import { sourceOf } from '../../../src/adopt/source.ts';
import { readOnce } from '../../../src/apply/steps/read-once.ts';
import type { Outcome } from '../../../src/domain/outcome/outcome.ts';
import { teardown } from '../../apply/setup.ts';
import { gatewayOn, told } from './families.ts';

afterEach(teardown);

const provider = (prefix: string, key: string): string => `api-keys:
  openai-compatibility:
    - name: router
      base-url: https://r.example/v1${prefix}
      keys:
        - { ${key} }
`;
const group = (group: string, first: string): string => `api-keys:
  codex:
    - base-url: https://c.example/v1
      ${group}keys:
        - { ${first} }
        - { api-key: sk-test-2 }
`;

const CASES = [
  [
    'a key of a provider',
    provider('', 'api-key: sk-test-1, priority: 3'),
    provider('', 'api-key: sk-test-1, weight: 2'),
  ],
  ['a key of a group', group('', 'api-key: sk-test-1, bogus: 3'), group('', 'api-key: sk-test-1, prefix: a')],
  [
    'a model of a group',
    group('models: [{ name: a, alias: b, bogus: 4 }]\n      ', 'api-key: sk-test-1'),
    group('models: [{ name: a, alias: b, display-name: A }]\n      ', 'api-key: sk-test-1'),
  ],
] as const;

const writes = (outcome: Outcome): readonly string[] =>
  (('plan' in outcome && outcome.plan?.writes) || []).map(({ method, path }) => `${method} ${path}`);

const BOGUS = /(bogus|priority): ?\d/;

describe.each(CASES)('%s', (_, live, changed) => {
  test('is noted, and stays where something else is written', async () => {
    const fixture = await gatewayOn(live);
    await fixture.declare('routing: { retry: { request-retry: 3 } }\n');
    const applied = await fixture.reconcile();
    expect(told(applied)).toMatch(/^\{"kind":"applied"/);
    expect(writes(applied)).toEqual(['PUT /v0/management/config.yaml']);
    expect(await fixture.file()).toMatch(BOGUS);
    const looked = await fixture.check();
    expect(looked).toMatchObject({ kind: 'in-sync', problems: [{ code: 'HF3040' }] });
  });

  test('makes no difference to what is pulled', async () => {
    const fixture = await gatewayOn(live);
    const source = sourceOf(await readOnce(fixture.context, 'pull'));
    const pulled = await adopt(source, { selection: { include: [], exclude: [] }, env: {} });
    expect(pulled.text).not.toMatch(BOGUS);
    expect(pulled.notes).toEqual([expect.objectContaining({ code: 'HF2070' })]);
    const secrets = pulled.variables.map(({ name, secret }) => [name, secret.open()] as const);
    await fixture.declare(pulled.text, Object.fromEntries(secrets));
    expect(await fixture.check()).toMatchObject({ kind: 'in-sync', plan: { changes: [] } });
  });

  test('is removed with the next write of its entry, and the v8 API writes again', async () => {
    const fixture = await gatewayOn(live);
    await fixture.declare(changed);
    const applied = await fixture.reconcile();
    expect(told(applied)).toMatch(/^\{"kind":"applied"/);
    expect(applied).toHaveProperty(
      'plan.writes.0.reason',
      expect.stringMatching(/from the entries that are written: (bogus|priority)$/),
    );
    expect(await fixture.file()).not.toMatch(BOGUS);
    expect(await fixture.check()).toMatchObject({ kind: 'in-sync', problems: [] });
    await fixture.declare(`${changed}routing: { retry: { request-retry: 3 } }\n`);
    expect(writes(await fixture.reconcile())).toEqual(['PATCH /v8/management/config']);
  });
});
