// The values of earlier verified readings of a target, as keyed hashes: recorded here, queried through the port of
// domain/state/memory.ts. They let an observation distinguish an old value from one that it can't explain (design-v8
// rule 4).
import { leavesOf } from '../domain/leaves.ts';
import type { Live } from '../domain/live.ts';
import type { KnownValues } from '../domain/state/memory.ts';
import { canonicalJson } from '../lib/stable-json.ts';
import type { Value } from '../lib/value.ts';
import type { Store, TargetState } from './store.ts';

type Hasher = Pick<Store, 'hash'>;

const FILES = 20;
const IMAGES = 5;
/** Hex digits: enough to distinguish the values of one path. */
const DIGITS = 16;

/** Of a state when it was read; later records aren't included. */
export function knownValuesOf(store: Hasher, state: TargetState): KnownValues {
  const { knownFiles = [], knownImages = [], modelGaps } = state;
  return {
    had: (path, value) => knownImages.some(({ leaves }) => leaves[path] === hashOf(store, path, value)),
    isKnownFile: (text) => knownFiles.includes(store.hash(text)),
    modelGaps: (build) => (modelGaps?.build === build ? modelGaps.paths : []),
  };
}

/** The same without the newest of them, where that is the question: is something of before back? */
export function earlierValuesOf(
  store: Hasher,
  { knownFiles = [], knownImages = [] }: TargetState,
): { isOldFile: (text: string) => boolean; had: (path: string, value: Value | undefined) => boolean } {
  const [newest, ...earlier] = knownImages;
  return {
    isOldFile: (text) => knownFiles.indexOf(store.hash(text)) > 0,
    had: (path, value) => {
      const hash = hashOf(store, path, value);
      if (hash === undefined || newest === undefined || newest.leaves[path] === hash) return false;
      return earlier.some(({ leaves }) => leaves[path] === hash);
    },
  };
}

/** The part of the state that a reading with memory and file in agreement adds; empty if it is known already. */
export function knownFilesWith(
  store: Hasher,
  state: TargetState,
  live: Pick<Live, 'memory' | 'file'>,
): Pick<TargetState, 'knownFiles' | 'knownImages'> {
  if (!live.file) return {};
  const { knownFiles = [], knownImages = [] } = state;
  const file = store.hash(live.file.text.open());
  if (knownFiles[0] === file && knownImages[0]?.file === file) return {};
  const leaves: Record<string, string> = {};
  for (const [path, value] of leavesOf(live.memory.open())) leaves[path] = hashOf(store, path, value) ?? '';
  return {
    knownFiles: [file, ...knownFiles.filter((each) => each !== file)].slice(0, FILES),
    knownImages: [{ file, leaves }, ...knownImages.filter((each) => each.file !== file)].slice(0, IMAGES),
  };
}

/** Undefined for no value, which is also what an image says of a path it does not have. */
function hashOf({ hash }: Hasher, path: string, value: Value | undefined): string | undefined {
  if (value === undefined || value === null) return undefined;
  return hash(`${path}\n${canonicalJson(value)}`).slice(0, DIGITS);
}
