// Backups for the child process, which runs without Jest.
import type { Backup } from '../../src/domain/state/backup.ts';
import { seal } from '../../src/domain/secret.ts';

export function makeBackupOf(n: number): Omit<Backup, 'id' | 'sha256' | 'bytes'> {
  return {
    target: 'home',
    at: Date.now(),
    reason: 'before-apply',
    build: { version: 'dev', commit: 'none', buildDate: 'unknown', supportsPlugins: false },
    pinned: false,
    file: seal(`n: ${n}\n${'# padding\n'.repeat(20_000)}`),
    json: seal('{}'),
  };
}
