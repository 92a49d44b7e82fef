import { afterEach, describe, expect, test } from '@jest/globals';
import Fastify from 'fastify';
import { createHealth, type Health } from '../../../src/daemon/health/health.ts';
import { healthRoutes } from '../../../src/daemon/health/routes.ts';
import { type HttpService, httpService } from '../../../src/daemon/http/http.ts';
import { createLiveness, TICK_MS } from '../../../src/daemon/health/liveness.ts';
import { createMetrics } from '../../../src/daemon/metrics/metrics.ts';
import { countAnswers, metricsRoutes } from '../../../src/daemon/metrics/routes.ts';
import type { Heartbeat } from '../../../src/domain/state/heartbeat.ts';
import { fail } from '../../../src/domain/problem/problem.ts';
import { seal } from '../../../src/domain/secret.ts';
import type { HttpSettings } from '../../../src/settings/settings.ts';
import type { Source } from '../../../src/api-schema/views.ts';
import { outcomeOf } from '../builders.ts';
import { daemon, endAll } from '../setup.ts';

const open: Health[] = [];
afterEach(async () => {
  for (const health of open.splice(0)) await health[Symbol.asyncDispose]();
  await endAll();
});

const MINUTE = 60_000;

/** Two clocks that a test turns, together or the machine's alone. */
function vitals(nextLookAt: () => number | undefined = () => undefined) {
  const at = { now: 1_000_000_000, elapsed: 0 };
  const operations = { targets: () => [{ name: 'home' }], nextLookAt } as never; // what liveness reads of the operations
  const made = createLiveness({ operations, now: () => at.now, elapsed: () => at.elapsed });
  const pass = (ms: number): void => {
    for (let left = ms; left > 0; left -= TICK_MS) {
      at.now += Math.min(left, TICK_MS);
      at.elapsed += Math.min(left, TICK_MS);
      made.tick();
    }
  };
  const failing = (): string[] =>
    made
      .findings()
      .filter(({ ok }) => !ok)
      .map(({ name }) => name);
  return { ...made, at, pass, failing };
}

const step = { kind: 'step', target: 'home', step: 'observe' } as const;
const inSync = outcomeOf({ kind: 'in-sync', depth: 'shallow' });

describe('the vitals', () => {
  test('a responsive event loop is healthy, a blocked one is not, and recovers', () => {
    const fixture = vitals();
    fixture.pass(MINUTE);
    expect(fixture.failing()).toEqual([]);
    fixture.at.elapsed += 20_000;
    expect(fixture.failing()).toEqual(['loop']);
    fixture.pass(2 * TICK_MS);
    expect(fixture.failing()).toEqual([]);
  });

  test('a check without a report for ten minutes hangs; any report or its end clears that', () => {
    const fixture = vitals();
    fixture.reporter.event?.(step);
    fixture.pass(9 * MINUTE);
    expect(fixture.failing()).toEqual([]);
    fixture.pass(2 * MINUTE);
    expect(fixture.failing()).toEqual(['looks']);
    fixture.reporter.event?.(step);
    expect(fixture.failing()).toEqual([]);
    fixture.pass(11 * MINUTE);
    fixture.reporter.event?.({ kind: 'finished', target: 'home', outcome: inSync });
    expect(fixture.failing()).toEqual([]);
  });

  test('an overdue check is a blocked queue', () => {
    let due = 1_000_000_000 + 5 * MINUTE;
    const fixture = vitals(() => due);
    fixture.pass(5 * MINUTE);
    due += 5 * MINUTE; // the schedule continues
    fixture.pass(14 * MINUTE);
    expect(fixture.failing()).toEqual([]);
    fixture.pass(2 * MINUTE);
    expect(fixture.failing()).toEqual(['line']);
    fixture.reporter.outcome?.(inSync, 'schedule');
    due += 60 * MINUTE;
    fixture.pass(TICK_MS);
    expect(fixture.failing()).toEqual([]);
  });

  test('a target waits as long as it must while the line moves for others', () => {
    const fixture = vitals(() => 1_000_000_000);
    for (let minute = 0; minute < 60; minute += 1) {
      fixture.pass(MINUTE);
      fixture.reporter.outcome?.({ ...inSync, target: 'other' }, 'schedule');
    }
    expect(fixture.failing()).toEqual([]);
  });

  test('a jump of the machine clock, either way, makes nothing late', () => {
    for (const jump of [-24 * 60 * MINUTE, 24 * 60 * MINUTE]) {
      let due = 1_000_000_000 + 30 * MINUTE;
      const fixture = vitals(() => due);
      fixture.pass(MINUTE);
      fixture.at.now += jump;
      due += jump;
      fixture.pass(30 * MINUTE);
      expect(fixture.failing()).toEqual([]);
    }
  });
});

interface Served {
  readonly code: number;
  readonly body: { status: string; findings: { name: string; ok: boolean; detail: string }[] };
}

function served(health: Health): (path: string) => Promise<Served> {
  const server = Fastify();
  void server.register(healthRoutes(health));
  return async (path) => {
    const answer = await server.inject(path);
    return { code: answer.statusCode, body: answer.json() };
  };
}

interface Bench {
  readonly health: Health;
  readonly get: (path: string) => Promise<Served>;
  readonly beats: Heartbeat[];
  broken: Error | undefined;
  source: Source | undefined;
  elapsed: number;
}

function bench(): Bench {
  const at = {
    beats: [] as Heartbeat[],
    broken: undefined as Error | undefined,
    source: undefined as Source | undefined,
    elapsed: 0,
  };
  const writeBeat = async (beat: Heartbeat): Promise<void> => {
    if (at.broken) throw at.broken;
    at.beats.push(beat);
  };
  const operations = {
    targets: () => [{ name: 'secret-customer' }, { name: 'home' }],
    nextLookAt: () => undefined,
    store: () => ({ writeBeat }),
  } as never; // the operations that health reads
  const health = createHealth({
    operations,
    now: () => 5000,
    elapsed: () => at.elapsed,
    source: () => at.source,
  });
  open.push(health);
  return Object.assign(at, { health, get: served(health) });
}

