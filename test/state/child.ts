// Another process that works on a state directory until it is killed: `hold DIR` keeps the lock, `write DIR` keeps
// writing.
import { openFileStore } from '../../src/state/files/files.ts';
import { makeBackupOf } from './child-backup.ts';

const [what = '', dir = ''] = process.argv.slice(2);
const store = await openFileStore({ dir, clock: { now: Date.now, sleep: async () => undefined } });

if (what === 'hold') {
  await store.lock('home', 'child of a test');
  process.send?.('ready');
  setInterval(() => undefined, 1000);
} else {
  const write = (n: number): Promise<void> =>
    store.update('home', { released: Array.from({ length: 2000 }, () => `path-${n}`) });
  await write(0);
  process.send?.('ready');
  for (let n = 1; ; n += 1) await Promise.all([write(n), store.saveBackup(makeBackupOf(n))]);
}
