import { afterEach, describe, expect, test } from '@jest/globals';
import type { Context, ReconcileRequest } from '../../../src/apply/apply.ts';
import { Crash } from '../../../src/apply/apply.ts';
import type { Client } from '../../../src/gateway/client/client.ts';
import { parsePath } from '../../../src/domain/path.ts';
import type { Outcome } from '../../../src/domain/outcome/outcome.ts';
import { rememberedStatus } from '../../../src/state/remembered-status.ts';
import { DESIRED, GATEWAY_FILE_V8, setup, type Fixture, teardown, type SetupOptions } from '../setup.ts';

afterEach(teardown);

const SECRETS = { C1: 'sk-test-c1', C2: 'sk-test-c2', G1: 'sk-test-g1', G2: 'sk-test-g2' };

/** Eight changes in five sections; a proxy marks the one that fails. */
const CHANGED = `${DESIRED.replace('debug: false', 'debug: true').replace('request-retry: 1', 'request-retry: 4')}logs-max-total-size-mb: 64
claude-api-key:
  - api-key: \${env:C1}
    proxy-url: http://good.example
  - api-key: \${env:C2}
    proxy-url: http://POISON.example
gemini-api-key:
  - api-key: \${env:G1}
  - api-key: \${env:G2}
routing:
  strategy: fill-first
`;

/** A gateway that answers 200 to writes with all of these texts, and drops them. */
function dropping(
  { context }: Fixture,
  ...texts: readonly string[]
): Partial<Context> & { writes: string[] } {
  const writes: string[] = [];
  const connect: Context['connect'] = (lease) => {
    const client = context.connect(lease);
    const send: Client['send'] = async (request) => {
      const body = request.body?.open() ?? '';
      if (request.method === 'GET' || request.purpose !== 'write') return client.send(request);
      writes.push(`${request.path} ${body}`);
      const isDropped = texts.every((text) => body.includes(text));
      return client.send(isDropped ? { ...request, path: '/v0/management/debug', method: 'GET' } : request);
    };
    return { ...client, target: client.target, send };
  };
  return { connect, writes };
}

const policy = { onFailure: 'bisect', bisectTries: 10 } as const;

const staged = (options: SetupOptions = {}): Promise<Fixture> =>
  setup({ desired: CHANGED, env: SECRETS, policy, ...options });

const waitingIn = (outcome: Outcome): readonly string[] =>
  outcome.kind === 'quarantined' ? (outcome.parts ?? []).map(({ path }) => path) : [];

const outcomesOf = async ({ store }: Fixture): Promise<readonly string[]> =>
  (await store.history('home')).map(({ outcome }) => outcome).toReversed();

