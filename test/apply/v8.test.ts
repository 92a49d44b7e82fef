import { afterEach, describe, expect, test } from '@jest/globals';
import { hashSync } from 'bcryptjs';
import { parseDocument } from '../../src/yaml/document.ts';
import { pending } from '../../src/domain/plan/plan.ts';
import type { Tree } from '../../src/lib/value.ts';
import type { Outcome } from '../../src/domain/outcome/outcome.ts';
import { parse } from 'yaml';
import {
  beforeSending,
  duringWait,
  DESIRED,
  GATEWAY_FILE,
  GATEWAY_FILE_V8,
  MANAGEMENT_KEY,
  type Fixture,
  setup,
  type SetupOptions,
  teardown,
} from './setup.ts';

afterEach(teardown);

const v8 = (options: SetupOptions = {}): Promise<Fixture> =>
  setup({ file: GATEWAY_FILE_V8, api: 'v8', ...options });

const MIGRATE = { allow: [{ guard: 'migrate-file' }] } as const;

const writesOf = (outcome: Outcome): readonly string[] =>
  'plan' in outcome && outcome.plan ? outcome.plan.writes.map(({ method, path }) => `${method} ${path}`) : [];

const guardsOf = (outcome: Outcome): readonly string[] =>
  'plan' in outcome && outcome.plan ? outcome.plan.verdicts.map(({ guard }) => guard) : [];

const requestsOf = ({ requests }: Outcome): number =>
  Object.entries(requests).reduce((sum, [purpose, count]) => (purpose === 'probe' ? sum : sum + count), 0);

describe('a v8 gateway', () => {
  test('is in sync with the flat desired state that describes it, and a shallow check is one request', async () => {
    const fixture = await v8();
    expect(await fixture.check()).toMatchObject({ kind: 'in-sync' });
    expect(await fixture.reconcile()).toMatchObject({ kind: 'in-sync' });
    const looked = await fixture.check({ depth: 'shallow' });
    expect(looked).toMatchObject({ kind: 'in-sync', depth: 'shallow' });
    expect(requestsOf(looked)).toBe(1);
  });

  test('gets any number of values in one PATCH, verified by at most nine requests', async () => {
    const fixture = await v8();
    await fixture.check();
    await fixture.declare(
      `${DESIRED.replace('debug: false', 'debug: true').replace('request-retry: 1', 'request-retry: 4')}ws-auth: false\nproxy-url: http://127.0.0.1:9\n`,
    );
    const applied = await fixture.reconcile();
    expect(applied).toMatchObject({ kind: 'applied' });
    expect(writesOf(applied)).toEqual(['PATCH /v8/management/config']);
    expect(requestsOf(applied)).toBeLessThanOrEqual(9);
    expect(fixture.sandbox.states().runtime).toMatchObject({
      debug: true,
      'request-retry': 4,
      'ws-auth': false,
    });
    expect(await fixture.check()).toMatchObject({ kind: 'in-sync' });
  });

  test('gets the same state as a v7 gateway from the same desired state, and both plans are empty then', async () => {
    const desired = `${DESIRED.replace('debug: false', 'debug: true')}codex-api-key:
  - api-key: \${env:CODEX_A}
    base-url: https://codex.example/v1
    prefix: team
  - api-key: \${env:CODEX_B}
    base-url: https://codex.example/v1
    models:
      - { name: gpt-5, alias: five }
    websockets: true
oauth-excluded-models:
  claude: [claude-3-*]
payload:
  override:
    - models: [{ name: gpt-*, protocol: codex }]
      params: { reasoning.effort: high }
`;
    const env = { CODEX_A: 'sk-test-codex-a', CODEX_B: 'sk-test-codex-b' };
    const old = await setup({ desired, env });
    const young = await v8({ desired, env });
    expect(await old.reconcile()).toMatchObject({ kind: 'applied' });
    expect(await young.reconcile()).toMatchObject({ kind: 'applied' });
    const effective = ({ sandbox }: Fixture): unknown => {
      const { runtime } = sandbox.states();
      const names = [
        'debug',
        'api-keys',
        'openai-compatibility',
        'codex-api-key',
        'oauth-excluded-models',
        'payload',
      ];
      return names.map((name) => runtime[name]);
    };
    expect(effective(young)).toEqual(effective(old));
    expect(await old.check()).toMatchObject({ kind: 'in-sync', plan: { changes: [], writes: [] } });
    expect(await young.check()).toMatchObject({ kind: 'in-sync', plan: { changes: [], writes: [] } });
  });

  test('loses a key by DELETE, after everything else', async () => {
    const fixture = await v8({
      desired: `${DESIRED}proxy-url: http://127.0.0.1:9\npassthrough-headers: true\n`,
    });
    expect(await fixture.reconcile()).toMatchObject({ kind: 'applied' });
    await fixture.declare(DESIRED.replace('debug: false', 'debug: true'));
    const pruned = await fixture.reconcile({ prune: true });
    expect(pruned).toMatchObject({ kind: 'applied' });
    expect(writesOf(pruned)).toEqual([
      'PATCH /v8/management/config',
      'DELETE /v8/management/config/requests/proxy-url',
      'DELETE /v8/management/config/requests/passthrough-headers',
    ]);
    expect(await fixture.file()).not.toContain('requests');
    expect(await fixture.check()).toMatchObject({ kind: 'in-sync' });
  });

  test('gets an emptied map by PUT', async () => {
    const fixture = await v8({ desired: `${DESIRED}oauth-excluded-models:\n  claude: [claude-3-*]\n` });
    expect(await fixture.reconcile()).toMatchObject({ kind: 'applied' });
    await fixture.declare(`${DESIRED}oauth-excluded-models: {}\n`);
    const emptied = await fixture.reconcile({ allow: [{ guard: 'mass-delete' }] });
    expect(emptied).toMatchObject({ kind: 'applied' });
    expect(writesOf(emptied)).toEqual(['PUT /v8/management/config/oauth/excluded-models']);
    expect(await fixture.check()).toMatchObject({ kind: 'in-sync' });
  });

  test('changes its management key, and is reached by the new one', async () => {
    const fixture = await v8({
      file: GATEWAY_FILE_V8.replace(
        'management:',
        `management:\n    secret-key: ${hashSync('mgmt-secret-old', 4)}`,
      ),
      gatewayEnv: {},
      keys: ['mgmt-secret-old', 'mgmt-secret-new'],
      desired: `${DESIRED}remote-management:\n  secret-key: \${env:NEW_KEY}\n`,
      env: { NEW_KEY: 'mgmt-secret-new' },
    });
    expect(await fixture.reconcile()).toMatchObject({ kind: 'applied' });
    expect(await fixture.check()).toMatchObject({ kind: 'in-sync' });
    expect(await fixture.file()).not.toContain('mgmt-secret-new');
  });
});

