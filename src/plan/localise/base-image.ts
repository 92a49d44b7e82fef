// Which picture of the gateway a plan starts from. Memory and file agree as a rule; where they do not, the file is what
// a write edits, and who wins decides what it should say.
import type { Dialect } from '../../gateway/dialect.ts';
import type { Live } from '../../domain/live.ts';
import type { Tree } from '../../lib/value.ts';
import { resolveSplitBrain } from './resolve-split-brain.ts';

export interface BaseImage {
  /** What changes are counted from and made on. */
  readonly before: Tree;
  /** What the declared tree is laid over: undeclared things keep what they have here. */
  readonly under: Tree;
  /** The gateway must be made to load its file again, whether or not anything else changes. */
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
 * Memory and the hidden keys of the file. Where memory is stale, or the file is to win, the file itself: what stands in
 * it is not a difference, only not loaded (design §7). Where memory is to win over the file, the file is changed to it.
 */
function fromMemory(live: Live, dialect: Dialect, side: Side): BaseImage {
  const memory = dialect.image(live.memory.open(), contentIn(live, dialect));
  const file = side && fileImage(live, dialect);
  if (!file) return { before: memory, under: memory, repair: false };
  return { before: file, under: side === 'memory' ? memory : file, repair: true };
}

/** The file is what everything is counted from, and laid over where memory is not to win (design-v8 rule 1). */
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
