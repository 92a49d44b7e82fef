import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createWatch, type Wait, waitFor, type Waits, type Watch } from '../../../src/daemon/core/watch.ts';
import { until } from '../../support/until.ts';

const QUIET_MS = 60;
const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

interface Watched {
  readonly dir: string;
  readonly watch: Watch;
  readonly count: () => number;
  /** Resolves when a change was reported since the last call. */
  told(): Promise<void>;
  /** How many changes are reported until no more are. */
  quiet(): Promise<number>;
}

async function watched(
  names: readonly string[],
  prepare: (dir: string) => Promise<void>,
  waits: Partial<Waits> = {},
): Promise<Watched> {
  const dir = await mkdtemp(join(tmpdir(), 'holdfast-watch-'));
  await prepare(dir);
  let count = 0;
  let seen = 0;
  const watch = createWatch(
    () => {
      count += 1;
    },
    (error) => {
      throw error;
    },
    { quiet: waitFor(QUIET_MS), ...waits },
  );
  open.push(async () => {
    await watch[Symbol.asyncDispose]();
    await rm(dir, { recursive: true, force: true });
  });
  await watch.follow({ paths: [], trees: names.map((name) => join(dir, name)) });
  return {
    dir,
    watch,
    count: () => count,
    told: async () => {
      await until(() => count > seen);
      seen = count;
    },
    quiet: async () => {
      const before = count;
      for (let last = -1; last !== count;) {
        last = count;
        await pause(QUIET_MS * 3);
        await idle();
      }
      return count - before;
    },
  };
}

