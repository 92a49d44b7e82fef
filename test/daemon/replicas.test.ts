// Several daemons on one database and one gateway: each check by one of them, each write once, one view.
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { runDaemon } from '../../src/daemon/daemon.ts';
import type { DaemonOperations } from '../../src/daemon/core/daemon-operations.ts';
import type { Watch } from '../../src/daemon/core/watch.ts';
import { seal } from '../../src/domain/secret.ts';
import { openPostgresStore } from '../../src/state/postgres/postgres.ts';
import { openReplicas, type ReplicasOptions } from '../../src/state/postgres/replicas/replicas.ts';
import type { Store } from '../../src/state/store.ts';
import { type Fixture, setup, teardown } from '../apply/setup.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { until } from '../support/until.ts';
import type { Sender } from '../../src/daemon/notify/channels/delivery.ts';
import { createNotifyOnce } from '../../src/daemon/notify/notify-once.ts';
import type { NotifyOptions } from '../../src/daemon/notify/notify.ts';
import type { Outcome } from '../../src/domain/outcome/outcome.ts';
import type { Replicas } from '../../src/state/replicas.ts';
import { listener, outcomeOf, type Told } from './builders.ts';
import { channel, webhook } from './notify/setup.ts';
import { retries } from './setup.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

const running: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of running.splice(0)) await end();
  await teardown();
});

interface Replica extends Told {
  readonly operations: DaemonOperations;
  readonly store: Store;
  stop(): Promise<void>;
}

const NO_WATCH: Watch = { follow: async () => {}, [Symbol.asyncDispose]: async () => {} };

async function replica(at: Fixture, url: string): Promise<Replica> {
  const told = listener();
  const { clock, target } = at.context;
  const store = await openPostgresStore({
    url: seal(url),
    encryptionKeys: seal(['an encryption key of a test, 0001']),
    dir: target.desired[0] ?? '',
    clock,
  });
  const end = new AbortController();
  let operations: DaemonOperations | undefined;
  const ended = runDaemon({
    open: async () => ({
      targets: [target],
      store,
      daemon: { drift: '0 0 1 1 *' },
      watched: [],
      shared: { identity: url, openReplicas: () => openReplicas({ url: seal(url), clock }) },
      contextOf: (of, heard) => ({ ...at.context, target: of, store, listener: heard }),
      adopt: () => Promise.reject(new Error('no repository')),
      [Symbol.asyncDispose]: () => store.close(),
    }),
    clock,
    reporter: told.reporter,
    signal: end.signal,
    services: (given) => {
      operations = given;
      return [];
    },
    watch: () => NO_WATCH,
  });
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    end.abort();
    return (stopped ??= ended);
  };
  running.push(stop);
  await until(() => operations !== undefined);
  if (!operations) throw new Error('it has no operations');
  return { ...told, operations, store, stop };
}

interface Lone {
  readonly replicas: Replicas;
  readonly checks: string[];
  readonly gone: string[];
}

/** A replica without a daemon: `check` is what it does with a check. */
async function lone(
  url: string,
  check: (target: string) => Promise<void>,
  options: Partial<ReplicasOptions> = {},
): Promise<Lone> {
  const clock = { now: Date.now, sleep: async () => undefined };
  const replicas = await openReplicas({ url: seal(url), clock, ...options });
  const checks: string[] = [];
  const gone: string[] = [];
  await replicas.begin({
    check(target, triggers) {
      checks.push(`${target} ${triggers.join('+')}`);
      return check(target);
    },
    recorded: () => {},
    progress: () => {},
    gone: (id) => gone.push(id),
    reported: () => {},
    reachable: () => {},
  });
  running.push(async () => {
    await replicas.end();
    await replicas[Symbol.asyncDispose]();
  });
  return { replicas, checks, gone };
}

/** A database with the tables. */
async function prepared(): Promise<string> {
  const url = await server.newDatabase();
  const options = { encryptionKeys: seal(['an encryption key of a test, 0001']), dir: '' };
  const clock = { now: Date.now, sleep: async () => undefined };
  await (await openPostgresStore({ url: seal(url), clock, ...options })).close();
  return url;
}

