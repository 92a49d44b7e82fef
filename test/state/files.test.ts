import { execFileSync, fork } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { seal } from '../../src/domain/secret.ts';
import { copyTarget } from '../../src/state/copy.ts';
import { authMemoryOf } from '../../src/state/auth-memory.ts';
import { readBeat } from '../../src/state/files/heartbeat.ts';
import { explained } from '../../src/state/files/disk.ts';
import { detectionMemoryOf } from '../../src/state/detection-memory.ts';
import { type FileStoreOptions, openFileStore } from '../../src/state/files/files.ts';
import { knownFilesWith, knownValuesOf } from '../../src/state/known-values.ts';
import type { Store } from '../../src/state/store.ts';
import { verifyHistory } from '../../src/state/verify-history.ts';
import {
  codesOf,
  conformsToStore,
  makeBackup,
  makeEntry,
  makeJournal,
  NOW,
  PATIENT_MS,
} from './conformance.ts';

const dirs: string[] = [];

function newDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-state-'));
  dirs.push(dir);
  return join(dir, '.holdfast');
}

afterEach(() => {
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true });
});

const clock = { now: () => NOW, sleep: async () => undefined };
const open = (dir: string, more: Partial<FileStoreOptions> = {}): Promise<Store> =>
  openFileStore({ dir, clock, ...more });

conformsToStore('a directory', async () => {
  const dir = newDir();
  let now = NOW;
  const options = {
    dir,
    clock: { now: () => now, sleep: async () => undefined },
    keep: { distinct: 3, ms: 90 * 86_400_000 },
  };
  return {
    create: () => openFileStore(options),
    reopen: () => openFileStore(options),
    advance: (ms) => {
      now += ms;
    },
    end: async () => undefined,
  };
});

describe('the directory', () => {
  test('is for its owner alone, and for no repository', async () => {
    const dir = newDir();
    const store = await open(dir);
    await store.update('home', { workingKey: 0 });
    await store.writeJournal('home', makeJournal());
    await store.appendHistory('home', makeEntry('h1'));
    await store.saveBackup(makeBackup());
    for (const name of readdirSync(dir, { recursive: true, encoding: 'utf8' })) {
      const at = statSync(join(dir, name));
      expect([name, at.mode & 0o777]).toEqual([name, at.isDirectory() ? 0o700 : 0o600]);
    }
    expect(readFileSync(join(dir, '.gitignore'), 'utf8')).toMatch(/^\*$/m);
  });

  test('stores hostile target names in separate directories', async () => {
    const dir = newDir();
    const store = await open(dir);
    for (const name of ['../../escape', 'a/b', 'ümlaut', 'CON', '', '.', 'x'.repeat(300)]) {
      await store.update(name, { released: [name] });
      expect((await store.read(name)).released).toEqual([name]);
    }
    expect(readdirSync(join(dir, 'targets'))).toHaveLength(7);
    expect(existsSync(join(dir, '../escape'))).toBe(false);
  });

  test('is made, but not the directories above it', async () => {
    expect(await codesOf(open(join(newDir(), 'deeper', 'still')))).toEqual(['HF6003']);
  });

  test("is refused if a file is in its place, or if it can't be written", async () => {
    const dir = newDir();
    writeFileSync(dir, 'not a directory');
    expect(await codesOf(open(dir))).toEqual(['HF6003']);
  });

  test("of a newer version isn't changed", async () => {
    const dir = newDir();
    await open(dir);
    writeFileSync(join(dir, 'store.json'), '{"format":2}');
    expect(await codesOf(open(dir))).toEqual(['HF6008']);
  });

  test('with a damaged key does not silently get a new one', async () => {
    const dir = newDir();
    await open(dir);
    writeFileSync(join(dir, 'key'), 'short');
    expect(await codesOf(open(dir))).toEqual(['HF6003']);
  });

  test('is opened by several at once with one key', async () => {
    const dir = newDir();
    const stores = await Promise.all([open(dir), open(dir), open(dir)]);
    expect(new Set(stores.map((store) => store.hash('x'))).size).toBe(1);
    expect(stores.filter(({ isNew }) => isNew)).toHaveLength(1);
  });

  test('that is read-only can be read', async () => {
    const dir = newDir();
    await (await open(dir)).update('home', { workingKey: 2 });
    chmodSync(join(dir, 'targets', 'home'), 0o500);
    try {
      expect((await (await open(dir)).read('home')).workingKey).toBe(2);
    } finally {
      chmodSync(join(dir, 'targets', 'home'), 0o700);
    }
  });
});

