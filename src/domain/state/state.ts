// What Holdfast remembers of a target between runs.
import type { Evidence, OutcomeKind, RequestCounts } from '../outcome/outcome.ts';
import type { Layout, Revision } from '../desired.ts';
import type { SyncStatus } from '../outcome/sync-status.ts';

/**
 * The declared tree as last applied, as keyed hashes: leaf or entry pointer (entries by position in the declared list)
 * to HMAC under the Store's own key. Never values.
 */
export interface LastApplied {
  readonly at: number;
  readonly revision: Revision;
  /** Keyed hash of the normalised value at each owned path; paths in the grammar, lists whole, entries below them. */
  readonly hashes: Readonly<Record<string, string>>;
  /** Paths that Holdfast itself put there, for `ownership: entries`. */
  readonly placed: readonly string[];
  /** The layout of the paths. Absent: the flat one. */
  readonly layout?: Layout;
}

/** What is remembered of the texts of desired states, as keyed hashes: it can be asked, not listed. */
export interface Origins {
  /** Of secrets and of what references brought, the newest first. */
  readonly secrets: readonly string[];
  /** Of values that the files said themselves at free-form places, when they were last applied. */
  readonly plain: readonly string[];
}

/** An approved or attempted transaction, as written to disk before the first request. */
export interface Journal {
  readonly id: string;
  readonly openedAt: number;
  readonly planDigest: string;
  readonly revision: Revision;
  readonly backup: string;
  /** Keyed hashes of the file's content before, and after each write as predicted. */
  readonly before: string;
  readonly predicted: readonly string[];
  /** How many writes were surely or possibly sent. */
  readonly sent: number;
  /** Paths in the grammar that the transaction may alter. */
  readonly footprint: readonly string[];
  /** What the transaction changes: keyed hash of each place to that of its value afterwards. */
  readonly ours?: Readonly<Record<string, string>>;
  readonly phase: 'open' | 'rolling-back';
  /** The file was flat, on a v8 gateway, and was to stay so: the hashes and paths are of its own spelling. */
  readonly keptFlat?: boolean;
  /** What a commit will remember, so that a commit after a crash needs neither the files nor the plan. */
  readonly remembered?: { readonly lastApplied: LastApplied; readonly released: readonly string[] };
  /** One line a change and a write, for the history. */
  readonly changes?: readonly string[];
  readonly writes?: readonly string[];
  /** Who asked for it, when somebody did. */
  readonly by?: string;
}

export interface HistoryEntry {
  readonly id: string;
  readonly at: number;
  readonly outcome: OutcomeKind;
  readonly revision?: Revision;
  readonly planDigest?: string;
  /** One line a change, as a reader saw it. */
  readonly changes: readonly string[];
  readonly writes: readonly string[];
  readonly backup?: string;
  readonly evidence: readonly Evidence[];
  readonly problems: readonly string[];
  readonly durationMs: number;
  readonly requests: RequestCounts;
  /** Who asked for it, when somebody did. */
  readonly by?: string;
}

/** A remembered authentication failure, so that jobs together cannot reach the five strikes of C v0 §1.3. */
export interface AuthBlock {
  /** ms since the epoch. */
  readonly until: number;
  readonly reason: string;
  /** The gateway had banned this address. */
  readonly banned?: boolean | undefined;
  /** Keyed hash of the keys that failed; other keys clear the block. */
  readonly keys: string;
}

/** What a channel of notifications knows of a target, or of what else it is told about. */
export interface NotifiedStatus {
  /** Where it stood when the channel last heard of it, or would have if it wanted to. */
  readonly standing: SyncStatus | 'source' | 'daemon';
  /** Which one, where several of a kind can follow each other: the revision that was rolled back. */
  readonly of?: string;
  /** The last trouble it was told that is not over yet. */
  readonly trouble?: NotifiedStatus['standing'];
}

/** By channel, then by what it is about. */
export type NotifiedByChannel = Readonly<Record<string, Readonly<Record<string, NotifiedStatus>>>>;

export interface Suspension {
  readonly until: number;
  readonly reason: string;
  /** Who asked for it. */
  readonly by?: string;
}

export interface Quarantine {
  readonly revision: string;
  readonly since: number;
  readonly reason: string;
}
