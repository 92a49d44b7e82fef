// What every Store must do, whatever its storage. A Store of another kind runs the same suite.
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Backup } from '../../src/domain/state/backup.ts';
import { HoldfastError } from '../../src/domain/problem/problem.ts';
import { seal } from '../../src/domain/secret.ts';
import type { Rollout } from '../../src/domain/state/rollout.ts';
import type { HistoryEntry, Journal } from '../../src/domain/state/state.ts';
import type { PortableStore, Store } from '../../src/state/store.ts';
import { verifyHistory } from '../../src/state/verify-history.ts';
import { withTarget } from '../../src/state/with-target.ts';

/** ms for a lock that comes, whatever else the machine does. */
export const PATIENT_MS = 100_000;

export const NOW = Date.UTC(2026, 10, 23, 18, 1, 42);

export interface Bench {
  /** A new, empty state. */
  create(): Promise<PortableStore>;
  /** The same state as another process sees it. */
  reopen(): Promise<PortableStore>;
  advance(ms: number): void;
  end(): Promise<void>;
}

export function makeBackup(
  changes: Partial<Omit<Backup, 'id' | 'sha256' | 'bytes'>> & { text?: string } = {},
): Omit<Backup, 'id' | 'sha256' | 'bytes'> {
  const { text = 'api-keys: [sk-test-0001]\n', ...rest } = changes;
  return {
    target: 'home',
    at: NOW,
    reason: 'before-apply',
    build: { version: 'v7.2.140', commit: 'abc1234', buildDate: 'unknown', supportsPlugins: false },
    pinned: false,
    file: seal(text),
    json: seal('{"api-keys":["sk-test-0001"]}'),
    ...rest,
  };
}

export function makeEntry(id: string, changes: Partial<HistoryEntry> = {}): HistoryEntry {
  return {
    id,
    at: NOW,
    outcome: 'applied',
    changes: ['~ debug: false → true'],
    writes: ['PUT /v0/management/debug'],
    evidence: [],
    problems: [],
    durationMs: 400,
    requests: { observe: 2, write: 1 },
    ...changes,
  };
}

export function makeJournal(changes: Partial<Journal> = {}): Journal {
  return {
    id: 'j1',
    openedAt: NOW,
    planDigest: 'd',
    revision: { digest: 'f'.repeat(64) },
    backup: '20261123T180142Z-1a2b3c4d',
    before: 'b',
    predicted: ['p'],
    sent: 0,
    footprint: ['debug'],
    phase: 'open',
    ...changes,
  };
}

export async function codesOf(promise: Promise<unknown>): Promise<readonly string[]> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof HoldfastError) return error.problems.map(({ code }) => code);
    throw error;
  }
  throw new Error('it was not rejected');
}