describe('a damaged record', () => {
  test.each([
    ['state.json', (store: Store) => store.read('home')],
    ['journal.json', (store: Store) => store.journal('home')],
  ])('is moved aside and reported, not taken for a missing one: %s', async (name, read) => {
    const dir = newDir();
    const store = await open(dir);
    await store.update('home', { workingKey: 0 });
    await store.writeJournal('home', makeJournal());
    writeFileSync(join(dir, 'targets/home', name), '{"half":');
    expect(await codesOf(read(store))).toEqual(['HF6005']);
    const [report] = await store.damaged('home');
    expect([report?.code, report?.message]).toEqual(['HF6005', expect.stringContaining(name)]);
    await read(store);
  });

  test.each(['{"half":', '{"ops":{"home":{"standing":7}}}'])(
    'of what channels were sent: %s',
    async (text) => {
      const dir = newDir();
      const store = await open(dir);
      writeFileSync(join(dir, 'told.json'), text);
      expect(await codesOf(store.notified())).toEqual(['HF6005']);
      expect(await store.notified()).toEqual({});
    },
  );

  test('of a backup is found by its hash', async () => {
    const store = await open(newDir());
    const { id } = await store.saveBackup(makeBackup());
    appendFileSync(store.backupFile('home', id) ?? '', '# somebody was here\n');
    expect(await codesOf(store.readBackup('home', id))).toEqual(['HF6006']);
  });

  test('of the history costs one entry', async () => {
    const dir = newDir();
    const store = await open(dir);
    await store.appendHistory('home', makeEntry('h1'));
    appendFileSync(join(dir, 'targets/home/history.jsonl'), '{"id":"torn');
    await store.appendHistory('home', makeEntry('h2'));
    expect((await store.history('home')).map(({ id }) => id)).toEqual(['h2', 'h1']);
    expect(await verifyHistory(store, 'home')).toMatchObject({ entries: 2, incomplete: 1, head: { n: 2 } });
    expect((await verifyHistory(store, 'home')).fault).toBeUndefined();
  });

  test('skips invalid lines in history and checks', async () => {
    const dir = newDir();
    const store = await open(dir);
    const look = {
      at: 1,
      trigger: 'start',
      outcome: 'in-sync',
      differences: 0,
      durationMs: 1,
      requests: 1,
    } as const;
    await store.appendHistory('home', makeEntry('h1'));
    await store.appendLook('home', look);
    for (const file of ['history.jsonl', 'looks.jsonl'])
      appendFileSync(join(dir, 'targets/home', file), '{"id":"h0","at":"x"}\n"text"\n[1]\nnull\n');
    expect((await store.history('home')).map(({ id }) => id)).toEqual(['h1']);
    expect(await store.looks('home')).toEqual([look]);
  });
});

describe('the history', () => {
  test('stays within its bound and keeps the newest', async () => {
    const dir = newDir();
    const store = await open(dir);
    const bulky = { changes: ['x'.repeat(300_000)] };
    for (let i = 0; i < 20; i += 1) await store.appendHistory('home', makeEntry(`h${i}`, bulky));
    expect(statSync(join(dir, 'targets/home/history.jsonl')).size).toBeLessThan(5 * 1024 * 1024);
    expect((await store.history('home', 1))[0]?.id).toBe('h19');
    const { entries, removed, fault } = await verifyHistory(store, 'home');
    expect([entries + removed, removed > 0, fault]).toEqual([20, true, undefined]);
  });
});

describe('a copy of the history', () => {
  test('keeps its hash chain, and refuses a destination with entries of its own', async () => {
    const from = await openFileStore({ dir: newDir(), clock });
    const to = await openFileStore({ dir: newDir(), clock, hashKey: from.hashKey });
    for (const id of ['h1', 'h2']) await from.appendHistory('home', makeEntry(id));
    expect(await copyTarget(from, to, 'home')).toMatchObject({ history: 2 });
    await from.appendHistory('home', makeEntry('h3'));
    expect(await copyTarget(from, to, 'home')).toMatchObject({ history: 1 });
    expect(await verifyHistory(to, 'home')).toEqual(await verifyHistory(from, 'home'));
    await to.appendHistory('home', makeEntry('h4'));
    expect(await copyTarget(from, to, 'home')).toMatchObject({ history: 0 });
    await from.appendHistory('home', makeEntry('h5'));
    expect(await codesOf(copyTarget(from, to, 'home'))).toEqual(['HF6022']);
    expect((await to.history('home')).map(({ id }) => id)).toEqual(['h4', 'h3', 'h2', 'h1']);
  });
});

const CHILD = join(import.meta.dirname, 'child.ts');

