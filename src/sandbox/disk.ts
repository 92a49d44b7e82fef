// The gateway's config.yaml on disk: read, truncate-and-write (never a rename, C v0 §6.2 step 6), the errors in the
// gateway's words. Knows no YAML.
import { createHash } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

export interface Disk {
  readonly path: string;
  /** Undefined: there is no such file, or it cannot be read. */
  read(): string | undefined;
  /** Undefined: written. Otherwise why not. */
  write(text: string): string | undefined;
  /** Why the file cannot be opened for reading, for the message of a failed save. */
  problem(): string;
  /** Whether a file could be made beside it, as `PUT /config.yaml` does to validate (C v0 §2.3 step 3). */
  directoryWritable(): boolean;
}

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EISDIR: 'is a directory',
  EROFS: 'read-only file system',
};

/** Also refuses what only its mode forbids, so that a read-only file behaves the same when the owner is root. */
const forbidden = (path: string): boolean =>
  ((statSync(path, { throwIfNoEntry: false })?.mode ?? 0o222) & 0o222) === 0;

function reason(path: string, error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  return `open ${path}: ${WORDS[code] ?? code}`;
}

function tried<T>(act: () => T): { readonly done: T } | { readonly error: unknown } {
  try {
    return { done: act() };
  } catch (error) {
    return { error };
  }
}

export function diskOf(path: string): Disk {
  return {
    path,
    read: () => {
      const read = tried(() => readFileSync(path, 'utf8'));
      return 'done' in read ? read.done : undefined;
    },
    write: (text) => {
      if (forbidden(path)) return `open ${path}: ${WORDS['EACCES']}`;
      const written = tried(() => writeFileSync(path, text));
      return 'error' in written ? reason(path, written.error) : undefined;
    },
    problem: () => {
      const read = tried(() => readFileSync(path));
      return 'error' in read ? reason(path, read.error) : '';
    },
    directoryWritable: () => !forbidden(dirname(path)),
  };
}

/** SHA-256, hex. */
export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