const TREE = `observability:
  logs: { debug: true }
routing:
  retry: { request-retry: 1 }
access:
  api-keys:
    - \${env:TEAM_A}
    - \${env:TEAM_B}
api-keys:
  openai-compatibility:
    - name: openrouter
      base-url: https://openrouter.example/api/v1
      keys:
        - api-key: \${env:UPSTREAM}
      models:
        - name: moonshotai/kimi-k2
          alias: kimi
  codex:
    - name: shared
      base-url: https://codex.example/v1
      prefix: team
      keys:
        - api-key: \${env:CODEX_A}
        - { api-key: "\${env:CODEX_B}", prefix: null, priority: 3 }
upstream:
  codex: { stream-bootstrap-buffering: true }
oauth:
  model-alias:
    claude: [{ name: claude-sonnet-4, alias: sonnet }]
`;

describe('desired state in the layout of v8', () => {
  const env = { CODEX_A: 'sk-test-codex-a', CODEX_B: 'sk-test-codex-b' };

  test('ends in the same state on a v7 and on a v8 gateway, and both plans are empty then', async () => {
    const old = await setup({ desired: TREE, env });
    const young = await v8({ desired: TREE, env });
    expect(await old.reconcile()).toMatchObject({ kind: 'applied' });
    expect(await young.reconcile()).toMatchObject({ kind: 'applied' });
    const effective = ({ sandbox }: Fixture): unknown => {
      const { runtime } = sandbox.states();
      const { 'stream-bootstrap-buffering': buffering } = runtime['codex'] as Tree;
      const names = ['debug', 'api-keys', 'openai-compatibility', 'codex-api-key', 'oauth-model-alias'];
      return [buffering, ...names.map((name) => runtime[name])];
    };
    expect(effective(young)).toEqual(effective(old));
    expect(await old.check()).toMatchObject({ kind: 'in-sync', plan: { changes: [], writes: [] } });
    expect(await young.check()).toMatchObject({ kind: 'in-sync', plan: { changes: [], writes: [] } });
  });

  test('keeps declared groups together where they are new, and adds a key to its group', async () => {
    const young = await v8({ desired: TREE, env });
    expect(await young.reconcile()).toMatchObject({ kind: 'applied' });
    const groups = async (): Promise<unknown> =>
      (parse(await young.file()) as { 'api-keys': Tree })['api-keys']['codex'];
    expect(await groups()).toMatchObject([{ name: 'shared', keys: [{}, { priority: 3 }] }]);
    await young.declare(TREE.replace('upstream:', '        - api-key: ${env:CODEX_C}\nupstream:'), {
      CODEX_C: 'sk-test-codex-c',
    });
    expect(await young.reconcile()).toMatchObject({ kind: 'applied' });
    expect(await groups()).toMatchObject([
      { name: 'shared', keys: [{}, { priority: 3 }, { 'api-key': 'sk-test-codex-c' }] },
    ]);
  });

  test("that a v7 gateway can't express is refused by name and position", async () => {
    const old = await setup({ desired: `${TREE}server:\n  discovery: { enabled: true }\n`, env });
    const refused = await old.reconcile();
    expect(refused).toMatchObject({ kind: 'refused' });
    const verdicts = 'plan' in refused && refused.plan ? refused.plan.verdicts : [];
    expect(verdicts).toMatchObject([
      {
        guard: 'unsupported',
        message: expect.stringMatching(/server\.discovery\.enabled.*gateway\.yaml:\d+:\d+\).*v8 gateway/),
      },
    ]);
  });
});

