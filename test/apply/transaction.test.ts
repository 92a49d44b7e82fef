import { afterEach, describe, expect, test } from '@jest/globals';
import { exitOf } from '../../src/domain/outcome/outcome.ts';
import { DESIRED, duringWait, GATEWAY_FILE, MANAGEMENT_KEY, setup, teardown } from './setup.ts';

afterEach(teardown);

const RETRY = DESIRED.replace('request-retry: 1', 'request-retry: 4');
const FILE_ONLY = `${DESIRED}commercial-mode: true\n`;

/** Two lines were pasted into one key. */
const PASTED = GATEWAY_FILE.replace(
  '  - sk-test-0001 # team a',
  '  - "pasted-1\\nsk-test-0009"\n  - sk-test-0001 # team a',
);

describe('a client key that HTTP cannot carry', () => {
  test('stops no apply, and is taken out unproven', async () => {
    const fixture = await setup({ file: PASTED, desired: 'request-retry: 4\n' });
    expect(await fixture.reconcile()).toMatchObject({ kind: 'applied', problems: [] });
    await fixture.declare(DESIRED);
    const outcome = await fixture.reconcile({
      allow: [{ guard: 'mass-delete' }, { guard: 'overwrites-edit' }],
    });
    expect(outcome).toMatchObject({ kind: 'applied' });
    expect('evidence' in outcome && outcome.evidence).toContainEqual({
      check: 'a removed client key is refused: unproven',
      passed: true,
      detail: "the key contains a line break, which HTTP can't transmit",
    });
    expect(await fixture.file()).not.toContain('pasted-1');
  });
});

describe('a transaction on a gateway that behaves', () => {
  test('applies one change, proves it, and has nothing to do afterwards', async () => {
    const fixture = await setup({ desired: RETRY });
    const outcome = await fixture.reconcile();
    expect(outcome).toMatchObject({ kind: 'applied', problems: [] });
    expect(fixture.sandbox.states().runtime).toMatchObject({ 'request-retry': 4 });
    expect(await fixture.file()).toContain('request-retry: 4');
    expect(await fixture.file()).toContain('a-future-key: 1');
    expect(await fixture.file()).toContain('# team a');
    expect(await fixture.reconcile()).toMatchObject({ kind: 'in-sync', depth: 'deep' });
  });

  test('costs at most eight management requests, counted by purpose', async () => {
    const fixture = await setup({ desired: RETRY });
    fixture.sandbox.clearRequests();
    const outcome = await fixture.reconcile();
    const sent = fixture.sandbox.requests.filter(({ path }) => path.startsWith('/v0/management'));
    expect(sent.map(({ method, path }) => `${method} ${path}`)).toHaveLength(sent.length);
    expect(sent.length).toBeLessThanOrEqual(8);
    expect(outcome.requests).toMatchObject({ observe: 2, quiet: 1, write: 1, settle: 2 });
  });

  test('remembers what it did: history, backup, closed journal', async () => {
    const fixture = await setup({ desired: RETRY });
    const outcome = await fixture.reconcile();
    const [entry] = await fixture.store.history('home');
    expect(entry).toMatchObject({ outcome: 'applied', changes: ['update request-retry: 1 → 4'] });
    expect(await fixture.store.journal('home')).toBeUndefined();
    const [backup] = await fixture.store.listBackups('home');
    expect(outcome).toMatchObject({ backup: backup?.id });
    expect((await fixture.store.readBackup('home', backup?.id ?? '')).file.open()).toContain(
      'request-retry: 1',
    );
    expect((await fixture.store.read('home')).lastApplied?.revision.digest).toMatch(/^[0-9a-f]{64}$/);
  });

  test('reports that the runtime is unproven and a restart is needed', async () => {
    const fixture = await setup({ desired: FILE_ONLY });
    const outcome = await fixture.reconcile();
    expect(outcome).toMatchObject({
      kind: 'applied',
      runtime: 'unproven',
      restartNeeded: ['commercial-mode'],
    });
    expect(outcome.problems.map(({ code }) => code)).toEqual(['HF5016']);
    expect(exitOf(outcome)).toBe(0);
  });

  test('leaves every byte of the file alone that it does not change', async () => {
    const fixture = await setup({ desired: FILE_ONLY });
    const before = await fixture.file();
    await fixture.reconcile();
    expect(await fixture.file()).toBe(`${before}commercial-mode: true\n`);
  });

  test('rotates a client key: the new one is accepted, the old one refused', async () => {
    const fixture = await setup();
    await fixture.reconcile();
    await fixture.declare(DESIRED, { TEAM_A: 'sk-test-0003' });
    const outcome = await fixture.reconcile({ allow: [{ guard: 'mass-delete' }] });
    expect(outcome).toMatchObject({ kind: 'applied', runtime: 'proven' });
    expect(await fixture.admits('sk-test-0003')).toBe(true);
    expect(await fixture.admits('sk-test-0001')).toBe(false);
    expect(await fixture.admits()).toBe(false);
  });

  test('adds a provider whose alias callers see', async () => {
    const more = `  - name: other
    base-url: https://other.example/v1
    api-key-entries: [{ api-key: "\${env:UPSTREAM}" }]
    models: [{ name: big-model, alias: big }]
`;
    const fixture = await setup({ desired: DESIRED + more });
    const outcome = await fixture.reconcile();
    expect(outcome).toMatchObject({ kind: 'applied', runtime: 'proven', notServedYet: [] });
  });

  test('writes nothing in a dry run', async () => {
    const fixture = await setup({ desired: RETRY });
    const before = await fixture.file();
    expect(await fixture.reconcile({ dryRun: true })).toMatchObject({ kind: 'drifted' });
    expect(await fixture.file()).toBe(before);
    expect(await fixture.store.listBackups('home')).toEqual([]);
  });

  test('writes nothing in mode observe', async () => {
    const fixture = await setup({ desired: RETRY, mode: 'observe' });
    expect(await fixture.reconcile()).toMatchObject({ kind: 'drifted' });
    expect(await fixture.file()).toContain('request-retry: 1');
  });

  test('writes nothing once a signal came', async () => {
    const fixture = await setup({ desired: RETRY });
    const outcome = await fixture.reconcile({}, { signal: AbortSignal.abort() });
    expect(outcome).toMatchObject({ kind: 'cancelled' });
    expect(await fixture.file()).toContain('request-retry: 1');
  });

  test('names the holder of the lock', async () => {
    const fixture = await setup({ desired: RETRY });
    const lease = await fixture.store.lock('home', 'someone else');
    const outcome = await fixture.reconcile();
    await lease.release();
    expect(outcome).toMatchObject({ kind: 'locked', holder: expect.stringMatching(/^someone else/) });
    expect(exitOf(outcome)).toBe(8);
  });

  test('a check finds the differences and writes nothing', async () => {
    const fixture = await setup({ desired: RETRY });
    const outcome = await fixture.check();
    expect(outcome).toMatchObject({ kind: 'drifted', depth: 'deep' });
    expect(outcome.plan?.changes.map(({ path }) => path)).toEqual(['request-retry']);
    expect(await fixture.check({ depth: 'shallow' })).toMatchObject({ kind: 'drifted', depth: 'shallow' });
  });
});