describe('a revision of which one change fails', () => {
  test('is applied without it: only that change waits, by name, line and commit', async () => {
    const fixture = await staged();
    const outcome = await fixture.reconcile({}, dropping(fixture, 'POISON'));
    expect(outcome).toMatchObject({
      kind: 'quarantined',
      parts: [{ path: expect.stringMatching(/^claude-api-key\[#/), changes: 1, position: { line: 18 } }],
      problems: [{ code: 'HF5070', position: { line: 18 } }],
    });
    expect(outcome.kind === 'quarantined' && outcome.reason).toMatch(
      /^1 of 8 changes of this revision is quarantined: claude-api-key\[#\w+\] \(.*gateway\.yaml:18\); 7 applied and verified$/,
    );
    expect(outcome.plan?.changes).toMatchObject([{ disposition: 'held', quarantined: true, origin: 'git' }]);
    const file = await fixture.file();
    for (const text of ['fill-first', 'request-retry: 4', 'good.example', 'sk-test-g2'])
      expect(file).toContain(text);
    expect(file).not.toContain('POISON');
    const { quarantine, ...state } = await fixture.store.read('home');
    expect(quarantine?.bisection).toMatchObject({ total: 8, over: true });
    expect(rememberedStatus({ ...state, ...(quarantine && { quarantine }) }, fixture.clock.now())).toBe(
      'quarantined',
    );
    const history = await fixture.store.history('home');
    expect(history.at(-1)?.bisection).toBeUndefined();
    expect(history.at(-2)?.bisection).toEqual({ number: 1, atMost: 10 });
    expect(JSON.stringify([outcome, history]).includes('sk-test')).toBe(false);
    expect(/sk-test|POISON/.test(JSON.stringify(await fixture.store.read('home')))).toBe(false);
  });

  test('the rest stays enforced, and the change waits until the files change or somebody tries again', async () => {
    const fixture = await staged({ mode: 'enforce' });
    await fixture.reconcile({}, dropping(fixture, 'POISON'));
    await fixture.panel('PUT', 'request-retry', { value: 9 });
    expect(await fixture.reconcile()).toMatchObject({ kind: 'applied', plan: { changes: { length: 2 } } });
    expect(await fixture.file()).toContain('request-retry: 4');
    const later = await fixture.reconcile();
    expect(waitingIn(later)).toHaveLength(1);
    const only = waitingIn(later).map(parsePath);
    expect(await fixture.reconcile({ only })).toMatchObject({ kind: 'quarantined' });
    expect(await fixture.reconcile({ only, retry: true })).toMatchObject({ kind: 'applied' });
    expect(await fixture.file()).toContain('POISON');
    expect(await fixture.reconcile()).toMatchObject({ kind: 'in-sync' });
    expect((await fixture.store.read('home')).quarantine).toBeUndefined();
  });

  test('a later revision is tried as a whole', async () => {
    const fixture = await staged();
    await fixture.reconcile({}, dropping(fixture, 'POISON'));
    await fixture.declare(CHANGED.replace('POISON', 'mended'));
    expect(await fixture.reconcile()).toMatchObject({ kind: 'applied' });
    expect((await fixture.store.read('home')).quarantine).toBeUndefined();
    expect((await fixture.store.read('home')).lastApplied?.revision.digest).not.toBe('');
  });

  test('a failure that does not come back leaves nothing in quarantine', async () => {
    const fixture = await staged();
    let first = true;
    const fine = dropping(fixture, 'nothing has this');
    const once: Partial<Context> = {
      connect: (lease) => {
        const client = (first ? dropping(fixture, '') : fine).connect?.(lease) as Client; // both have it
        first = false;
        return client;
      },
    };
    const outcome = await fixture.reconcile({}, once);
    expect(outcome).toMatchObject({ kind: 'in-sync' });
    expect(outcome.problems.map(({ code }) => code)).toContain('HF5072');
  });

  test('on a v8 gateway too', async () => {
    const fixture = await staged({ api: 'v8', file: GATEWAY_FILE_V8 });
    const outcome = await fixture.reconcile({}, dropping(fixture, 'POISON'));
    expect(waitingIn(outcome)).toHaveLength(1);
    expect(await fixture.file()).toContain('good.example');
  });
});

describe('what is not bisected', () => {
  const requests: readonly (readonly [string, ReconcileRequest, SetupOptions])[] = [
    ['without the policy', {}, { policy: { onFailure: 'quarantine' } }],
    ['where the request says no', { bisect: false }, {}],
  ];
  test.each(requests)('%s', async (_, request, options) => {
    const fixture = await staged(options);
    expect(await fixture.reconcile(request, dropping(fixture, 'POISON'))).toMatchObject({
      kind: 'rolled-back',
    });
    expect(await outcomesOf(fixture)).toEqual(['rolled-back']);
  });

  test('a plan that somebody approved', async () => {
    const fixture = await staged();
    const { plan } = await fixture.reconcile({ dryRun: true });
    const approved = plan?.digest ?? { keyId: '', value: '' };
    expect(await fixture.reconcile({ approved }, dropping(fixture, 'POISON'))).toMatchObject({
      kind: 'rolled-back',
    });
    expect(await outcomesOf(fixture)).toEqual(['rolled-back']);
    expect(await fixture.reconcile()).toMatchObject({ kind: 'quarantined' });
    expect(await outcomesOf(fixture)).toEqual(['rolled-back']);
  });

  test('a gateway that answers 500, and one that drops everything', async () => {
    const failing = await staged();
    failing.sandbox.fault('save-failure');
    expect(await failing.reconcile()).toMatchObject({ kind: expect.stringMatching(/^rolled-back|refused$/) });
    expect((await outcomesOf(failing)).length).toBeLessThanOrEqual(1);
    const deaf = await staged();
    const outcome = await deaf.reconcile({}, dropping(deaf, ''));
    expect(outcome).toMatchObject({ kind: 'quarantined' });
    expect(waitingIn(outcome)).toEqual([]);
    expect(outcome.problems.map(({ code }) => code)).toContain('HF5071');
    expect(await deaf.reconcile()).toMatchObject({ kind: 'quarantined' });
  });
});

describe('a bisection that is interrupted', () => {
  test('goes on where it was after a crash, and counts the try that was lost', async () => {
    const fixture = await staged();
    let sent = 0;
    const dies: Partial<Context> = {
      ...dropping(fixture, 'POISON'),
      checkpoint: (point) => {
        if (point === 'sent' && (sent += 1) === 4) throw new Crash('died');
      },
    };
    await expect(fixture.reconcile({}, dies)).rejects.toThrow(Crash);
    const before = (await fixture.store.read('home')).quarantine?.bisection;
    expect(before?.tries).toBeGreaterThan(0);
    const outcome = await fixture.reconcile({}, dropping(fixture, 'POISON'));
    expect(waitingIn(outcome)).toHaveLength(1);
    const after = (await fixture.store.read('home')).quarantine?.bisection;
    expect(after?.tries).toBeGreaterThan(before?.tries ?? 0);
    expect(after?.tries).toBeLessThanOrEqual(10);
  });

  test('stops at once if the gateway is gone, and never tries more than the policy allows', async () => {
    const fixture = await staged({ policy: { onFailure: 'bisect', bisectTries: 2 } });
    const outcome = await fixture.reconcile({}, dropping(fixture, 'POISON'));
    expect((await outcomesOf(fixture)).length).toBeLessThanOrEqual(3);
    expect(outcome.kind).toBe('quarantined');
    expect(waitingIn(outcome).some((path) => path.startsWith('claude-api-key'))).toBe(true);
    expect(await fixture.file()).not.toContain('POISON');
    await fixture.reconcile({}, dropping(fixture, 'POISON'));
    expect((await outcomesOf(fixture)).length).toBeLessThanOrEqual(3);
  });
});

describe('what stops it between two tries', () => {
  test('says that the gateway has only a part of the revision', async () => {
    const fixture = await staged();
    const end = new AbortController();
    const listener: Context['listener'] = (event) => {
      if (event.kind === 'step' && event.step === 'commit') end.abort(new Error('SIGTERM'));
    };
    const outcome = await fixture.reconcile(
      {},
      { ...dropping(fixture, 'POISON'), listener, signal: end.signal },
    );
    expect(outcome).toMatchObject({ kind: 'cancelled', problems: [{ code: 'HF5007' }] });
    expect((await fixture.store.read('home')).lastOutcome?.kind).toBe('cancelled');
    expect((await fixture.reconcile({}, dropping(fixture, 'POISON'))).kind).toBe('quarantined');
  });

  test('is a change of the files after somebody approved the plan', async () => {
    const fixture = await staged();
    const { plan } = await fixture.reconcile({ dryRun: true });
    if (!plan) throw new Error('no plan');
    let isOther = false;
    const loadDesired: Context['loadDesired'] = async () => {
      if (isOther) await fixture.declare(`${DESIRED}max-retry-interval: 99\n`);
      return fixture.context.loadDesired();
    };
    const listener: Context['listener'] = (event) => {
      if (event.kind === 'finished' && event.outcome.kind === 'rolled-back') isOther = true;
    };
    const request = { approved: plan.digest, bisect: true };
    const more = { ...dropping(fixture, 'POISON'), listener, loadDesired };
    expect(await fixture.reconcile(request, more)).toMatchObject({
      kind: 'stale',
      problems: [{ code: 'HF5003' }],
    });
    expect(await fixture.file()).not.toContain('max-retry-interval: 99');
  });
});