const kindsOf = (all: readonly Told[]): string[] =>
  all.flatMap((one) => one.outcomes.map(({ kind }) => kind));
const inSync = (all: readonly Replica[]) => (): boolean =>
  all.every(({ operations }) => operations.known('home').standing === 'in-sync');
const seen = (all: readonly Replica[]) => (): unknown =>
  all.map(({ operations, failures }) => [operations.known('home').standing, String(failures.at(-1))]);

describe('checks', () => {
  /** A replica that gives no sign of life, and whose only check hangs, so that it takes no other one. */
  async function died(url: string): Promise<Lone> {
    let free = (): void => {};
    const hangs = new Promise<void>((resolve) => (free = resolve));
    const dead = await lone(url, () => hangs, { beatMs: 3_600_000, concurrency: 1 });
    running.unshift(async () => free());
    await dead.replicas.request([{ target: 'home', trigger: 'files' }]);
    await until(() => dead.checks.length === 1);
    return dead;
  }

  async function silent(url: string, { replicas }: Lone): Promise<void> {
    const { id } = replicas;
    await server.query(
      url,
      `update holdfast.replicas set seen_at = now() - interval '1 hour' where id = '${id}'`,
    );
  }

  test('of a replica that died go to another one', async () => {
    const url = await prepared();
    const dead = await died(url);
    const next = await lone(url, async () => {}, { beatMs: 20 });
    await silent(url, dead);
    await until(() => next.checks.length === 1);
    expect([next.checks, next.gone]).toEqual([['home files'], [dead.replicas.id]]);
  });

  test('of a replica that died go to one that begins later', async () => {
    const url = await prepared();
    const dead = await died(url);
    await silent(url, dead);
    const next = await lone(url, async () => {}, { beatMs: 3_600_000 });
    await until(() => next.checks.length === 1);
    expect([next.checks, next.gone]).toEqual([['home files'], [dead.replicas.id]]);
  });

  test('are one for many requests while one is under way, and nothing is lost', async () => {
    const url = await prepared();
    let free = (): void => {};
    const hangs = new Promise<void>((resolve) => (free = resolve));
    const { replicas, checks } = await lone(url, () => hangs, { concurrency: 1 });
    await replicas.request([{ target: 'home', trigger: 'start' }]);
    await until(() => checks.length === 1);
    for (const trigger of ['schedule', 'files', 'schedule'] as const)
      await replicas.request([{ target: 'home', trigger }]);
    free();
    await until(() => checks.length === 2);
    expect(checks).toEqual(['home start', 'home schedule+files+schedule']);
  });

  test('of one tick of the schedule are requested by one replica', async () => {
    const url = await prepared();
    const { replicas } = await lone(url, async () => {});
    const claims = await Promise.all(Array.from({ length: 5 }, () => replicas.claimTick(600_000)));
    expect(claims.filter(Boolean)).toHaveLength(1);
    await server.query(url, "update holdfast.store set ticked_at = now() - interval '6 minutes'");
    expect(await replicas.claimTick(600_000)).toBe(true);
  });
});

