// How targets are called on disk.
import { createHash } from 'node:crypto';

/** Names that any file system can hold and that do not meet when it ignores case; others get a digest. */
export function directoryName(target: string): string {
  if (/^[a-z0-9][a-z0-9_-]{0,59}$/.test(target)) return target;
  const plain = target
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, '-')
    .slice(0, 40);
  return `${plain}.${createHash('sha256').update(target).digest('hex').slice(0, 12)}`;
}