/** Runs test/state/child.ts and resolves once it reports that it is ready. */
async function startChild(...args: string[]): Promise<{ pid: number; kill(): Promise<void> }> {
  const child = fork(CHILD, args, { execArgv: ['--no-warnings'], stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    child.once('message', () => resolve());
    child.once('exit', (code) => reject(new Error(`the child ended with ${code}`)));
  });
  return {
    pid: child.pid ?? 0,
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

describe('several processes', () => {
  test('keep each other out, and a dead one is replaced at once on the same machine', async () => {
    const dir = newDir();
    const store = await open(dir);
    const child = await startChild('hold', dir);
    await expect(store.lock('home', 'test')).rejects.toThrow(`process ${child.pid}`);
    await child.kill();
    const lease = await store.lock('home', 'test', { waitMs: PATIENT_MS });
    expect(lease.remainingMs()).toBeGreaterThan(0);
    await lease.release();
  });

  test('of another machine that died is replaced when its lease ends', async () => {
    const dir = newDir();
    const store = await open(dir);
    await store.update('home', {});
    const lock = join(dir, 'targets/home/lock');
    mkdirSync(lock);
    const note = {
      token: 't',
      owner: 'apply',
      host: 'elsewhere',
      machine: 'elsewhere',
      pid: 1,
      since: '2026-11-23',
    };
    writeFileSync(join(dir, 'targets/home/holder.json'), JSON.stringify(note));
    await expect(store.lock('home', 'test')).rejects.toThrow('process 1 on elsewhere');
    utimesSync(lock, 0, 0); // it was renewed long ago
    const lease = await store.lock('home', 'test', { waitMs: 0 });
    expect(lease.remainingMs()).toBeGreaterThan(0);
    await lease.release();
  });

  test('that died between taking the lock and saying so is replaced at once', async () => {
    const dir = newDir();
    const store = await open(dir);
    await store.update('home', {});
    mkdirSync(join(dir, 'targets/home/lock'));
    const lease = await store.lock('home', 'test', { waitMs: 0 });
    expect(lease.remainingMs()).toBeGreaterThan(0);
    await lease.release();
  });

  test('lose the lease when another has taken over', async () => {
    const dir = newDir();
    const store = await open(dir);
    const lease = await store.lock('home', 'test');
    const note = join(dir, 'targets/home/holder.json');
    const other = { ...(JSON.parse(readFileSync(note, 'utf8')) as object), token: 'other' };
    writeFileSync(note, JSON.stringify(other));
    expect(lease.remainingMs()).toBe(0);
    await lease.release();
    expect(existsSync(note)).toBe(true);
  });

  test('may die while they write: every record is the old one or the new one', async () => {
    const dir = newDir();
    const store = await open(dir);
    for (const delay of [3, 11, 23, 40]) {
      const child = await startChild('write', dir);
      await new Promise((resolve) => setTimeout(resolve, delay));
      await child.kill();
      const { released = [] } = await store.read('home');
      expect(released).toHaveLength(2000);
      expect(new Set(released).size).toBe(1);
      for (const { id } of await store.listBackups('home')) await store.readBackup('home', id);
      await store.update('home', { workingKey: delay });
      expect((await store.read('home')).workingKey).toBe(delay);
      expect(await store.damaged('home')).toEqual([]);
    }
  });
});

describe('a full disk', () => {
  test('is reported as full', async () => {
    if (!existsSync('/dev/full')) return;
    const full = explained('/dev/full', async () => writeFileSync('/dev/full', 'x'));
    expect(await codesOf(full)).toEqual(['HF6004']);
  });
});

describe('what is remembered for the gateway client', () => {
  test('blocks exactly the keys that failed, and stores none of them', async () => {
    const dir = newDir();
    const store = await open(dir);
    const memory = authMemoryOf(store, 'home');
    const keys = [seal('mgmt-secret-1'), seal('mgmt-secret-2')];
    await memory.remember(keys, { until: NOW + 1000, reason: 'wrong key' });
    expect(await memory.blocked(keys)).toMatchObject({ until: NOW + 1000, reason: 'wrong key' });
    expect(await memory.blocked(keys.toReversed())).toBeDefined();
    expect(await memory.blocked([seal('mgmt-secret-3')])).toBeUndefined();
    expect(readFileSync(join(dir, 'targets/home/state.json'), 'utf8')).not.toContain('mgmt-secret');
    await memory.worked(1);
    expect([await memory.blocked(keys), await memory.workingKey()]).toEqual([undefined, 1]);
  });

  test('is the API generation of one build', async () => {
    const memory = detectionMemoryOf(await open(newDir()), 'home');
    await memory.remember('v7.2.140 abc', 'v0');
    expect([await memory.recall('v7.2.140 abc'), await memory.recall('v8.0.1 def')]).toEqual([
      'v0',
      undefined,
    ]);
  });

  test('is what values a path had in files that were verified', async () => {
    const store = await open(newDir());
    const live = (text: string, memory: object) => ({
      memory: seal(memory as Record<string, never>),
      file: { text: seal(text), hash: '', document: seal({ text, root: undefined }) },
    });
    let state = {};
    state = {
      ...state,
      ...knownFilesWith(store, state, live('a', { debug: false, routing: { strategy: 'rr' } })),
    };
    state = { ...state, ...knownFilesWith(store, state, live('b', { debug: true, 'api-keys': ['k'] })) };
    expect(knownFilesWith(store, state, live('b', { debug: true, 'api-keys': ['k'] }))).toEqual({});
    const known = knownValuesOf(store, state);
    expect([known.had('debug', false), known.had('debug', true), known.had('debug', 'x')]).toEqual([
      true,
      true,
      false,
    ]);
    expect([
      known.had('api-keys', undefined),
      known.had('api-keys', ['k']),
      known.had('api-keys', ['z']),
    ]).toEqual([true, true, false]);
    expect([known.had('routing.strategy', 'rr'), known.isKnownFile('a'), known.isKnownFile('c')]).toEqual([
      true,
      true,
      false,
    ]);
    expect(JSON.stringify(state)).not.toContain('rr');
  });
});

describe('a record that was edited by hand', () => {
  const tampered: readonly (readonly [string, string])[] = [
    ['a list that is a text', '{"released":"debug"}'],
    ['a time that no date can hold', '{"suspension":{"until":1e300,"reason":"x"}}'],
    ['images that are none', '{"knownImages":[null]}'],
    ['a last apply without hashes', '{"lastApplied":{"at":1,"revision":{"digest":"d"},"placed":[]}}'],
  ];

  test.each(tampered)('is damaged: %s', async (_, text) => {
    const dir = newDir();
    const store = await open(dir);
    await store.update('home', { wayBack: 'x' });
    writeFileSync(join(dir, 'targets/home/state.json'), text);
    expect(await codesOf(store.read('home'))).toEqual(['HF6005']);
    expect(await store.read('home')).toEqual({});
  });

  test('is damaged too where it is the journal', async () => {
    const dir = newDir();
    const store = await open(dir);
    await store.update('home', { wayBack: 'x' });
    writeFileSync(join(dir, 'targets/home/journal.json'), '{"id":"x","footprint":["["]}');
    expect(await codesOf(store.journal('home'))).toEqual(['HF6005']);
    expect(await store.journal('home')).toBeUndefined();
  });

  test('takes nothing from a prototype, and keeps what a later version added', async () => {
    const dir = newDir();
    const store = await open(dir);
    await store.update('home', { wayBack: 'x' });
    const file = join(dir, 'targets/home/state.json');
    writeFileSync(file, '{"__proto__":{"suspension":{"until":1,"reason":"x"}},"later":1}');
    expect((await store.read('home')).suspension).toBeUndefined();
    await store.update('home', { wayBack: 'y' });
    expect(readFileSync(file, 'utf8')).toContain('"later":1');
  });
});

describe('a disk that fills up while a record is written', () => {
  test('leaves the record as it was, and no partial file next to it', () => {
    const dir = newDir();
    mkdirSync(dir);
    const file = join(dir, 'state.json');
    writeFileSync(file, 'old');
    const disk = new URL('../../src/state/files/disk.ts', import.meta.url).href;
    const script = `import { writeWhole } from '${disk}';
      await writeWhole('${file}', 'x'.repeat(20000)).then(() => console.log('written'), (error) => console.log(error.message));`;
    // A bound on the size of files stands in for the disk: the first write is cut short, the second fails.
    const said = execFileSync(
      'bash',
      ['-c', 'trap "" XFSZ; ulimit -f 4; exec "$0" --input-type=module -e "$1"', process.execPath, script],
      { encoding: 'utf8' },
    );
    expect(said).toContain('HF6003');
    expect(readFileSync(file, 'utf8')).toBe('old');
    expect(readdirSync(dir)).toEqual(['state.json']);
  });
});

describe('the sign of life', () => {
  const beat = { at: NOW, pid: 42, problems: ['loop: late by 12000 ms'] };

  test('replaces the one before, for the owner alone', async () => {
    const dir = newDir();
    const store = await open(dir);
    await store.writeBeat({ ...beat, problems: [] });
    await store.writeBeat(beat);
    expect(await readBeat(dir, NOW)).toEqual(beat);
    expect(statSync(join(dir, 'beat.json')).mode & 0o777).toBe(0o600);
  });

  test('is none where no daemon ran, and an error where it is damaged', async () => {
    const dir = newDir();
    await open(dir);
    expect(await readBeat(dir, NOW)).toBeUndefined();
    writeFileSync(join(dir, 'beat.json'), '{"at":"yesterday"}');
    await expect(readBeat(dir, NOW)).rejects.toMatchObject({ problems: [{ code: 'HF6005' }] });
  });

  test("can't be written if nothing can be", async () => {
    const dir = newDir();
    const store = await open(dir);
    rmSync(dir, { recursive: true });
    await expect(store.writeBeat(beat)).rejects.toMatchObject({ problems: [{ code: 'HF6003' }] });
  });
});