export function conformsToStore(kind: string, open: () => Promise<Bench>): void {
  let bench: Bench;
  const fresh = async (): Promise<PortableStore> => {
    bench = await open();
    return bench.create();
  };

  describe(`a store in ${kind}`, () => {
    afterEach(() => bench.end());

    test('is new once and knows its hashes ever after', async () => {
      const store = await fresh();
      const again = await bench.reopen();
      expect([store.isNew, again.isNew]).toEqual([true, false]);
      expect(again.hash('sk-test-0001')).toBe(store.hash('sk-test-0001'));
      expect(store.hash('sk-test-0001')).not.toBe(store.hash('sk-test-0002'));
    });

    test('knows nothing of a target it never heard of', async () => {
      const store = await fresh();
      expect(await store.read('nobody')).toEqual({});
      expect(await store.journal('nobody')).toBeUndefined();
      expect(await store.listBackups('nobody')).toEqual([]);
      expect(await store.history('nobody')).toEqual([]);
      expect(await store.damaged('nobody')).toEqual([]);
      expect(await store.holder('nobody')).toBeUndefined();
    });

    test('merges updates, removes what is set to undefined, and keeps targets apart', async () => {
      const store = await fresh();
      await store.update('home', { workingKey: 1, released: ['debug'] });
      await store.update('home', { released: undefined, writeMs: [12] });
      await store.update('Home', { workingKey: 7 });
      expect(await (await bench.reopen()).read('home')).toEqual({ workingKey: 1, writeMs: [12] });
      expect(await store.read('Home')).toEqual({ workingKey: 7 });
    });

    test('keeps what channels were sent, as a whole', async () => {
      const store = await fresh();
      expect(await store.notified()).toEqual({});
      await store.saveNotified({ ops: { home: { standing: 'refused', of: 'a1', trouble: 'drifted' } } });
      await store.saveNotified({ ops: { home: { standing: 'drifted' }, eu: { standing: 'in-sync' } } });
      expect(await (await bench.reopen()).notified()).toEqual({
        ops: { home: { standing: 'drifted' }, eu: { standing: 'in-sync' } },
      });
    });

    test('keeps one rollout, which two sides change one after the other', async () => {
      const sides = [await fresh(), await bench.reopen()];
      expect(await sides[0]?.rollout()).toBeUndefined();
      const first: Rollout = { id: 'r', phase: 'running', startedAt: 0, at: 0, waves: [], targets: {} };
      expect(await sides[0]?.changeRollout(() => first)).toEqual(first);
      const next = (before: Rollout | undefined): Rollout | undefined =>
        before && { ...before, at: before.at + 1 };
      await Promise.all([...sides, ...sides, ...sides].map((side) => side.changeRollout(next)));
      expect(await sides[1]?.rollout()).toEqual({ ...first, at: 6 });
      expect(await sides[1]?.changeRollout((before) => before)).toEqual({ ...first, at: 6 });
    });

    test('loses none of many updates at once, from two sides', async () => {
      const sides = [await fresh(), await bench.reopen()];
      const members = ['workingKey', 'released', 'writeMs', 'knownFiles'] as const;
      const values = { workingKey: 3, released: ['a'], writeMs: [1], knownFiles: ['f'] };
      await Promise.all(
        members.map((member, i) => sides[i % 2]?.update('home', { [member]: values[member] })),
      );
      expect(await sides[0]?.read('home')).toEqual(values);
    });

    test('has one holder of a lock, who is named to others and can hand it on', async () => {
      const [one, two] = [await fresh(), await bench.reopen()];
      const lease = await one.lock('home', 'apply of the test');
      expect(lease.remainingMs()).toBeGreaterThan(0);
      await expect(two.lock('home', 'another')).rejects.toThrow(/apply of the test .*process \d+ on /);
      expect(await codesOf(two.lock('home', 'another'))).toEqual(['HF6001']);
      await (await two.lock('elsewhere', 'another')).release();
      const told = Promise.withResolvers<string>();
      const waiting = two.lock('home', 'patient', { waitMs: PATIENT_MS, waiting: told.resolve });
      expect(await told.promise).toMatch(/^apply of the test .*process \d+ on /);
      await lease.release();
      expect(lease.remainingMs()).toBe(0);
      expect(await one.holder('home').then(() => waiting)).toBeDefined();
      await (await waiting).release();
      expect(await two.holder('home')).toBeUndefined();
    });

    test('gives the lock back after the work, whether it succeeded or not', async () => {
      const store = await fresh();
      const options = { target: 'home', owner: 'test', waitMs: 0 };
      await expect(withTarget(store, options, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
      expect(await withTarget(store, options, async (lease) => lease.remainingMs() > 0)).toBe(true);
    });

    test('lets only one at a time work on a target', async () => {
      const sides = [await fresh(), await bench.reopen()];
      let inside = 0;
      let most = 0;
      const work = async (): Promise<void> => {
        most = Math.max(most, (inside += 1));
        await new Promise((resolve) => setTimeout(resolve, 5));
        inside -= 1;
      };
      await Promise.all(
        [0, 1, 0, 1].map((side) =>
          withTarget(sides[side] as Store, { target: 'home', owner: 'test', waitMs: PATIENT_MS }, work),
        ),
      );
      expect(most).toBe(1);
    });

    test('keeps one journal until it is closed', async () => {
      const store = await fresh();
      await store.writeJournal('home', makeJournal());
      await store.writeJournal('home', makeJournal({ sent: 1 }));
      expect((await (await bench.reopen()).journal('home'))?.sent).toBe(1);
      await store.closeJournal('home');
      await store.closeJournal('home');
      expect(await store.journal('home')).toBeUndefined();
    });
  });

  describe(`backups and history of a store in ${kind}`, () => {
    afterEach(() => bench.end());

    test('returns a backup byte for byte, sealed', async () => {
      const store = await fresh();
      const text = 'api-keys:\r\n  - "sk-test-0001"\t# ключ\n\n';
      const record = await store.saveBackup(makeBackup({ text }));
      const backup = await (await bench.reopen()).readBackup('home', record.id);
      expect(backup.file.open()).toBe(text);
      expect(backup.bytes).toBe(Buffer.byteLength(text));
      expect(record.id).toMatch(/^20261123T180142Z-[0-9a-f]{8}$/);
      expect(JSON.stringify([record, backup])).not.toContain('sk-test-0001');
      expect(store.backupFile('home', record.id) ?? record.id).toContain(record.id);
    });

    test('lists backups newest first', async () => {
      const store = await fresh();
      for (const minutes of [1, 3, 2]) {
        await store.saveBackup(makeBackup({ at: NOW + minutes * 60_000, text: `debug: ${minutes}\n` }));
      }
      const ages = (await store.listBackups('home')).map(({ at }) => (at - NOW) / 60_000);
      expect(ages).toEqual([3, 2, 1]);
    });

    test('takes the same content in the same second for one backup, which stays pinned', async () => {
      const store = await fresh();
      const first = await store.saveBackup(makeBackup());
      const second = await store.saveBackup(makeBackup({ pinned: true }));
      expect(second.id).toBe(first.id);
      expect((await store.listBackups('home')).map(({ pinned }) => pinned)).toEqual([true]);
    });

    test('adds a backup that was kept elsewhere under its own ID, once, and keeps its pin', async () => {
      const elsewhere = await (await fresh()).saveBackup(makeBackup());
      const store = await fresh();
      const { file, json } = makeBackup();
      const kept = { ...elsewhere, pinned: true, id: '20200101T000000Z-1a2b3c4d', file, json };
      for (const _ of [1, 2]) await store.addBackup(kept);
      const own = (await store.listBackups('home')).filter(({ id }) => id === kept.id);
      expect(own).toEqual([{ ...elsewhere, id: kept.id, pinned: true }]);
      expect((await store.readBackup('home', kept.id)).file.open()).toBe(file.open());
      expect(await codesOf(store.addBackup({ ...kept, id: '../../key' }))).toEqual(['HF6007']);
      expect(await store.listArchives('home')).toEqual([]);
    });

    test('knows no backup of a made-up or hostile name', async () => {
      const store = await fresh();
      for (const id of ['20261123T180142Z-00000000', '../../key', '', 'latest'])
        expect(await codesOf(store.readBackup('home', id))).toEqual(['HF6007']);
      expect(await codesOf(store.pinBackup('home', '20261123T180142Z-00000000'))).toEqual(['HF6007']);
    });

    test('rotates backups by distinct content and age, but never pinned ones or that of an open journal', async () => {
      const store = await fresh();
      const save = async (text: string, pinned = false): Promise<string> => {
        bench.advance(60_000);
        const at = NOW + (await store.listBackups('home')).length * 60_000;
        return (await store.saveBackup(makeBackup({ text, pinned, at }))).id;
      };
      const first = await save('first: 1\n', true);
      const needed = await save('needed: 1\n');
      await store.writeJournal('home', makeJournal({ backup: needed }));
      for (const n of [1, 2, 3, 4, 5]) await save(`n: ${n}\n`);
      const kept = (await store.listBackups('home')).map(({ id }) => id);
      expect(kept).toEqual(expect.arrayContaining([first, needed]));
      expect(kept).toHaveLength(5);
      bench.advance(91 * 86_400_000);
      await store.closeJournal('home');
      await save('much: later\n');
      expect((await store.listBackups('home')).map(({ pinned }) => pinned)).toEqual(
        expect.arrayContaining([true, false]),
      );
      expect((await store.listBackups('home')).length).toBeLessThanOrEqual(3);
    });

    test('returns its history newest first, up to a limit', async () => {
      const store = await fresh();
      for (const id of ['h1', 'h2', 'h3']) await store.appendHistory('home', makeEntry(id));
      const again = await bench.reopen();
      expect((await again.history('home')).map(({ id }) => id)).toEqual(['h3', 'h2', 'h1']);
      expect((await again.history('home', 1)).map(({ id }) => id)).toEqual(['h3']);
    });

    test('chains what is appended, also from two sides at once', async () => {
      const sides = [await fresh(), await bench.reopen()];
      const ids = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6'];
      await Promise.all(ids.map((id, i) => sides[i % 2]?.appendHistory('home', makeEntry(id))));
      const store = await bench.reopen();
      const entries = await store.history('home');
      expect(entries.map(({ chain }) => chain?.n)).toEqual([6, 5, 4, 3, 2, 1]);
      expect(await verifyHistory(store, 'home')).toEqual({
        chained: true,
        entries: 6,
        before: 0,
        removed: 0,
        incomplete: 0,
        head: { n: 6, hash: entries[0]?.chain?.hash },
      });
    });

    test('begins the chain with the entries of an earlier version', async () => {
      const store = await fresh();
      await store.appendHistory('home', makeEntry('h0'));
      await store.update('home', { historyHead: undefined });
      await store.replaceHistory(
        'home',
        ['h1', 'h2'].map((id) => JSON.stringify(makeEntry(id))),
      );
      expect(await verifyHistory(store, 'home')).toMatchObject({ chained: false, entries: 2 });
      await store.appendHistory('home', makeEntry('h3'));
      expect(await verifyHistory(store, 'home')).toMatchObject({ entries: 3, before: 2, head: { n: 3 } });
      expect((await store.history('home')).map(({ id }) => id)).toEqual(['h3', 'h2', 'h1']);
      const [, second = '', third = ''] = await store.historyRecords('home');
      await store.replaceHistory('home', [second, third]);
      expect((await verifyHistory(store, 'home')).fault?.message).toBe('entry 1 is missing before it');
    });
  });
}
