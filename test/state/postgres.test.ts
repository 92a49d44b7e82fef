import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { seal } from '../../src/domain/secret.ts';
import { openPostgresStore, type PostgresOptions } from '../../src/state/postgres/postgres.ts';
import type { PortableStore } from '../../src/state/store.ts';
import { verifyHistory } from '../../src/state/verify-history.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { codesOf, conformsToStore, makeBackup, makeEntry, makeJournal, NOW } from './conformance.ts';

let server: PostgresServer;
const dir = mkdtempSync(join(tmpdir(), 'holdfast-state-'));
const opened: PortableStore[] = [];

beforeAll(async () => {
  server = await startPostgres();
});

afterAll(async () => {
  await closeAll();
  await server.stop();
  rmSync(dir, { recursive: true, force: true });
});

async function closeAll(): Promise<void> {
  for (const store of opened.splice(0)) await store.close();
}

const KEY = 'an encryption key of a test, 0001';
const clock = { now: () => NOW, sleep: async () => undefined };

async function open(url: string, more: Partial<PostgresOptions> = {}): Promise<PortableStore> {
  const encryptionKeys = seal([KEY]);
  const store = await openPostgresStore({ url: seal(url), encryptionKeys, dir, clock, ...more });
  opened.push(store);
  return store;
}

let url = ''; // one for all, emptied each time
conformsToStore('PostgreSQL', async () => {
  let now = NOW;
  const options = {
    clock: { now: () => now, sleep: async () => undefined },
    keep: { distinct: 3, ms: 90 * 86_400_000 },
  };
  return {
    create: async () => {
      url ||= await server.newDatabase();
      await server.query(url, 'drop schema if exists holdfast cascade');
      return open(url, options);
    },
    reopen: () => open(url, options),
    advance: (ms) => {
      now += ms;
    },
    end: closeAll,
  };
});

