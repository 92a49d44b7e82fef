// What Holdfast released on v8, and what the gateway writes by itself, isn't an edit by others.
import { afterEach, describe, expect, test } from '@jest/globals';
import { type Fixture, setup, teardown } from '../../apply/setup.ts';
import { gatewayOn, told } from './families.ts';

afterEach(teardown);

const BASE = 'routing: { retry: { request-retry: 1 } }\n';

async function applied(fixture: Fixture, text: string): Promise<void> {
  await fixture.declare(`${BASE}${text}`);
  const outcome = await fixture.reconcile({ prune: true });
  expect('plan' in outcome ? outcome.plan?.verdicts.filter(({ allowed }) => !allowed) : []).toEqual([]);
  expect(told(outcome)).toMatch(/^\{"kind":"applied"/);
  expect(told(await fixture.check())).toMatch(/^\{"kind":"in-sync"/);
}

/** Makes the gateway merge its memory, defaults included, into its file (C v8 §5). */
const writeElsewhere = (fixture: Fixture): Promise<number> => fixture.panel('PUT', 'debug', { value: true });

describe('the settings of a plugin', () => {
  const ONE = 'plugins: { configs: { p-1: { enabled: true, mode: fast } } }\n';
  const TWO =
    'plugins: { configs: { p-1: { enabled: true, mode: fast }, p-2: { mode: slow, deep: { a: 1 } } } }\n';

  test('go with the last of them, and can be declared again', async () => {
    const fixture = await gatewayOn('');
    await applied(fixture, TWO);
    await applied(fixture, ONE);
    expect(await fixture.file()).not.toContain('p-2');
    await applied(fixture, TWO);
    await applied(fixture, '');
    expect(await fixture.file()).not.toContain('p-1');
  });

  test('are removed on v7 too, where memory shows settings that nobody wrote', async () => {
    const fixture = await setup({ file: 'auth-dir: AUTH_DIR\nrequest-retry: 1\napi-keys: [sk-test-0001]\n' });
    for (const text of [TWO, ONE]) {
      await fixture.declare(`request-retry: 1\n${text}`);
      expect(told(await fixture.reconcile({ prune: true }))).toMatch(/^\{"kind":"applied"/);
    }
    expect(await fixture.file()).not.toContain('p-2');
    expect(told(await fixture.check())).toMatch(/^\{"kind":"in-sync"/);
  });

  test('stay if others set some of them', async () => {
    const fixture = await gatewayOn('');
    await applied(fixture, TWO);
    await fixture.panel('PATCH', 'v8/management/config/plugins/configs/p-2', { other: 5 });
    await applied(fixture, ONE);
    expect(await fixture.file()).toMatch(/"p-2": ?\{"other": ?5\}/);
  });
});

test('defaults that the gateway wrote out are replaced by what is declared', async () => {
  const fixture = await gatewayOn('');
  await applied(fixture, '');
  await writeElsewhere(fixture);
  expect(await fixture.file()).toContain('_interactions');
  await applied(fixture, 'server: { discovery: { subtypes: [_messages] } }\n');
  expect(await fixture.file()).not.toContain('_interactions');
});

test.each([
  [
    'routing.session-affinity-ttl',
    (text: string) => `routing: { session-affinity-ttl: "${text}", retry: { request-retry: 1 } }\n`,
  ],
  [
    'multimedia.video-result-auth-cache-ttl',
    (text: string) => `multimedia: { video-result-auth-cache-ttl: "${text}" }\n`,
  ],
  [
    'oauth.providers.antigravity.connection-pool.idle-conn-timeout',
    (text: string) =>
      `oauth: { providers: { antigravity: { connection-pool: { idle-conn-timeout: "${text}" } } } }\n`,
  ],
])('%s may be the empty text, which means its default', async (path, declaring) => {
  const fixture = await gatewayOn('');
  const apply = async (text: string): Promise<void> => {
    await fixture.declare(declaring(text));
    expect(told(await fixture.reconcile())).toMatch(/^\{"kind":"applied"/);
  };
  await apply('2h');
  await apply('');
  expect(await fixture.file()).toMatch(new RegExp(`${path.split('.').at(-1)}"?: ""`));
  expect(told(await fixture.check())).toMatch(/^\{"kind":"in-sync"/);
});

describe.each([
  ['models.catalog', 'models: { catalog: "https://models.example/catalog.json" }\n'],
  ['models.codex-catalog', 'models: { codex-catalog: /etc/codex.json }\n'],
  ['models.devin-catalog', 'models: { devin-catalog: /etc/devin.json }\n'],
  ['server.github-token', 'server: { github-token: "${env:TOKEN}" }\n'],
  [
    'management.panel-github-repository',
    'management: { panel-github-repository: "https://example.com/panel" }\n',
  ],
])('%s, which memory does not show', (path, text) => {
  const name = path.slice(path.indexOf('.') + 1);

  test.each([
    ['of v8', () => gatewayOn('')],
    [
      'that is flat so far',
      () =>
        setup({
          api: 'v8',
          policy: { allow: ['literal-secret', 'release-secret', 'migrate-file'].map((guard) => ({ guard })) },
        }),
    ],
  ])('is declared, released and pruned on a file %s', async (_, open) => {
    const fixture = await open();
    await fixture.declare(`${BASE}${text}`, { TOKEN: 'gh-test-1' });
    expect(told(await fixture.reconcile())).toMatch(/^\{"kind":"applied"/);
    expect(await fixture.file()).toContain(`${name}`);
    await writeElsewhere(fixture);
    expect(told(await fixture.check())).toMatch(/^\{"kind":"in-sync"/);
    await fixture.declare(BASE);
    expect(told(await fixture.reconcile())).toMatch(/^\{"kind":"in-sync"/);
    await fixture.declare(BASE.replace('1', '2'));
    expect(told(await fixture.reconcile())).toMatch(/^\{"kind":"applied"/);
    expect(await fixture.file()).toContain(`${name}`);
    expect(told(await fixture.reconcile({ prune: true }))).toMatch(/^\{"kind":"applied"/);
    expect(await fixture.file()).not.toContain(`${name}`);
    expect(told(await fixture.check())).toMatch(/^\{"kind":"in-sync"/);
  });
});
