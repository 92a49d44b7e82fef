// Writes that no difference asks for: the byte-changing repair, and the ways back. All go through `PUT /config.yaml`.
// Decides nothing about whether they may be sent.
import type { Catalog } from '../gateway/catalog/field.ts';
import type { Verdict } from '../nouns/guard.ts';
import type { LiveFile } from '../nouns/live.ts';
import type { Sealed } from '../nouns/secret.ts';
import type { Tree } from '../nouns/value.ts';
import type { Footprint, PreparedWrite } from '../nouns/write.ts';

/** A write, or the verdicts that forbid it. */
export type WayBackWrite =
  | { readonly ok: true; readonly write: PreparedWrite }
  | { readonly ok: false; readonly verdicts: readonly Verdict[] };

/**
 * The byte-changing repair of stale memory (design-v8 rule 6): one marker comment directly above the first key,
 * replaced and never appended.
 */
export declare function repairWrite(file: LiveFile, catalog: Catalog): WayBackWrite;

/** Puts a whole backup back: `PUT /config.yaml` of its text, byte for byte. */
export declare function restoreWrite(backup: Sealed<string>, catalog: Catalog): WayBackWrite;

export interface InverseInput {
  readonly catalog: Catalog;
  /** The raw file as it was before our first write. */
  readonly before: Sealed<string>;
  /** Content of the file that our writes led to, as predicted: what lies between it and `before` is ours. */
  readonly written: Tree;
  /** The raw file as it is now, with somebody else's changes in it. */
  readonly now: LiveFile;
  /** What our writes were allowed to alter. */
  readonly footprints: readonly Footprint[];
}

/** Takes back our own changes only, spliced into the file as it is now; what others changed stays. */
export declare function inverseWrite(input: InverseInput): WayBackWrite;