const wrongIn = ({ body }: Served): string[] => body.findings.filter(({ ok }) => !ok).map(({ name }) => name);

describe('/healthz and /readyz', () => {
  test('ready means: settings, a writable state, and one check of every target', async () => {
    const at = bench();
    expect(wrongIn(await at.get('/readyz'))).toEqual(['settings', 'first-looks']);
    await at.health.follow({ drift: '* * * * *' });
    at.health.reporter?.outcome?.({ ...inSync, target: 'home' }, 'start');
    const waiting = await at.get('/readyz');
    expect(waiting).toMatchObject({ code: 503, body: { status: 'failing' } });
    expect(waiting.body.findings.at(-1)?.detail).toBe('1 of 2 targets were checked');
    at.health.reporter?.failed?.(new Error('state'), 'secret-customer');
    expect(await at.get('/readyz')).toMatchObject({ code: 200, body: { status: 'ok' } });
  });

  test("a state that can't be written is reported only by its code, and checked again a moment later", async () => {
    const at = bench();
    at.broken = fail('HF6004', '/var/lib/private/holdfast is full');
    const answer = await at.get('/readyz');
    expect(answer.code).toBe(503);
    expect(answer.body.findings).toContainEqual({
      name: 'state',
      ok: false,
      detail: "can't be written (HF6004)",
    });
    at.broken = undefined;
    expect(wrongIn(await at.get('/readyz'))).toContain('state');
    at.elapsed += 6000;
    expect(wrongIn(await at.get('/readyz'))).not.toContain('state');
  });

  test('names no target to callers without a token', async () => {
    const at = bench();
    at.health.reporter?.event?.({ ...step, target: 'secret-customer' });
    at.elapsed += 30 * MINUTE;
    const [alive, ready] = [await at.get('/healthz'), await at.get('/readyz')];
    expect(alive).toMatchObject({ code: 503, body: { status: 'failing' } });
    expect(JSON.stringify([alive, ready])).not.toContain('secret-customer');
  });

  test('a git source is ready once it has a commit', async () => {
    const at = bench();
    at.source = { url: 'https://git.example/x', ref: 'main' };
    expect(wrongIn(await at.get('/readyz'))).toContain('git');
    at.source = { ...at.source, commit: { sha: 'c1' } };
    expect(wrongIn(await at.get('/readyz'))).not.toContain('git');
  });

  test('is alive while it does its work, whatever the gateways do', async () => {
    const at = bench();
    await at.health.follow({ drift: '* * * * *' });
    at.health.reporter?.outcome?.(outcomeOf({ kind: 'unreachable' }), 'schedule');
    expect(await at.get('/healthz')).toMatchObject({ code: 200, body: { status: 'ok' } });
  });
});

describe('the sign of life', () => {
  test('is written at the start, shows problems, and at the end that the daemon stopped', async () => {
    const at = bench();
    await at.health.follow({ drift: '* * * * *' });
    await at.health.follow({ drift: '* * * * *' });
    expect(at.beats).toEqual([{ at: 5000, pid: process.pid, problems: [] }]);
    await at.health[Symbol.asyncDispose]();
    expect(at.beats.at(-1)).toMatchObject({ problems: [], ended: true });
  });
});

describe('a daemon with both, over HTTP', () => {
  const clocks = { now: Date.now, elapsed: () => performance.now() };
  const http: HttpSettings = {
    listen: { host: '127.0.0.1', port: 0 },
    auth: 'token',
    tokens: [{ name: 'prometheus', role: 'read', token: seal('sk-test-prometheus-0001') }],
    trustedProxies: [],
  };
  const bearer = { headers: { authorization: 'Bearer sk-test-prometheus-0001' } };

  test('becomes ready without a token, and counts its first check for callers with access', async () => {
    let server: HttpService | undefined;
    const fixture = await daemon({
      services: (operations) => {
        const health = createHealth({ operations, ...clocks });
        const metrics = createMetrics({ operations, version: '1.2.3', ...clocks });
        server = httpService(operations, {
          version: '1.2.3',
          clock: { now: Date.now, sleep: () => Promise.resolve() },
          redact: (value) => value,
          note: () => {},
          failed: () => {},
          routes: (settings) => [healthRoutes(health), metricsRoutes(metrics, settings)],
          onServer: (bare) => countAnswers(bare, metrics),
        });
        return [health, metrics, server];
      },
    });
    await fixture.next();
    await server?.follow({ drift: '0 0 1 1 *', http });
    const get = async (path: string, init: RequestInit = {}): Promise<Response> =>
      fetch(new URL(path, server?.address()), init);
    expect(await (await get('/healthz')).json()).toMatchObject({ status: 'ok' });
    expect(await (await get('/readyz')).json()).toMatchObject({ status: 'ok' });
    expect((await get('/metrics')).status).toBe(401);
    const text = await (await get('/metrics', bearer)).text();
    expect(text).toMatch(/holdfast_outcomes_total{target="home",outcome="[a-z-]+",trigger="start"} 1/);
    expect(text).toContain('holdfast_http_requests_total{method="GET",route="/readyz",status="200"} 1');
    expect(text).toContain('holdfast_http_requests_total{method="GET",route="/metrics",status="401"} 1');
    expect(text).not.toContain('sk-test');
    await server?.follow({ drift: '0 0 1 1 *', http: { ...http, metrics: 'public' } });
    expect((await get('/metrics')).status).toBe(200);
  });
});
