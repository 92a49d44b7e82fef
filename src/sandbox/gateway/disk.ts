// The gateway's config.yaml on disk: read, truncate-and-write (never a rename, C v0 §6.2 step 6), with the gateway's
// error messages. Knows no YAML.
import { createHash, randomInt } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface Disk {
  readonly path: string;
  /** Undefined: there is no such file, or it can't be read. */
  read(): string | undefined;
  /** Undefined: written. Otherwise the reason why not. */
  write(text: string): string | undefined;
  /** Why the file can't be opened for reading, for the message of a failed save. */
  problem(): string;
  /** Why no file can be created next to it, as `PUT /config.yaml` does to validate (C v0 §2.3 step 3). */
  validationProblem(): string | undefined;
}

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EISDIR: 'is a directory',
  EROFS: 'read-only file system',
};

const WRITE = 0o222;
const READ = 0o444;

/** Also refuses what only the file mode forbids, so that such a file behaves the same if the owner is root. */
const forbidden = (path: string, bits: number): boolean =>
  ((statSync(path, { throwIfNoEntry: false })?.mode ?? bits) & bits) === 0;

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
      if (forbidden(path, READ)) return undefined;
      const read = tried(() => readFileSync(path, 'utf8'));
      return 'done' in read ? read.done : undefined;
    },
    write: (text) => {
      if (forbidden(path, WRITE)) return `open ${path}: ${WORDS['EACCES']}`;
      const written = tried(() => writeFileSync(path, text));
      return 'error' in written ? reason(path, written.error) : undefined;
    },
    problem: () => {
      if (forbidden(path, READ)) return `open ${path}: ${WORDS['EACCES']}`;
      const read = tried(() => readFileSync(path));
      return 'error' in read ? reason(path, read.error) : '';
    },
    validationProblem: () =>
      forbidden(dirname(path), WRITE)
        ? `open ${join(dirname(path), `config-validate-${randomInt(1e9, 4e9)}.yaml`)}: ${WORDS['EACCES']}`
        : undefined,
  };
}

/** SHA-256, hex. */
export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