const GROUPS = `${GATEWAY_FILE_V8.replace('config-version: 8\n', '')}    codex:
        - name: shared
          base-url: https://codex.example/v1
          priority: 2
          excluded-models: [gpt-3]
          keys:
            - api-key: sk-test-a
            - api-key: sk-test-b
              priority: null
        - name: empty
          base-url: https://codex.example/v2
          keys: []
        - name: stranger
          base-url: https://codex.example/v3
          keys:
            - api-key: sk-test-stranger
              websockets: true
config-version: 8
`;

const ENTRIES = `${DESIRED}codex-api-key:
  - api-key: \${env:A}
    base-url: https://codex.example/v1
    priority: 2
    excluded-models: [gpt-3]
  - api-key: \${env:B}
    base-url: https://codex.example/v1
    priority: 2
    excluded-models: [gpt-3]
`;

describe('a family in groups', () => {
  const family = (): SetupOptions => ({
    file: GROUPS,
    desired: ENTRIES,
    env: { A: 'sk-test-a', B: 'sk-test-b' },
    policy: { ownership: [{ path: [{ kind: 'key', name: 'codex-api-key' }], ownership: 'entries' }] },
  });
  const codex = async (fixture: Fixture): Promise<readonly Record<string, unknown>[]> => {
    const file = parse(await fixture.file()) as { 'api-keys': { codex: Record<string, unknown>[] } };
    return file['api-keys'].codex;
  };

  test('is no drift however it is grouped', async () => {
    const fixture = await v8(family());
    expect(await fixture.check()).toMatchObject({ kind: 'in-sync' });
  });

  test('survives an edit of one entry: shared group, empty group, stranger and null', async () => {
    const fixture = await v8(family());
    const before = await codex(fixture);
    await fixture.declare(ENTRIES.replace('priority: 2', 'priority: 7'));
    const applied = await fixture.reconcile();
    expect(applied).toMatchObject({ kind: 'applied' });
    expect('plan' in applied && applied.plan ? pending(applied.plan) : []).toMatchObject([
      { position: { line: 17 }, after: 7 },
    ]);
    const after = await codex(fixture);
    expect(after[0]).toEqual({
      ...before[0],
      keys: [
        { 'api-key': 'sk-test-a', priority: 7 },
        { 'api-key': 'sk-test-b', priority: null },
      ],
    });
    expect(after.slice(1)).toEqual(before.slice(1));
    expect(await fixture.check()).toMatchObject({ kind: 'in-sync' });
  });

  test('changes at the group what all its keys are to have', async () => {
    const fixture = await v8(family());
    await fixture.declare(ENTRIES.replaceAll('priority: 2', 'priority: 7'));
    expect(await fixture.reconcile()).toMatchObject({ kind: 'applied' });
    expect((await codex(fixture))[0]).toMatchObject({
      priority: 7,
      keys: [{ 'api-key': 'sk-test-a' }, { priority: null }],
    });
  });

  test('gets a group for a new entry, and loses one with its last key only', async () => {
    const fixture = await v8(family());
    const more = `${ENTRIES}  - api-key: \${env:C}\n    base-url: https://codex.example/v4\n`;
    await fixture.declare(more, { C: 'sk-test-c' });
    expect(await fixture.reconcile()).toMatchObject({ kind: 'applied' });
    expect((await codex(fixture)).map((group) => group['name'])).toEqual([
      'shared',
      'empty',
      'stranger',
      'codex-4',
    ]);
    await fixture.declare(ENTRIES);
    expect(await fixture.reconcile()).toMatchObject({ kind: 'applied' });
    expect((await codex(fixture)).map((group) => group['name'])).toEqual(['shared', 'empty', 'stranger']);
    expect(await fixture.check()).toMatchObject({ kind: 'in-sync' });
  });
});

