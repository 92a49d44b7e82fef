// Which image of the gateway a plan starts from. Memory and file usually agree. If they don't, a write edits the
// file, and the winning side decides what the file should contain.
import type { Dialect } from '../../gateway/dialect.ts';
import type { Live } from '../../domain/live.ts';
import type { Tree } from '../../lib/value.ts';
import { resolveSplitBrain } from './resolve-split-brain.ts';

export interface BaseImage {
  /** The image that changes are counted from and applied to. */
  readonly before: Tree;
  /** The image that the declared tree is laid over: undeclared values keep their value from here. */
  readonly under: Tree;
  /** The gateway must load its file again, whether or not anything else changes. */
  readonly repair: boolean;
}

type Side = 'file' | 'memory' | undefined;

export function baseImages(live: Live, dialect: Dialect, wins: Side): BaseImage {
  return BASES[dialect.truth](live, dialect, sideOf(live, wins));
}

const BASES: Readonly<Record<Dialect['truth'], (live: Live, dialect: Dialect, side: Side) => BaseImage>> = {
  memory: fromMemory,
  file: fromFile,
};

/**
 * Memory and the hidden keys of the file. If memory is stale, or the file should win, the file itself: its content
 * isn't a difference, only not loaded (design §7). If memory should win over the file, the file is changed to match
 * it.
 */
function fromMemory(live: Live, dialect: Dialect, side: Side): BaseImage {
  const memory = dialect.image(live.memory.open(), contentIn(live, dialect));
  const file = side && fileImage(live, dialect);
  if (!file) return { before: memory, under: memory, repair: false };
  return { before: file, under: side === 'memory' ? memory : file, repair: true };
}

/**
 * The file is the base of all changes, and the declared tree is laid over it unless memory should win (design-v8
 * rule 1).
 */
function fromFile(live: Live, dialect: Dialect, side: Side): BaseImage {
  const file = contentIn(live, dialect);
  return {
    before: file,
    under: side === 'memory' ? memorySide(live, dialect, file) : file,
    repair: side === 'file',
  };
}

function memorySide({ agreement, memory, file }: Live, dialect: Dialect, content: Tree): Tree {
  const loaded = file && dialect.load(file.document.open());
  if (!loaded?.ok || agreement.kind !== 'differ') return content;
  const { paths } = agreement;
  return resolveSplitBrain({ dialect, content, loaded: loaded.memory, memory: memory.open(), paths });
}

function sideOf({ agreement }: Live, wins: Side): Side {
  if (agreement.kind !== 'differ') return undefined;
  if (agreement.cause === 'stale-memory') return 'file';
  return agreement.cause === 'split-brain' ? wins : undefined;
}

const contentIn = ({ file }: Live, dialect: Dialect): Tree =>
  file ? dialect.content(file.document.open()) : {};

function fileImage(live: Live, dialect: Dialect): Tree | undefined {
  const loaded = live.file && dialect.load(live.file.document.open());
  return loaded?.ok ? dialect.image(loaded.memory, contentIn(live, dialect)) : undefined;
}
