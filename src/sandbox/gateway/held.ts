// The state of the running process, and how a text becomes that state: the loader with its hashing of a plaintext
// secret (C v0 §1.4). Knows no HTTP and no timing.
import type { LoadOptions, Memory } from '../../gateway/model/model.ts';
import { credentialsOf } from '../../gateway/v7/credentials.ts';
import type { Dialect } from '../../gateway/dialect.ts';
import { type Disk, hashOf } from './disk.ts';
import type { LoadFailure } from '../../yaml/failure.ts';

/** Changes while the process runs; `memory` also by field writes, the rest only by loads. */
export interface Held {
  memory: Memory;
  runtime: Memory;
  authIndex: ReadonlyMap<string, string>;
  /** Of the file at the end of the last load. */
  loadedHash: string;
}

export function holds(memory: Memory, disk: Disk): Held {
  return { memory, runtime: memory, authIndex: indexesOf(memory), loadedHash: hashOf(disk.read() ?? '') };
}

/** Replaces everything with the result of a load. */
export function install(held: Held, memory: Memory, disk: Disk): void {
  Object.assign(held, holds(memory, disk));
}

const indexesOf = (memory: Memory): ReadonlyMap<string, string> =>
  new Map(credentialsOf(memory).map(({ id, index }) => [id, index]));

export type LoadText = (text: string) => Memory | LoadFailure;

/** Loads a text; if the load rewrites the file (a plaintext secret, C v0 §1.4), the file is written. */
export function textLoader(disk: Disk, dialect: Dialect, options: LoadOptions): LoadText {
  return (text) => {
    const loaded = dialect.start(text, options);
    if (!loaded.ok) return loaded;
    if (loaded.text !== text) disk.write(loaded.text); // Errors of this rewrite are ignored.
    return loaded.memory;
  };
}