describe('a file of many groups', () => {
  const COUNT = 600;
  const names = Array.from({ length: COUNT }, (_, i) => `sk-test-many-${String(i).padStart(4, '0')}`);
  const groups = names.map(
    (name, i) =>
      `        - {name: g-${i}, base-url: "https://codex.example/v${i % 7}", keys: [{api-key: ${name}${i === 3 ? ', weight: 0' : ''}}]}`,
  );
  const file = GATEWAY_FILE_V8.replace(
    'config-version: 8\n',
    `    codex:\n${groups.join('\n')}\nconfig-version: 8\n`,
  );
  const entries = (change: (i: number) => string): string =>
    names
      .map(
        (name, i) =>
          `  - {api-key: ${name}, base-url: "https://codex.example/v${i % 7}"${i === 3 ? ', weight: 0' : ''}${change(i)}}`,
      )
      .join('\n');
  const desired = (change: (i: number) => string): string => `${DESIRED}codex-api-key:\n${entries(change)}\n`;
  const policy = { allow: [{ guard: 'literal-secret' }] };

  test('is planned by its model and comes out as predicted', async () => {
    const fixture = await v8({ file, desired: desired(() => ''), policy });
    expect(await fixture.check()).toMatchObject({ kind: 'in-sync' });
    await fixture.declare(desired((i) => (i % 100 === 5 ? ', priority: 4' : '')));
    const applied = await fixture.reconcile();
    expect(applied).toMatchObject({ kind: 'applied' });
    expect(applied.problems.map(({ code }) => code)).not.toContain('HF5018');
    expect(writesOf(applied)).toEqual(['PATCH /v8/management/config']);
    const held = fixture.sandbox.states().runtime['codex-api-key'] as readonly Tree[];
    expect(held.filter(({ priority }) => priority === 4)).toHaveLength(6);
    expect(held).toHaveLength(COUNT);
    expect(await fixture.check()).toMatchObject({ kind: 'in-sync', plan: { agreement: { kind: 'agree' } } });
  });
});

/** A context in which others act in the first wait after the file was converted. */
function whenConverted(fixture: Fixture, act: () => Promise<unknown>): Partial<Fixture['context']> {
  const { clock } = fixture.context;
  let acted = false;
  const sleep: typeof clock.sleep = async (ms, signal) => {
    if (!acted && (await fixture.file()).includes('config-version')) {
      acted = true;
      await act();
    }
    await clock.sleep(ms, signal);
  };
  return { clock: { now: () => clock.now(), sleep } };
}

const LEGACY = `# kept by hand
host: 127.0.0.1
port: 8317
auth-dir: AUTH_DIR
remote-management:
  allow-remote: false
  # not changed
  secret-key: HASH
  disable-control-panel: true
debug: false
request-retry: 1
# the team
api-keys:
  - sk-test-0001 # team a
  - sk-test-0002
codex-api-key:
  - api-key: sk-test-codex
    base-url: https://codex.example/v1
`
  .replace('HASH', hashSync(MANAGEMENT_KEY, 4))
  .replace('  # not changed\n', '# not changed\n');

const FLAT = `debug: true\napi-keys:\n  - \${env:TEAM_A}\n  - \${env:TEAM_B}\n`;

