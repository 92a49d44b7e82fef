// A stored backup as the engine compares it: its text parsed, its content known.
import { createHash } from 'node:crypto';
import { parseDocument } from '../../yaml/document.ts';
import type { Backup } from '../../domain/state/backup.ts';
import type { LiveFile } from '../../domain/live.ts';
import { fail, HoldfastError } from '../../domain/problem/problem.ts';
import { seal } from '../../domain/secret.ts';
import type { LiveRun } from '../run/run.ts';

export interface StoredFile {
  readonly record: Backup;
  readonly file: LiveFile;
}

/** Rejects with HF5040 where there is no such backup, HF5041 where it isn't YAML. */
export async function readStored(run: LiveRun, id: string): Promise<StoredFile> {
  const { store, target } = run.context;
  const backup = await store.readBackup(target.name, id).catch((error: unknown) => {
    if (!(error instanceof HoldfastError)) throw error;
    throw fail(
      'HF5040',
      `backup ${id} can't be read: ${error.message}`,
      { target: target.name },
      { cause: error },
    );
  });
  return compared(run, backup);
}

/** Rejects with HF5041 where it isn't YAML. */
export function compared(run: LiveRun, record: Backup): StoredFile {
  const { target } = run.context;
  const text = record.file.open();
  const document = parseDocument(text);
  if ('ok' in document)
    throw fail('HF5041', `backup ${record.id} can't be parsed: ${document.message}`, { target: target.name });
  const hash = createHash('sha256').update(text).digest('hex');
  const parsed = run.dialect.parse(text);
  return {
    record,
    file: { text: record.file, hash, document: seal('ok' in parsed ? document : parsed) },
  };
}