describe('notifications', () => {
  const outcome = (kind: 'drifted' | 'in-sync' | 'unreachable'): Outcome =>
    outcomeOf(kind === 'unreachable' ? { kind } : { kind, depth: 'deep' });

  /** A replica that sends to `sent`. */
  async function notifier(url: string, sent: string[], name: string) {
    const { replicas } = await lone(url, async () => {});
    const failures: unknown[] = [];
    const sender: Sender = {
      send: async (message) => {
        const told = message.kind === 'notice' ? [message.notice] : message.digest.notices;
        for (const { kind, id } of told) sent.push(`${name} ${kind} ${id}`);
        return { kind: 'delivered', answer: 'ok' };
      },
      close: async () => {},
    };
    const service = createNotifyOnce({
      replicas,
      operations: { targets: () => [{ name: 'home' }] } as unknown as NotifyOptions['operations'], // all that is used
      clock: { now: Date.now, sleep: async () => undefined },
      reporter: { note: () => {}, failed: (error) => failures.push(error) },
      open: () => sender,
    });
    await service.follow({ drift: '0 * * * *', notify: [channel(webhook('http://127.0.0.1:1/'))] });
    let ended: Promise<void> | undefined;
    const stop = (): Promise<void> => (ended ??= Promise.resolve(service[Symbol.asyncDispose]()));
    running.unshift(stop);
    return {
      stop,
      failures,
      see: (found: Outcome) => service.reporter?.outcome?.(found, 'schedule'),
      nudge: () => service.reporter?.reported?.(),
    };
  }

  test('of all replicas are sent once, by one of them, and another one continues', async () => {
    const url = await prepared();
    const sent: string[] = [];
    const kinds = (): string[] => sent.map((one) => one.split(' ')[1] ?? '');
    const first = await notifier(url, sent, 'first');
    first.see(outcome('drifted'));
    const reach = (count: number): Promise<void> =>
      until(
        () => {
          for (const one of all) one.nudge();
          return sent.length >= count;
        },
        () => [sent, all.map(({ failures }) => failures.map(String))],
      );
    const all = [first];
    await reach(1);
    const second = await notifier(url, sent, 'second');
    all.push(second);
    second.see(outcome('drifted'));
    second.see(outcome('unreachable'));
    await reach(2);
    await first.stop();
    second.see(outcome('unreachable'));
    second.see(outcome('in-sync'));
    await reach(3);
    expect(kinds()).toEqual(['drifted', 'unreachable', 'recovered']);
    expect(sent.map((one) => one.split(' ')[0])).toEqual(['first', 'first', 'second']);
    expect(new Set(sent).size).toBe(3);
    expect(all.flatMap(({ failures }) => failures)).toEqual([]);
  });
});

describe('replicas of a daemon', () => {
  test('write once, show the same, and answer requests while another one works', async () => {
    const at = await setup({ mode: 'apply', desired: retries(4) });
    const url = await server.newDatabase();
    const all = [await replica(at, url), await replica(at, url), await replica(at, url)] as const;
    await until(() => kindsOf(all).includes('applied'), seen(all));
    await until(inSync(all), seen(all));
    expect(kindsOf(all).filter((kind) => kind === 'applied')).toHaveLength(1);

    // What one replica finds and does is what the others show, the plan included.
    const [first, second, third] = all;
    await at.panel('PUT', 'request-retry', { value: 7 });
    first.operations.look('home');
    await until(() => all.every(({ operations }) => operations.known('home').plan !== undefined), seen(all));
    const plans = all.map(({ operations }) => operations.known('home').plan?.plan.digest.value);
    expect(new Set(plans).size).toBe(1);
    const asked = await Promise.all(
      [second, third].map(({ operations }) => operations.apply('home', { mode: 'enforce' }, 'someone')),
    );
    expect(asked.map(({ kind }) => kind).toSorted()).toEqual(['applied', 'in-sync']);
    await until(inSync(all), seen(all));
    expect((await first.store.history('home')).map(({ outcome }) => outcome)).toEqual(['applied', 'applied']);
    expect(all.flatMap(({ failures }) => failures)).toEqual([]);
  });

  test('stay up without the database, and continue when it is back', async () => {
    const at = await setup({ mode: 'enforce', desired: retries(4) });
    const url = await server.newDatabase();
    const all = [await replica(at, url), await replica(at, url)] as const;
    await until(inSync(all), seen(all));
    await server.cutConnections(url);
    await at.declare(retries(5));
    for (const { operations } of all) operations.look('home', 'files');
    await until(() => kindsOf(all).filter((kind) => kind === 'applied').length === 2, seen(all));
    await until(inSync(all), seen(all));
    expect(await at.file()).toContain('request-retry: 5');
    expect(await all[0].store.history('home')).toHaveLength(2);
  });

  test('stop one after the other, and the last one does the work', async () => {
    const at = await setup({ mode: 'enforce', desired: retries(4) });
    const url = await server.newDatabase();
    const all = [await replica(at, url), await replica(at, url)] as const;
    await until(inSync(all), seen(all));
    await all[0].stop();
    await at.declare(retries(6));
    all[1].operations.look('home', 'files');
    await until(() => all[1].outcomes.some(({ kind }) => kind === 'applied'), seen(all));
    expect(await server.query(url, 'select count(*)::int as n from holdfast.replicas')).toEqual([{ n: 1 }]);
  });
});
