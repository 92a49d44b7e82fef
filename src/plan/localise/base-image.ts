// Which picture of the gateway a plan starts from. Memory and file agree as a rule; where they do not, the file is what
// a write edits, and who wins decides what it should say.
import type { Catalog } from '../../gateway/catalog/field.ts';
import { contentBy } from '../../gateway/v8/view.ts';
import { load } from '../../gateway/model/load.ts';
import { loadTree } from '../../gateway/v8/load.ts';
import type { Live } from '../../domain/live.ts';
import type { Tree } from '../../lib/value.ts';
import { resolveSplitBrain } from './resolve-split-brain.ts';
import { imageOf } from '../prediction/predict.ts';

export interface BaseImage {
  /** What changes are counted from and made on. */
  readonly before: Tree;
  /** What the declared tree is laid over: undeclared things keep what they have here. */
  readonly under: Tree;
  /** The gateway must be made to load its file again, whether or not anything else changes. */
  readonly repair: boolean;
}

/**
 * Memory and the hidden keys of the file. Where memory is stale, or the file is to win, the file itself: what stands in
 * it is not a difference, only not loaded (design §7). Where memory is to win over the file, the file is changed to it.
 */
export function baseImages(live: Live, catalog: Catalog, wins: 'file' | 'memory' | undefined): BaseImage {
  if (catalog.generation === 'v8') return treeImages(live, catalog, wins);
  const memory = imageOf(live.memory.open(), contentIn(live, catalog), catalog);
  const side = sideOf(live, wins);
  const file = side && fileImage(live, catalog);
  if (!file) return { before: memory, under: memory, repair: false };
  return { before: file, under: side === 'memory' ? memory : file, repair: true };
}

/** The file is what everything is counted from, and laid over where memory is not to win (design-v8 rule 1). */
function treeImages(live: Live, catalog: Catalog, wins: 'file' | 'memory' | undefined): BaseImage {
  const file = contentIn(live, catalog);
  const side = sideOf(live, wins);
  return {
    before: file,
    under: side === 'memory' ? memorySide(live, catalog, file) : file,
    repair: side === 'file',
  };
}

function memorySide({ agreement, memory, file }: Live, catalog: Catalog, content: Tree): Tree {
  const root = file?.document.open().root;
  const loaded = root && loadTree(root);
  if (!loaded?.ok || agreement.kind !== 'differ') return content;
  const { paths } = agreement;
  return resolveSplitBrain({ catalog, content, loaded: loaded.memory, memory: memory.open(), paths });
}

function sideOf({ agreement }: Live, wins: 'file' | 'memory' | undefined): 'file' | 'memory' | undefined {
  if (agreement.kind !== 'differ') return undefined;
  if (agreement.cause === 'stale-memory') return 'file';
  return agreement.cause === 'split-brain' ? wins : undefined;
}

function contentIn(live: Live, catalog: Catalog): Tree {
  return live.file ? contentBy(live.file.document.open(), catalog) : {};
}

function fileImage(live: Live, catalog: Catalog): Tree | undefined {
  const loaded = live.file && load(live.file.document.open(), catalog);
  return loaded?.ok ? imageOf(loaded.memory, contentIn(live, catalog), catalog) : undefined;
}
