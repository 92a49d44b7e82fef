// Takes backups: the gateway's own file and memory view before a write. Without a backup, nothing is written.
import type { BackupRecord } from '../../domain/state/backup.ts';
import { fail, HoldfastError } from '../../domain/problem/problem.ts';
import { seal } from '../../domain/secret.ts';
import type { DeepLive } from '../run/read.ts';
import { type Run, reached, step } from '../run/run.ts';

/** Before a write that no guard judges. Throws HF5008 where no backup outlives the run and nobody allowed that. */
export function requireLasting({ context: { target, backupsVanish } }: Run): void {
  if (backupsVanish === undefined) return;
  if (target.policy.allow.some(({ guard }) => guard === 'no-lasting-backup')) return;
  throw fail('HF5008', `no backup would outlive this run: ${backupsVanish}`, { target: target.name });
}

export async function takeBackup(
  run: Run,
  live: DeepLive,
  reason: BackupRecord['reason'],
): Promise<BackupRecord> {
  const { store, target } = run.context;
  try {
    const first = (await store.listBackups(target.name)).length === 0;
    const record = await store.saveBackup({
      target: target.name,
      at: live.readAt,
      reason,
      build: live.build,
      url: target.url.href,
      pinned: first || reason === 'pre-rollback' || reason === 'manual',
      file: live.file.text,
      json: seal(JSON.stringify(live.memory.open())),
    });
    step(run, 'backup', record.id);
    reached(run, 'backed-up');
    return record;
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    throw fail(
      'HF5006',
      `no backup could be created: ${error.message}`,
      { target: target.name },
      { cause: error },
    );
  }
}