describe('a legacy file on a v8 gateway', () => {
  test('stays flat if nobody allows its conversion: it is edited in place, and the plan says so', async () => {
    const fixture = await v8({ file: LEGACY, desired: FLAT });
    const before = await fixture.file();
    const planned = await fixture.check();
    expect(planned).toMatchObject({
      kind: 'drifted',
      plan: { gateway: { api: 'v0', layout: 'legacy' }, verdicts: [], notes: [{ code: 'HF4008' }] },
    });
    expect(await fixture.check({ depth: 'shallow' })).toMatchObject({
      kind: 'drifted',
      requests: { observe: 1 },
    });
    const applied = await fixture.reconcile();
    expect(applied).toMatchObject({ kind: 'applied' });
    expect(applied.problems.map(({ code }) => code)).not.toContain('HF5018');
    expect(writesOf(applied)).toEqual(['PUT /v0/management/config.yaml']);
    expect(await fixture.file()).toBe(before.replace('debug: false', 'debug: true'));
    expect(fixture.sandbox.states().runtime).toMatchObject({ debug: true });
    expect(await fixture.check()).toMatchObject({ kind: 'in-sync', plan: { agreement: { kind: 'agree' } } });
    expect(requestsOf(await fixture.check({ depth: 'shallow' }))).toBe(1);
    expect(await fixture.restore('latest')).toMatchObject({ kind: 'restored', fidelity: 'exact' });
    expect(await fixture.file()).toBe(before);
  });

  test('stays flat with what only a v8 gateway knows in it, and with every kind of list', async () => {
    const fixture = await v8({ file: LEGACY, desired: `${TREE}server: { trusted-proxies: [10.0.0.0/8] }\nclient: { codex: { optimize-multi-agent-v2: true, enable-apply-patch: true } }\n`, env: { CODEX_A: 'sk-test-codex-a', CODEX_B: 'sk-test-codex-b' } }); // prettier-ignore
    expect(await fixture.reconcile({ allow: [{ guard: 'last-upstream' }] })).toMatchObject({
      kind: 'applied',
    });
    const { runtime } = fixture.sandbox.states();
    expect(runtime).toMatchObject({
      'trusted-proxies': ['10.0.0.0/8'],
      client: { codex: { 'optimize-multi-agent-v2': true, 'enable-apply-patch': true } },
      'codex-api-key': [{ prefix: 'team' }, { priority: 3 }],
    });
    expect(await fixture.file()).not.toMatch(/^(config-version|server|upstream|access):/m);
    expect(await fixture.check()).toMatchObject({ kind: 'in-sync', plan: { changes: [], writes: [] } });
  });

  test("is refused what it can't express: with the key, its line and the effect of a conversion", async () => {
    const fixture = await v8({
      file: LEGACY,
      desired: `models:\n  catalog: https://models.example/c.json\n`,
    });
    const before = await fixture.file();
    const refused = await fixture.reconcile();
    expect(refused).toMatchObject({ kind: 'refused' });
    expect('plan' in refused ? refused.plan?.verdicts : []).toMatchObject([
      {
        guard: 'migrate-file',
        message: expect.stringMatching(
          /`models\.catalog` \(.*gateway\.yaml:2:\d+\).*permanently gets the v8 layout.*moved:/,
        ),
        override: '--allow migrate-file',
        allowed: false,
      },
    ]);
    expect(await fixture.file()).toBe(before);
    expect(await fixture.reconcile(MIGRATE)).toMatchObject({ kind: 'applied' });
    expect(fixture.sandbox.states().runtime).toMatchObject({
      models: { catalog: 'https://models.example/c.json' },
    });
  });

  test('is not converted without permission if the settings require the v8 API', async () => {
    const fixture = await v8({ file: LEGACY, desired: FLAT, setting: 'v8' });
    const before = await fixture.file();
    const refused = await fixture.reconcile();
    expect(refused).toMatchObject({ kind: 'refused' });
    expect(guardsOf(refused)).toEqual(['migrate-file']);
    expect(await fixture.file()).toBe(before);
  });

  test('stays flat if the settings require the v0 API, whatever is allowed', async () => {
    const fixture = await v8({ file: LEGACY, desired: FLAT, setting: 'v0' });
    const applied = await fixture.reconcile(MIGRATE);
    expect(applied).toMatchObject({ kind: 'applied', plan: { notes: [] } });
    expect(writesOf(applied)).toEqual(['PUT /v0/management/config.yaml']);
    expect(await fixture.file()).not.toContain('config-version');
  });

  test("that already has the v8 layout isn't touched if the settings require the v0 API", async () => {
    const fixture = await v8({ setting: 'v0' });
    const before = await fixture.file();
    expect(await fixture.reconcile()).toMatchObject({ kind: 'refused', problems: [{ code: 'HF3037' }] });
    expect(await fixture.file()).toBe(before);
  });

  test.each(['sending', 'sent', 'settled'] as const)(
    'a crash at "%s" of a flat write is resolved',
    async (point) => {
      const fixture = await v8({ file: LEGACY, desired: FLAT });
      await fixture.crashAt(point);
      await fixture.sandbox.settled();
      expect(await fixture.reconcile({ ...MIGRATE, retry: true })).toMatchObject({
        kind: expect.stringMatching(/^(applied|in-sync)$/),
      });
      expect(fixture.sandbox.states().runtime).toMatchObject({ debug: true });
    },
  );

  test('that does not take a flat write is left at the same bytes', async () => {
    const fixture = await v8({ file: LEGACY, desired: FLAT });
    const before = await fixture.file();
    const spoiling = beforeSending(fixture, 1, async () =>
      fixture.sandbox.fault('drop-writes', 'config.yaml'),
    );
    const ended = await fixture.reconcile({}, spoiling);
    fixture.sandbox.clearFaults();
    expect(ended).toMatchObject({ kind: 'rolled-back' });
    expect(await fixture.file()).toBe(before);
  });

  test('is converted where that is allowed, and restored to the same bytes', async () => {
    const fixture = await v8({ file: LEGACY, desired: FLAT });
    const before = await fixture.file();
    const applied = await fixture.reconcile(MIGRATE);
    expect(applied).toMatchObject({ kind: 'applied' });
    expect(await fixture.file()).toContain('config-version: 8');
    expect(await fixture.check()).toMatchObject({ kind: 'in-sync' });
    expect(await fixture.restore('latest')).toMatchObject({ kind: 'restored', fidelity: 'exact' });
    expect(await fixture.file()).toBe(before);
  });

  test('returns to the same bytes automatically if the write does not do what it should', async () => {
    const fixture = await v8({ file: LEGACY, desired: FLAT });
    const before = await fixture.file();
    const spoils = whenConverted(fixture, async () => {
      await fixture.writeFile((await fixture.file()).replace('debug: true', 'debug: false'));
    });
    const ended = await fixture.reconcile(MIGRATE, spoils);
    expect(ended).toMatchObject({ kind: 'rolled-back' });
    expect(await fixture.file()).toBe(before);
  });

  test('with unknown keys and a plaintext secret comes back to what the gateway stores for it', async () => {
    const file = `${LEGACY.replace(/secret-key: .*/, 'secret-key: mgmt-plain-1')}a-future-key: 1\n`;
    const fixture = await v8({ file, desired: FLAT });
    const before = await fixture.file();
    const applied = await fixture.reconcile(MIGRATE);
    expect(applied).toMatchObject({ kind: 'applied' });
    expect(await fixture.file()).toContain('# a-future-key: 1');
    expect(await fixture.restore('latest')).toMatchObject({ kind: 'restored' });
    expect(await fixture.file()).toBe(before);
    expect(parseDocument(await fixture.file())).not.toHaveProperty('ok');
  });
});