describe('an approved plan', () => {
  test('is applied when nothing changed', async () => {
    const fixture = await setup({ desired: RETRY });
    const { plan } = await fixture.check();
    expect(await fixture.reconcile({ approved: plan!.digest })).toMatchObject({ kind: 'applied' });
  });

  test('is refused as stale after a panel edit of what it touches', async () => {
    const fixture = await setup({ desired: RETRY });
    const { plan } = await fixture.check();
    await fixture.panel('PUT', 'request-retry', { value: 2 });
    const outcome = await fixture.reconcile({ approved: plan!.digest });
    expect(outcome).toMatchObject({ kind: 'stale', problems: [{ code: 'HF5003' }] });
    expect(await fixture.file()).toContain('request-retry: 2');
  });

  test('with another key is distinguished from a stale one', async () => {
    const fixture = await setup({ desired: RETRY });
    const { plan } = await fixture.check();
    const outcome = await fixture.reconcile({ approved: { ...plan!.digest, keyId: '00000000' } });
    expect(outcome).toMatchObject({ kind: 'stale', problems: [{ code: 'HF5004' }] });
  });

  test('is refused if others write while it waits for quiet', async () => {
    const fixture = await setup({ desired: RETRY });
    const { plan } = await fixture.check();
    const foreign = duringWait(fixture, 1, () => fixture.panel('PUT', 'debug', { value: true }));
    const outcome = await fixture.reconcile({ approved: plan!.digest }, foreign);
    expect(outcome).toMatchObject({ kind: 'stale', problems: [{ code: 'HF5005' }] });
    expect(await fixture.store.journal('home')).toBeUndefined();
  });

  test('without one, a foreign write while it waits makes it plan again, once', async () => {
    const fixture = await setup({ desired: RETRY });
    const foreign = duringWait(fixture, 1, () => fixture.panel('PUT', 'logging-to-file', { value: true }));
    expect(await fixture.reconcile({}, foreign)).toMatchObject({ kind: 'applied' });
    expect(fixture.sandbox.states().memory).toMatchObject({ 'request-retry': 4, 'logging-to-file': true });
  });
});

test("a home directory that the gateway expands isn't a change by others", async () => {
  const fixture = await setup({
    file: GATEWAY_FILE.replace('auth-dir: AUTH_DIR', 'auth-dir: ~/.gateway-auths').concat(
      'plugins:\n  dir: ~/plugins\n',
    ),
    gatewayEnv: { MANAGEMENT_PASSWORD: MANAGEMENT_KEY, HOME: '/home/gateway' },
    desired: `${DESIRED}auth-dir: ~/.gateway-auths\n`,
  });
  await fixture.declare(`${DESIRED}auth-dir: ~/.gateway-auths\n`.replace('debug: false', 'debug: true'));
  expect(await fixture.reconcile()).toMatchObject({ kind: 'applied', problems: [] });
  expect(await fixture.file()).toContain('auth-dir: /home/gateway/.gateway-auths');
  expect(await fixture.check()).toMatchObject({ kind: 'in-sync' });
});
