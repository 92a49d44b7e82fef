// One reading of a gateway: its state at one moment, which its holder never reads again.
import type { Layout } from './desired.ts';
import type { FileDocument } from './yaml-node.ts';
import type { Sealed } from './secret.ts';
import type { Tree } from '../lib/value.ts';
import type { Problem } from './problem/problem.ts';

/** The build headers `X-CPA-*` (C v0 §1.6); they identify a build, and a change of them requires a deep check. */
export interface Build {
  readonly version: string;
  readonly commit: string;
  readonly buildDate: string;
  readonly supportsPlugins: boolean;
}

export type ApiGeneration = 'v0' | 'v8';

/** The gateway's `config.yaml`: bytes and tree, parsed once. */
export interface LiveFile {
  readonly text: Sealed<string>;
  /** SHA-256 of the bytes, hex. For comparisons within this process; never printed or stored unkeyed. */
  readonly hash: string;
  readonly document: Sealed<FileDocument>;
}

/** How memory and file relate (C v0 §4.4, §6.5; design-v8 rules 3 and 4). */
export type Agreement =
  | { readonly kind: 'agree' }
  /** Memory shows values that the file wouldn't load to. Paths as text. */
  | {
      readonly kind: 'differ';
      readonly paths: readonly string[];
      readonly cause: 'stale-memory' | 'split-brain' | 'model-gap';
      /**
       * Of an understood `model-gap`: the gateway printed folded texts with more blank lines than it has in memory.
       */
      readonly because?: 'folded-text';
    }
  | { readonly kind: 'unread' };

export interface Live {
  readonly target: string;
  /** ms since the epoch when the last response of this reading arrived. */
  readonly readAt: number;
  readonly depth: 'shallow' | 'deep';
  readonly api: ApiGeneration;
  readonly build: Build;
  readonly layout: Layout;
  /**
   * A flat file of a v8 gateway that is managed through the v0 API and stays flat (design-v8 rule 13): because the
   * settings say so, or because nobody allowed its conversion.
   */
  readonly keptFlat?: 'by-settings' | 'not-allowed';
  /**
   * The memory view (`GET /config`) in YAML spelling: `null` lists as absent, durations as Go duration text,
   * decorations dropped. Keys that the JSON hides are absent here; they are read from `file`.
   */
  readonly memory: Sealed<Tree>;
  /** Read if the memory view hides something declared, and always in a deep check. */
  readonly file?: LiveFile;
  readonly agreement: Agreement;
  /** Facts about the gateway that a person must know: open to everyone, safe mode, downgrade, model gap. */
  readonly findings: readonly Problem[];
  /** Management requests of this reading. */
  readonly requests: number;
}