describe('a load that was lost', () => {
  const ONE_KEY = GATEWAY_FILE_V8.replace('        - sk-test-0002\n', '');
  const patch = async ({ sandbox }: Fixture, body: unknown): Promise<void> => {
    await fetch(`${sandbox.url}/v8/management/config`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${MANAGEMENT_KEY}` },
      body: JSON.stringify(body),
    });
  };

  test('right before our write is found and repaired; a client key is the witness', async () => {
    const fixture = await v8({ file: ONE_KEY, env: { TEAM_B: 'sk-test-0003' } });
    const racing = beforeSending(fixture, 1, async () => {
      fixture.sandbox.fault('lost-update', '60');
      await patch(fixture, { observability: { logs: { debug: 'no' } } });
      await fixture.clock.sleep(10);
    });
    const outcome = await fixture.reconcile({}, racing);
    expect(outcome).toMatchObject({ kind: 'applied' });
    expect(outcome.problems.map(({ code }) => code)).toContain('HF5015');
    await fixture.sandbox.settled();
    expect(await fixture.admits('sk-test-0003')).toBe(true);
    expect(await fixture.file()).toMatch(/^# kept by hand\n# holdfast: written again.*\nserver:/);
  });

  test('by others is stale memory, and an apply that changes nothing repairs it', async () => {
    const fixture = await v8();
    expect(await fixture.reconcile()).toMatchObject({ kind: 'in-sync' });
    fixture.sandbox.fault('lost-update', '60');
    await patch(fixture, { routing: { retry: { 'request-retry': 5 } } });
    await fixture.clock.sleep(10);
    await patch(fixture, {
      routing: { retry: { 'request-retry': 1 } },
      requests: { 'passthrough-headers': true },
    });
    await fixture.sandbox.settled();
    fixture.sandbox.clearFaults();
    expect(fixture.sandbox.states().memory).toMatchObject({ 'request-retry': 5 });
    expect(await fixture.check()).toMatchObject({ kind: 'stale-memory' });
    expect(await fixture.reconcile()).toMatchObject({ kind: 'applied' });
    await fixture.sandbox.settled();
    expect(fixture.sandbox.states().runtime).toMatchObject({ 'request-retry': 1 });
    expect(await fixture.check()).toMatchObject({ kind: 'in-sync' });
  });
});

describe('a v8 gateway that does not do as it should', () => {
  test('saves a file that it would refuse: changes of others in it are not overwritten by the backup', async () => {
    const fixture = await v8({ desired: DESIRED.replace('request-retry: 1', 'request-retry: 4') });
    const racing = beforeSending(fixture, 1, async () => {
      fixture.sandbox.fault('lost-update', '60');
      await fixture.panelNow('PATCH', 'v8/management/config', { observability: { logs: { debug: 'no' } } });
      await fixture.clock.sleep(10);
    });
    const others = duringWait(fixture, 3, () => fixture.panel('PUT', 'logging-to-file', { value: true }));
    const outcome = await fixture.reconcile({}, { ...racing, ...others });
    expect(await fixture.file()).toMatch(/debug: "false"[^]*logging-to-file: true/);
    expect(outcome).toMatchObject({ kind: 'rolled-back' });
    const kept = 'evidence' in outcome ? outcome.evidence.filter(({ check }) => /and kept/.test(check)) : [];
    expect(kept.map(({ detail }) => detail).join()).toMatch(/logging-to-file/);
  });

  test('refuses an invalid combination: the message names the line of the files', async () => {
    const fixture = await v8({ desired: `${DESIRED}credential-in-flight:\n  snapshot-interval: 9s\n` });
    const refused = await fixture.reconcile();
    expect(refused).toMatchObject({ kind: 'refused' });
    const [verdict] = 'plan' in refused && refused.plan ? refused.plan.verdicts : [];
    expect(verdict).toMatchObject({ guard: 'unsupported' });
    expect(verdict?.message).toMatch(/three snapshot intervals.*gateway\.yaml:15:/);
  });

  test('responds with 422 to our write: nothing of it remains, and the line is named', async () => {
    const fixture = await v8({ desired: DESIRED.replace('request-retry: 1', 'request-retry: 4') });
    const refusing = beforeSending(fixture, 1, async () => {
      fixture.sandbox.fault('error-on-request', '1:422');
    });
    const outcome = await fixture.reconcile({}, refusing);
    expect(outcome).toMatchObject({ kind: 'rolled-back', problems: [{ code: 'HF5010' }] });
    expect('reason' in outcome && outcome.reason).toMatch(/gateway\.yaml:2/);
  });

  test.each(['sending', 'sent', 'settled', 'verified'] as const)(
    'a crash at "%s" is resolved',
    async (point) => {
      const fixture = await v8({ desired: DESIRED.replace('request-retry: 1', 'request-retry: 4') });
      await fixture.crashAt(point);
      await fixture.sandbox.settled();
      await fixture.recover();
      expect(await fixture.reconcile({ retry: true })).toMatchObject({
        kind: expect.stringMatching(/^(applied|in-sync)$/),
      });
      expect(fixture.sandbox.states().runtime).toMatchObject({ 'request-retry': 4 });
    },
  );

  test('has a dead file watcher: a restore makes it load the file all the same', async () => {
    const fixture = await v8({
      desired: DESIRED.replace('- ${env:TEAM_B}', '- ${env:TEAM_C}'),
      env: { TEAM_C: 'sk-test-0003' },
    });
    expect(await fixture.reconcile()).toMatchObject({ kind: 'applied' });
    fixture.sandbox.fault('dead-watcher');
    expect(await fixture.restore('latest')).toMatchObject({ kind: 'restored' });
    expect(await fixture.admits('sk-test-0002')).toBe(true);
    expect(await fixture.admits('sk-test-0003')).toBe(false);
  });

  test('changes by others during the transaction stay, ours are reverted', async () => {
    const fixture = await v8({ desired: DESIRED.replace('request-retry: 1', 'request-retry: 4') });
    const foreign = beforeSending(fixture, 1, async () => {
      fixture.sandbox.fault('drop-writes', '/v8/management/config');
      await fixture.panel('PUT', 'ws-auth', { value: false });
      await fixture.panel('PUT', 'logging-to-file', { value: true });
    });
    const outcome = await fixture.reconcile({}, foreign);
    expect(outcome).toMatchObject({ kind: 'rolled-back' });
    expect(fixture.sandbox.states().memory).toMatchObject({ 'logging-to-file': true, 'request-retry': 1 });
  });
});

describe('a gateway of the first v8 releases, which is made from reading', () => {
  const early: SetupOptions = { generation: 'A', build: { version: 'v8.0.4' } };

  test('writes its defaults out beside a change, and that is no difference', async () => {
    const fixture = await v8({ ...early, desired: DESIRED.replace('request-retry: 1', 'request-retry: 4') });
    expect(await fixture.reconcile()).toMatchObject({ kind: 'applied' });
    expect(await fixture.check()).toMatchObject({ kind: 'in-sync' });
  });

  test("does not know `upstream`, and isn't sent it", async () => {
    const fixture = await v8({ ...early, desired: `${DESIRED}codex:\n  stream-bootstrap-buffering: true\n` });
    const refused = await fixture.reconcile();
    expect(refused).toMatchObject({
      kind: 'refused',
      plan: {
        verdicts: [
          {
            guard: 'unsupported',
            path: 'upstream.codex.stream-bootstrap-buffering',
            message: expect.stringMatching(
              /`oauth\.providers\.codex\.stream-bootstrap-buffering` in v8\.0\.4.*only to OAuth credentials.*needs v8\.0\.11/,
            ),
          },
        ],
      },
    });
  });

  const BUFFERING = 'codex:\n  stream-bootstrap-buffering: true\n';
  const notesOf = (outcome: Outcome): readonly string[] =>
    'plan' in outcome && outcome.plan ? outcome.plan.notes.map(({ message }) => message) : [];

  test('has a shared setting that applies to fewer credentials: a note says so although nothing differs', async () => {
    const file = GATEWAY_FILE_V8.replace(
      'oauth:\n',
      'oauth:\n    providers:\n        codex:\n            stream-bootstrap-buffering: true\n',
    );
    const fixture = await v8({ ...early, file, desired: BUFFERING });
    const checked = await fixture.check();
    expect(checked).toMatchObject({ kind: 'in-sync', plan: { notes: [{ code: 'HF4007' }] } });
    expect(notesOf(checked)).toEqual([expect.stringContaining('it applies only to OAuth credentials')]);
  });

  test('does not convert a flat file with a setting that would then apply to fewer credentials', async () => {
    const fixture = await v8({ ...early, file: `${LEGACY}${BUFFERING}`, desired: FLAT });
    const before = await fixture.file();
    const refused = await fixture.reconcile(MIGRATE);
    expect(refused).toMatchObject({ kind: 'refused' });
    const verdicts = 'plan' in refused && refused.plan ? refused.plan.verdicts : [];
    expect(verdicts.filter(({ allowed }) => !allowed)).toMatchObject([
      {
        guard: 'unsupported',
        message: expect.stringMatching(
          /`codex\.stream-bootstrap-buffering` to `oauth\.providers\.codex\.stream-bootstrap-buffering`.*needs v8\.0\.11/,
        ),
      },
    ]);
    expect(await fixture.file()).toBe(before);
  });

  test('has a flat file, or reports no version: a note says that the scope is unknown', async () => {
    const flat = await v8({ ...early, file: `${LEGACY}${BUFFERING}`, desired: BUFFERING });
    const dev = await v8({ build: { version: 'dev' }, desired: BUFFERING });
    for (const fixture of [flat, dev]) {
      await fixture.reconcile();
      expect(notesOf(await fixture.check())).toContainEqual(expect.stringContaining('unknown scope'));
    }
    const today = await v8({ file: `${LEGACY}${BUFFERING}`, desired: BUFFERING });
    expect(notesOf(await today.check())).not.toContainEqual(expect.stringContaining('scope'));
  });
});

test('the flat file of the v7 tests is understood by both generations', async () => {
  const fixture = await v8({ file: GATEWAY_FILE });
  expect(await fixture.check()).toMatchObject({ kind: 'in-sync' });
});