/** A wait that ends when the test says so. */
function byHand() {
  const waiting = new Set<() => void>();
  let waits = 0;
  const wait: Wait = (act) => {
    waits += 1;
    waiting.add(act);
    return () => waiting.delete(act);
  };
  return {
    wait,
    waits: () => waits,
    pending: () => waiting.size,
    pass() {
      for (const act of waiting) act();
      waiting.clear();
    },
  };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
/** Resolves when no file operation has been under way for some turns: chokidar has looked at what it heard of. */
async function idle(): Promise<void> {
  for (let turns = 0; turns < 8; turns += 1) {
    await new Promise((turn) => setImmediate(turn));
    if (process.getActiveResourcesInfo().some((name) => name.startsWith('FSReq'))) turns = 0;
  }
}
const directory = async (dir: string): Promise<void> => {
  await mkdir(join(dir, 'desired-state'));
  await writeFile(join(dir, 'desired-state', 'a.yaml'), 'debug: false\n');
};

describe('watching', () => {
  test('a file that is written, and a new file, are reported', async () => {
    const { dir, told } = await watched(['desired-state'], directory);
    await writeFile(join(dir, 'desired-state', 'a.yaml'), 'debug: true\n');
    await told();
    await writeFile(join(dir, 'desired-state', 'b.yaml'), 'request-retry: 1\n');
    await told();
  });

  test('many changes at once are reported once', async () => {
    const quiet = byHand();
    const { dir, count } = await watched(['desired-state'], directory, { quiet: quiet.wait });
    for (let i = 0; i < 10; i += 1) await writeFile(join(dir, 'desired-state', `${i}.yaml`), '');
    await until(() => quiet.waits() >= 10);
    quiet.pass();
    expect(count()).toBe(1);
  });

  test('changes that never pause are reported too, once', async () => {
    const [quiet, longest] = [byHand(), byHand()];
    const { dir, count } = await watched(['desired-state'], directory, {
      quiet: quiet.wait,
      longest: longest.wait,
    });
    const change = async (): Promise<void> => {
      const before = quiet.waits();
      await writeFile(join(dir, 'desired-state', 'a.yaml'), `request-retry: ${before}\n`);
      await until(() => quiet.waits() > before);
    };
    for (let i = 0; i < 5; i += 1) await change();
    expect(longest.waits()).toBe(1);
    longest.pass();
    expect([count(), quiet.pending()]).toEqual([1, 0]);
    await change();
    expect(longest.waits()).toBe(2);
  });

  test('an atomic save, and the next one, are reported', async () => {
    const { dir, told } = await watched(['holdfast.yaml'], (dir) =>
      writeFile(join(dir, 'holdfast.yaml'), '1'),
    );
    for (const text of ['2', '3', '4']) {
      await writeFile(join(dir, '.holdfast.yaml.tmp'), text);
      await rename(join(dir, '.holdfast.yaml.tmp'), join(dir, 'holdfast.yaml'));
      await told();
    }
  });

  test('a file that is deleted, and comes back, is reported', async () => {
    const { dir, told } = await watched(['secret'], (dir) => writeFile(join(dir, 'secret'), '1'));
    await rm(join(dir, 'secret'));
    await told();
    await writeFile(join(dir, 'secret'), '2');
    await told();
  });

  test('a directory that disappears, and comes back, is reported, and so are changes in it', async () => {
    const { dir, told, quiet, count } = await watched(['desired-state'], directory);
    await rm(join(dir, 'desired-state'), { recursive: true });
    await told();
    await directory(dir);
    await told();
    await quiet();
    const before = count();
    await until(async () => {
      await writeFile(join(dir, 'desired-state', 'a.yaml'), 'debug: true\n'); // again, until it is watched
      await quiet(); // a change is reported only after a pause without others
      return count() > before;
    });
  });

  test('a directory that is swapped by a symbolic link is reported', async () => {
    const { dir, told, watch } = await watched(['current'], async (dir) => {
      for (const release of ['one', 'two']) {
        await mkdir(join(dir, release));
        await writeFile(join(dir, release, 'a.yaml'), release);
      }
      await symlink('one', join(dir, 'current'));
    });
    await symlink('two', join(dir, 'next'));
    await rename(join(dir, 'next'), join(dir, 'current'));
    await told();
    await watch.follow({ paths: [], trees: [join(dir, 'current')] });
    await writeFile(join(dir, 'two', 'a.yaml'), 'changed');
    await told();
  });

  test('a swap of the inner link of a mounted directory of secrets is reported', async () => {
    const { dir, told } = await watched(['desired-state'], async (dir) => {
      const mounted = join(dir, 'desired-state');
      for (const version of ['..1', '..2']) {
        await mkdir(join(mounted, version), { recursive: true });
        await writeFile(join(mounted, version, 'a.yaml'), version);
      }
      await symlink('..1', join(mounted, '..data'));
      await symlink(join('..data', 'a.yaml'), join(mounted, 'a.yaml'));
    });
    await symlink('..2', join(dir, 'desired-state', '..next'));
    await rename(join(dir, 'desired-state', '..next'), join(dir, 'desired-state', '..data'));
    await told();
  });

  test('siblings of the watched paths, state and version control are not reported', async () => {
    const { dir, quiet } = await watched(['desired-state', 'holdfast.yaml'], async (dir) => {
      await directory(dir);
      await writeFile(join(dir, 'holdfast.yaml'), '');
    });
    await mkdir(join(dir, 'state'));
    await mkdir(join(dir, 'desired-state', '.git'));
    await writeFile(join(dir, 'state', 'home.json'), '{}');
    await writeFile(join(dir, 'desired-state', '.git', 'index'), '');
    await writeFile(join(dir, 'other.yaml'), '');
    expect(await quiet()).toBe(0);
  });

  test('circular links are followed once, and changes behind them are reported', async () => {
    const { dir, told } = await watched(['desired-state'], async (dir) => {
      await directory(dir);
      await mkdir(join(dir, 'shared'));
      await writeFile(join(dir, 'shared', 'b.yaml'), '1');
      await writeFile(join(dir, 'elsewhere.yaml'), '1');
      for (let i = 0; i < 10; i += 1) await symlink('.', join(dir, 'desired-state', `round-${i}`));
      await symlink('..', join(dir, 'desired-state', 'up'));
      await symlink('../shared', join(dir, 'desired-state', 'shared'));
      await symlink('../elsewhere.yaml', join(dir, 'desired-state', 'c.yaml'));
    });
    for (const name of ['desired-state/a.yaml', 'shared/b.yaml', 'elsewhere.yaml']) {
      await writeFile(join(dir, name), '2');
      await told();
    }
  });

  test('a new directory is reported again once it is watched, and so are changes in it', async () => {
    const { dir, told, quiet, watch } = await watched(['desired-state'], directory);
    const trees = [join(dir, 'desired-state')];
    await mkdir(join(dir, 'desired-state', 'new', 'deep'), { recursive: true });
    await told();
    await watch.follow({ paths: [], trees });
    await told();
    await quiet();
    await writeFile(join(dir, 'desired-state', 'new', 'deep', 'b.yaml'), '');
    await told();
    await watch.follow({ paths: [], trees });
    await quiet();
    expect(await quiet()).toBe(0);
  });

  test('a directory that is only referred to is watched itself, not its content', async () => {
    const { dir, watch, quiet } = await watched([], (dir) => mkdir(join(dir, 'secrets')));
    await watch.follow({ paths: [join(dir, 'secrets')], trees: [] });
    await mkdir(join(dir, 'secrets', 'inner'));
    await quiet();
    await writeFile(join(dir, 'secrets', 'inner', 'a'), '');
    expect(await quiet()).toBe(0);
  });

  test('nothing is reported after the end', async () => {
    const { dir, watch, quiet } = await watched(['desired-state'], directory);
    await watch[Symbol.asyncDispose]();
    await writeFile(join(dir, 'desired-state', 'a.yaml'), 'debug: true\n');
    expect(await quiet()).toBe(0);
  });
});
