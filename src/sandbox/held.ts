// What the running process holds, and how a text becomes that: the loader with its hashing of a plaintext secret
// (C v0 §1.4). Knows no HTTP and no timing.
import type { Catalog } from '../gateway/catalog/field.ts';
import { parseDocument } from '../gateway/model/document.ts';
import { load } from '../gateway/model/load.ts';
import { isFailure, type LoadFailure, type LoadOptions, type Memory } from '../gateway/model/model.ts';
import { stored } from '../gateway/model/stored.ts';
import { credentialsOf } from '../gateway/v0/credentials.ts';
import { type Disk, hashOf } from './disk.ts';

/** Changes over the life of the process; `memory` also by field writes, the rest only by loads. */
export interface Held {
  memory: Memory;
  runtime: Memory;
  authIndex: ReadonlyMap<string, string>;
  /** Of the file as it was when the last load ended. */
  loadedHash: string;
}

export function holds(memory: Memory, disk: Disk): Held {
  return { memory, runtime: memory, authIndex: indexesOf(memory), loadedHash: hashOf(disk.read() ?? '') };
}

/** Puts what a load found in the place of everything. */
export function install(held: Held, memory: Memory, disk: Disk): void {
  Object.assign(held, holds(memory, disk));
}

const indexesOf = (memory: Memory): ReadonlyMap<string, string> =>
  new Map(credentialsOf(memory).map(({ id, index }) => [id, index]));

export type LoadText = (text: string) => Memory | LoadFailure;

/** Loads a text; where it holds a plaintext secret the file is rewritten with its hash, and memory holds the same hash. */
export function textLoader(disk: Disk, catalog: Catalog, options: LoadOptions): LoadText {
  const loadOnly = (text: string): ReturnType<typeof load> => {
    const document = parseDocument(text);
    return isFailure(document) ? (document as LoadFailure) : load(document, catalog, options); // A failure to parse.
  };
  return (text) => {
    const first = loadOnly(text);
    if (isFailure(first) || !('memory' in first)) return first as LoadFailure; // The only other kind.
    const hashed = first.rewritten ? stored(text, catalog, options) : text;
    if (hashed === text || typeof hashed !== 'string') return first.memory;
    disk.write(hashed); // Errors of this rewrite are ignored.
    const again = loadOnly(hashed);
    return 'memory' in again ? again.memory : first.memory;
  };
}