describe('the tables', () => {
  test('are created once by several that start at the same time', async () => {
    const url = await server.newDatabase();
    const stores = await Promise.all([1, 2, 3, 4].map(() => open(url)));
    expect(stores.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(new Set(stores.map((store) => store.hash('x'))).size).toBe(1);
    const steps = await server.query(url, 'select step from holdfast.format order by step');
    expect(steps.length).toBeGreaterThan(0);
    expect(steps).toEqual(steps.map((_, i) => ({ step: i + 1 }))); // each once
  });

  test('of a newer version are refused and not changed', async () => {
    const url = await server.newDatabase();
    await open(url);
    await server.query(url, 'insert into holdfast.format (step) values (99)');
    await expect(open(url)).rejects.toThrow(/HF6008.*has format 99; this version knows \d+/);
  });

  test('need no right to create a schema that an administrator made', async () => {
    const url = await server.newDatabase();
    const name = `runner_${new URL(url).pathname.slice(-8)}`;
    await server.query(url, `create role ${name} login`);
    const asRunner = url.replace('postgres@', `${name}@`);
    await expect(open(asRunner)).rejects.toThrow(/HF6020.*its user may not do this/);
    await server.query(url, `create schema holdfast authorization ${name}`);
    expect((await open(asRunner)).isNew).toBe(true);
    await closeAll();
    await server.query(url, `drop owned by ${name}`);
    await server.query(url, `drop role ${name}`);
  });
});

describe('what the database contains', () => {
  test('reveals no secret of a backup, and no key', async () => {
    const url = await server.newDatabase();
    const store = await open(url);
    await store.saveBackup(makeBackup());
    const rows = [
      ...(await server.query(url, 'select * from holdfast.backups')),
      ...(await server.query(url, 'select * from holdfast.store')),
    ];
    const bytes = JSON.stringify(rows, (_, value: unknown) =>
      isBytes(value) ? Buffer.from(value.data).toString('latin1') : value,
    );
    expect(bytes).toContain('before-apply');
    for (const secret of ['sk-test-0001', KEY, store.hashKey.open()]) expect(bytes).not.toContain(secret);
  });

  test('is opened by its key alone, which can be replaced', async () => {
    const url = await server.newDatabase();
    const { id } = await (await open(url)).saveBackup(makeBackup());
    const other = 'another encryption key, 0002 0002';
    await expect(open(url, { encryptionKeys: seal([other]) })).rejects.toThrow('HF6021');
    await open(url, { encryptionKeys: seal([other, KEY]) });
    const store = await open(url, { encryptionKeys: seal([other]) });
    expect((await store.readBackup('home', id)).file.open()).toBe(makeBackup().file.open());
    await expect(open(url)).rejects.toThrow('HF6021');
  });

  test('is noticed if a backup takes the place of another or is changed', async () => {
    const url = await server.newDatabase();
    const store = await open(url);
    const one = await store.saveBackup(makeBackup());
    const two = await store.saveBackup(makeBackup({ text: 'debug: true\n' }));
    await server.query(
      url,
      'update holdfast.backups set content = (select content from holdfast.backups where id = $1) where id = $2',
      [one.id, two.id],
    );
    expect(await codesOf(store.readBackup('home', two.id))).toEqual(['HF6006']);
    expect((await store.readBackup('home', one.id)).id).toBe(one.id);
  });

  test('is moved aside where somebody made it unreadable, and said', async () => {
    const url = await server.newDatabase();
    const store = await open(url);
    await store.update('home', { workingKey: 1 });
    await server.query(url, `update holdfast.targets set state = '{"workingKey": "first"}'`);
    expect(await codesOf(store.update('home', { workingKey: 2 }))).toEqual(['HF6005']);
    expect(await store.read('home')).toEqual({});
    await server.query(url, `update holdfast.targets set journal = '{"phase": "lost"}'`);
    expect(await codesOf(store.journal('home'))).toEqual(['HF6005']);
    expect(await store.journal('home')).toBeUndefined();
    expect((await store.damaged('home')).map(({ message }) => message)).toEqual([
      'the state of home is a damaged record that was moved aside',
      'the journal of home is a damaged record that was moved aside',
    ]);
  });

  test('stays within its bounds', async () => {
    const url = await server.newDatabase();
    const store = await open(url);
    await store.appendHistory('home', makeEntry('first'));
    await server.query(
      url,
      `insert into holdfast.history (target, call, entry)
       select 'home', gen_random_uuid(), entry from holdfast.history, generate_series(1, 1100)`,
    );
    await store.appendHistory('home', makeEntry('last'));
    expect((await store.history('home', 5000)).length).toBe(1000);
    expect((await store.history('home', 1)).map(({ id }) => id)).toEqual(['last']);
    expect((await store.historyRecords('home')).length).toBe(1001);
    const [first = ''] = await store.historyRecords('home');
    expect(Object.keys(JSON.parse(first) as object)).toEqual(['retention']);
  });
});

const isBytes = (value: unknown): value is { readonly data: number[] } =>
  typeof value === 'object' && value !== null && 'data' in value && Array.isArray(value.data);

describe('a lease', () => {
  test('that another process has taken over ends, and its holder writes no more', async () => {
    const url = await server.newDatabase();
    const [slept, next] = [await open(url), await open(url)];
    const lease = await slept.lock('home', 'the one who sleeps');
    await slept.writeJournal('home', makeJournal());
    await server.query(url, `update holdfast.targets set held_until = now() - interval '1 s'`);
    const taken = await next.lock('home', 'the next one');
    await next.update('home', { workingKey: 2 });
    for (const late of [
      () => slept.update('home', { workingKey: 1 }),
      () => slept.writeJournal('home', makeJournal({ sent: 1 })),
      () => slept.closeJournal('home'),
      () => slept.saveBackup(makeBackup()),
      () => slept.appendHistory('home', makeEntry('late')),
      () => slept.reserve('home', 1),
    ])
      expect(await codesOf(late())).toEqual(['HF6002']);
    await lease.release();
    expect(taken.remainingMs()).toBeGreaterThan(0);
    expect(await next.holder('home')).toContain('the next one');
    expect([await next.read('home'), (await next.journal('home'))?.sent]).toEqual([{ workingKey: 2 }, 0]);
    expect(await next.history('home')).toEqual([]);
    await taken.release();
  });

  test.each([
    ['ended just now', "now() - interval '1 s'", true, [expect.closeTo(3_599_000, -5)]],
    ['ended long ago', "now() - interval '2 hours'", true, []],
    ['was released', 'null', true, []],
    ['ended just now without a transaction', "now() - interval '1 s'", false, []],
  ])('that %s: the next holder waits for the last request', async (_, until, hasJournal, waits) => {
    const url = await server.newDatabase();
    const slept: number[] = [];
    const former = await open(url);
    const next = await open(url, {
      requestMs: 3_600_000,
      clock: { ...clock, sleep: async (ms) => void slept.push(ms) },
    });
    const lost = await former.lock('home', 'the one who sleeps');
    if (hasJournal) await former.writeJournal('home', makeJournal());
    await server.query(url, `update holdfast.targets set held_until = ${until}`);
    const told: unknown[] = [];
    const lease = await next.lock('home', 'next', { waiting: (holder, ms) => told.push([holder, ms]) });
    expect(slept).toEqual(waits);
    expect(told).toHaveLength(waits.length);
    await Promise.all([lease.release(), lost.release()]);
  });

  test('learns from its renewal that another process took over', async () => {
    const url = await server.newDatabase();
    const slept = await open(url, { leaseMs: 800 });
    const lease = await slept.lock('home', 'the one who sleeps');
    await server.query(url, 'update holdfast.targets set fence = fence + 1');
    while (lease.remainingMs() > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await codesOf(slept.update('home', {}))).toEqual(['HF6002']);
    await lease.release();
  });

  test('is renewed for as long as its holder works, and ends while the database is away', async () => {
    const url = await server.newDatabase();
    const way = await cuttable(url);
    const store = await open(way.url, { leaseMs: 4000, pauses: [] });
    const lease = await store.lock('home', 'worker');
    const [before] = await heldUntil(url);
    let after = before;
    while (after === before) [after] = await heldUntil(url);
    await way.cut();
    while (lease.remainingMs() > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    await expect(store.update('home', { workingKey: 1 })).rejects.toThrow('HF6020');
    await lease.release();
    const other = await open(url);
    await (await other.lock('home', 'next', { waitMs: 60_000 })).release();
  });
});

const heldUntil = async (url: string): Promise<string[]> =>
  (await server.query(url, 'select held_until::text as t from holdfast.targets')).map(({ t }) => String(t));

/** A way to the database that can be cut. */
async function cuttable(url: string): Promise<{ readonly url: string; cut(): Promise<void> }> {
  const { searchParams, hostname, port, pathname } = new URL(url);
  const socket = searchParams.get('host');
  const target = socket ? { path: join(socket, '.s.PGSQL.5432') } : { host: hostname, port: Number(port) };
  const open = new Set<Socket>();
  const proxy: Server = createServer((incoming) => {
    const outgoing = connect(target);
    for (const each of [incoming, outgoing]) {
      open.add(each);
      each.on('error', () => undefined);
    }
    incoming.pipe(outgoing).pipe(incoming);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const way = new URL(url);
  way.search = '';
  way.pathname = pathname;
  way.hostname = '127.0.0.1';
  way.port = String((proxy.address() as AddressInfo).port); // it listens on a port
  return {
    url: way.href,
    async cut() {
      const closed = new Promise((resolve) => proxy.close(resolve));
      for (const each of open) each.destroy();
      await closed;
    },
  };
}

describe('a database', () => {
  test('that restarts costs time, and nothing is written twice', async () => {
    const url = await server.newDatabase();
    const store = await open(url);
    await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        if (i % 5 === 0) await server.cutConnections(url);
        await store.appendHistory('home', makeEntry(`h${i}`));
      }),
    );
    expect((await store.history('home')).map(({ id }) => id).toSorted()).toEqual(
      Array.from({ length: 20 }, (_, i) => `h${i}`).toSorted(),
    );
    expect((await verifyHistory(store, 'home')).fault).toBeUndefined();
  });

  const at = (change: (url: URL) => void) => async (): Promise<string> => {
    const url = new URL(await server.newDatabase());
    change(url);
    return url.href;
  };

  test.each([
    [
      "that doesn't exist",
      at((url) => (url.pathname = '/nothing')),
      /the database nothing at \S+ can't be used: it doesn't exist/,
    ],
    [
      'whose server is away',
      at((url) => url.searchParams.set('host', '/nowhere')),
      /can't be used: connect ENOENT|can't be used: .*ENOENT/,
    ],
  ])('%s is named without its password', async (_, urlOf, message) => {
    const url = new URL(await urlOf());
    url.password = 'sk-test-0001';
    const failed = open(url.href, { pauses: [] });
    await expect(failed).rejects.toThrow(message);
    await expect(failed).rejects.not.toThrow(/sk-test/);
  });
});
