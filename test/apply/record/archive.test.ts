// Archives in a transaction: when they are written, and what they contain.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import type { Checkpoint } from '../../../src/apply/apply.ts';
import { byHand } from '../../../src/apply/rollback/remedy.ts';
import type { Run } from '../../../src/apply/run/run.ts';
import { readArchive } from '../../../src/state/files/archive.ts';
import { openFileStore } from '../../../src/state/files/files.ts';
import { setup, teardown } from '../setup.ts';

const dirs: string[] = [];
afterEach(async () => {
  await teardown();
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true });
});

test('an archive is on disk before the journal and the first request', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-archive-'));
  dirs.push(dir);
  const identity = await generateIdentity();
  const backups = { dir: dir, recipients: [await identityToRecipient(identity)] };
  const fixture = await setup({ desired: 'request-retry: 5\n', faults: ['drop-writes=/request-retry'] });
  const store = await openFileStore({ dir: join(dir, 'state'), clock: fixture.clock, backups });
  const before = await fixture.file();
  const archives = (): readonly string[] => readdirSync(dir).filter((name) => name.endsWith('.age'));
  const counts = new Map<Checkpoint, number>();
  const outcome = await fixture.reconcile(
    {},
    { store, checkpoint: (point) => void counts.set(point, archives().length) },
  );
  const [name = ''] = archives();
  expect(outcome).toMatchObject({ kind: 'rolled-back', archive: join(dir, name) });
  expect(
    ['observed', 'backed-up', 'journalled', 'sending'].map((point) => counts.get(point as Checkpoint)),
  ).toEqual([0, 1, 1, 1]);
  for (const name of archives()) {
    const kept = await readArchive(join(dir, name), name, [identity]);
    expect([kept.file.open(), kept.target, kept.url]).toEqual([before, 'home', `${fixture.sandbox.url}/`]);
  }
});

test('the steps by hand say how to get the backup out of an archive, because the state directory may be gone', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-archive-'));
  dirs.push(dir);
  const recipients = [await identityToRecipient(await generateIdentity())];
  const { context, clock } = await setup();
  const stepsWith = async (backups: { dir: string; recipients: string[] }): Promise<string> => {
    const store = await openFileStore({ dir: join(dir, 'state'), clock, backups });
    const run = { context: { ...context, store } } as unknown as Run; // all that steps by hand are made from
    return byHand(run, '20261123T180142Z-1a2b3c4d').join('\n');
  };
  const file = join(dir, 'home-20261123T180142Z-1a2b3c4d.age');
  expect(await stepsWith({ dir, recipients })).toContain(
    `If that file no longer exists, take BACKUP from ${file}: age -d -i IDENTITY FILE | jq -j .file > BACKUP`,
  );
  expect(await stepsWith({ dir, recipients: [] })).not.toContain('age -d');
});
