// A day of an agent, on both generations of gateways and over both transports.
import { expect, test } from '@jest/globals';
import { type Agent, type Answer, DAEMON, openDaemon, openLocal } from './setup.ts';

type Api = 'v7' | 'v8';

/** The gateway still has the key of the example, so its proxy answers 403. */
const GATEWAY: Record<Api, string> = {
  v7: 'remote-management: { secret-key: management-key-for-tests }\napi-keys: [your-api-key-1]\nrequest-retry: 1\n',
  v8: `config-version: 8
management: { secret-key: management-key-for-tests }
access: { api-keys: [your-api-key-1] }
routing: { retry: { request-retry: 1 } }
`,
};
const FILES: Record<Api, string> = {
  v7: '# ours\nrequest-retry: 1 # patient\n',
  v8: '# ours\nrouting:\n  retry:\n    request-retry: 1 # patient\n',
};
const UPSTREAMS = ['UP_A', 'UP_B', 'UP_C', 'UP_D'];
const ENV = {
  LAPTOP: 'sk-test-client-laptop',
  ...Object.fromEntries(UPSTREAMS.map((name) => [name, `sk-test-upstream-${name.toLowerCase()}`])),
};
const secret = (env: string): object => ({ 'api-key': { secret: { env } } });
const PATHS = {
  v7: {
    clients: 'api-keys',
    provider: 'claude-api-key',
    keys: (names: readonly string[]) =>
      names.map((name) => ({ ...secret(name), models: [{ name: 'sonnet' }] })),
  },
  v8: {
    clients: 'access.api-keys',
    provider: 'api-keys.claude',
    keys: (names: readonly string[]) => [
      {
        name: 'own',
        'base-url': 'https://claude.example',
        models: [{ name: 'sonnet' }],
        keys: names.map(secret),
      },
    ],
  },
};
const SETTINGS = `version: 1
targets: [{ name: home, url: "\${env:HOLDFAST_URL}", key: "\${env:HOLDFAST_KEY}", mode: apply, adopted: true }]
mcp: { allow: [mass-delete, overwrites-edit] }
`;

interface Planned {
  readonly digest: string;
  readonly inSync: boolean;
  readonly refused: boolean;
}

const planIn = ({ result }: Answer): Planned => (result['plans'] as unknown as [Planned])[0];

/** Has a plan approved and applied. A daemon protects what was there before; the settings let agents override that. */
async function apply(agent: Agent): Promise<void> {
  const plan = planIn(await agent.call('plan', { allow: ['mass-delete', 'overwrites-edit'] }));
  expect(plan).toMatchObject({ refused: false, inSync: false });
  agent.approve = false;
  const declined = await agent.call('apply_plan', { digest: plan.digest });
  expect(declined).toMatchObject({ ok: false, problems: [{ code: 'HF1031' }] });
  agent.approve = true;
  expect(await agent.call('apply_plan', { digest: plan.digest })).toMatchObject({ ok: true });
}

const transports = { 'standard input and output': openLocal, HTTP: openDaemon };

test.each(
  (['v7', 'v8'] as const).flatMap((api) => Object.keys(transports).map((over) => [api, over] as const)),
)('a day on a %s gateway over %s', async (api, over) => {
  const open = transports[over as keyof typeof transports];
  const { clients, provider, keys } = PATHS[api];
  await using world = await open({
    api,
    gateway: GATEWAY[api],
    files: { 'desired-state/gateway.yaml': FILES[api], 'holdfast.yaml': SETTINGS + DAEMON },
    env: ENV,
  });
  const { terminal, manage } = world;
  const agent = await world.agent();
  const models = async (): Promise<number> => {
    const headers = { authorization: `Bearer ${ENV.LAPTOP}` };
    return (await fetch(`${terminal.sandbox.url}/v1/models`, { headers })).status;
  };

  // Why does the gateway answer 403?
  expect(await models()).toBe(403);
  const { result } = await agent.call('doctor');
  const [{ checks }] = result['targets'] as unknown as [{ checks: { code?: string; remedy: string }[] }];
  expect(checks.find(({ code }) => code === 'HF3031')?.remedy).toMatch(/Replace the sample keys/);

  // A key and a provider, through the files.
  const proposed = await agent.call('propose_change', {
    edits: [
      { path: clients, value: [{ secret: { env: 'LAPTOP' } }] },
      { path: provider, value: keys(UPSTREAMS) },
    ],
  });
  expect(proposed).toMatchObject({ ok: true, result: { written: true } });
  await apply(agent);
  expect(await models()).toBe(200);
  expect(await terminal.read('desired-state/gateway.yaml')).toMatch(/request-retry: 1 # patient/);

  // A dangerous change is refused, and no argument overrides the guard.
  const dangerous = await agent.call('propose_change', { edits: [{ path: clients, value: [] }] });
  expect(planIn(dangerous)).toMatchObject({ refused: true });
  const refused = await agent.call('apply_plan', { digest: planIn(dangerous).digest });
  expect(refused).toMatchObject({ ok: false, exit: 4 });
  expect(refused.problems[0]).toMatchObject({
    code: 'HF1034',
    message: expect.stringMatching(/^open-gateway/),
  });
  const overridden = await agent.call('plan', { allow: ['open-gateway'] });
  expect(overridden).toMatchObject({ ok: false, problems: [{ code: 'HF1030' }] });
  expect(await models()).toBe(200);

  // One that the settings let agents override, with a digest that a person approves.
  await agent.call('propose_change', {
    edits: [
      { path: clients, value: [{ secret: { env: 'LAPTOP' } }] },
      { path: provider, value: keys(['UP_A']) },
    ],
  });
  await apply(agent);
  expect(agent.questions.at(-1)).toMatch(/^Apply \d+ changes to home, although guards found/);
  expect(await terminal.read('gateway/config.yaml')).not.toContain('sk-test-upstream-up_d');

  // Somebody changes the gateway: drift, and it is adopted.
  await manage('PUT', '/v0/management/request-retry', { value: 7 });
  expect(planIn(await agent.call('drift'))).toMatchObject({ changes: [{ origin: 'drift' }] });
  expect(await agent.call('adopt', { write: true })).toMatchObject({ ok: true, result: { written: true } });
  expect(await terminal.read('desired-state/gateway.yaml')).toMatch(/request-retry: 7 # patient/);
  expect(planIn(await agent.call('plan'))).toMatchObject({ inSync: true });

  // Back to before the last apply.
  const { entries } = (await agent.call('history')).result as unknown as { entries: { backup: string }[] };
  expect(await agent.call('rollback', { backup: entries[0]?.backup })).toMatchObject({ ok: true, exit: 2 });
  expect(await agent.call('rollback', { backup: entries[0]?.backup, apply: true })).toMatchObject({
    exit: 0,
  });
  expect(await terminal.read('gateway/config.yaml')).toContain('sk-test-upstream-up_d');
});
