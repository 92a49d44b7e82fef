// The names of targets on disk.
import { createHash } from 'node:crypto';

/** Names that are valid on any file system and unique if it ignores case; others get a digest. */
export function directoryName(target: string): string {
  if (/^[a-z0-9][a-z0-9_-]{0,59}$/.test(target)) return target;
  const plain = target
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, '-')
    .slice(0, 40);
  return `${plain}.${createHash('sha256').update(target).digest('hex').slice(0, 12)}`;
}
