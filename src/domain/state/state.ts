// What Holdfast records about a target between runs.
import type { Evidence, OutcomeKind, RequestCounts } from '../outcome/outcome.ts';
import type { Layout, Revision } from '../desired.ts';
import type { SyncStatus } from '../outcome/sync-status.ts';
import type { QuarantinedPart } from '../outcome/quarantine.ts';

/**
 * The declared tree as last applied, as keyed hashes: leaf or entry pointer (entries by position in the declared list)
 * to HMAC under the Store's own key. Never values.
 */
export interface LastApplied {
  readonly at: number;
  readonly revision: Revision;
  /**
   * Keyed hash of the normalised value at each owned path; lists as a whole, entries below them. `UNKNOWN` or
   * `UNKNOWN_ENTRIES` in place of a hash.
   */
  readonly hashes: Readonly<Record<string, string>>;
  /** Paths that Holdfast added, for `ownership: entries`. */
  readonly placed: readonly string[];
  /** Which key the digest of the revision has. Absent: unknown. */
  readonly keyId?: string | undefined;
  /** The layout of the paths. Absent: the flat one. */
  readonly layout?: Layout;
  /** The root of the gateway. Absent in records of earlier versions, and if git is the memory. */
  readonly url?: string;
}

/** What was recorded before the last apply. A rollback of that apply restores it together with the gateway's file. */
export interface BeforeApply {
  /** ID of the backup that the apply created. */
  readonly backup: string;
  /** Absent: nothing had been applied. */
  readonly lastApplied?: LastApplied;
  readonly released: readonly string[];
}

/** In place of a hash: something was applied here, and nobody can say what. What is not listed below was not applied. */
export const UNKNOWN = 'unknown';

/** The same of a list some of whose entries nobody can name: which of them were applied is not known either. */
export const UNKNOWN_ENTRIES = 'unknown-entries';

/**
 * What is recorded about the texts of desired states, as keyed hashes: callers can look up a text, but not list
 * them.
 */
export interface Origins {
  /** Of secrets and texts from references, the newest first. */
  readonly secrets: readonly string[];
  /** Of values that the files contained literally at free-form paths, when they were last applied. */
  readonly plain: readonly string[];
}

/** An approved or attempted transaction, as written to disk before the first request. */
export interface Journal {
  readonly id: string;
  readonly openedAt: number;
  readonly planDigest: string;
  readonly revision: Revision;
  readonly backup: string;
  /** Keyed hashes of the file's content before, and after each write, as predicted. */
  readonly before: string;
  readonly predicted: readonly string[];
  /** How many writes were certainly or possibly sent. */
  readonly sent: number;
  /** Paths that the transaction may change. */
  readonly footprint: readonly string[];
  /** What the plan was limited to (`--only`); absent: everything. */
  readonly only?: readonly string[];
  /** How many differences stay: outside of `only`, or not corrected in this mode. Absent: none. */
  readonly remains?: number;
  /** What the transaction changes: keyed hash of each path to that of its new value. */
  readonly ours?: Readonly<Record<string, string>>;
  readonly phase: 'open' | 'rolling-back';
  /** The flat file of a v8 gateway was to stay flat: the hashes and paths are in its spelling. */
  readonly keptFlat?: boolean;
  /** What a commit will record, so that a commit after a crash needs neither the files nor the plan. */
  readonly remembered?: {
    readonly lastApplied: LastApplied;
    readonly released: readonly string[];
    readonly beforeApply?: BeforeApply;
  };
  /** One line for each change and write, for the history. */
  readonly changes?: readonly string[];
  readonly writes?: readonly string[];
  /** Who requested it, if someone did. */
  readonly by?: string;
  /** Paths whose changes it leaves out, because they are quarantined. */
  readonly quarantined?: readonly string[];
  /** Which try of a bisection it is. */
  readonly bisection?: BisectionTry;
}

/** One transaction of a bisection. */
export interface BisectionTry {
  /** From 1. */
  readonly number: number;
  readonly atMost: number;
}

export interface HistoryEntry {
  readonly id: string;
  readonly at: number;
  readonly outcome: OutcomeKind;
  readonly revision?: Revision;
  readonly planDigest?: string;
  /** One line per change, as shown to readers. */
  readonly changes: readonly string[];
  readonly writes: readonly string[];
  readonly backup?: string;
  readonly evidence: readonly Evidence[];
  readonly problems: readonly string[];
  readonly durationMs: number;
  readonly requests: RequestCounts;
  /** Who requested it, if someone did. */
  readonly by?: string;
  /** Which try of a bisection it was. */
  readonly bisection?: BisectionTry;
  /** The Store adds it. Absent in records of earlier versions. */
  readonly chain?: HistoryLink;
}

/** An entry by its number, from 1, and its hash. */
export interface HistoryHead {
  readonly n: number;
  readonly hash: string;
}

/** The place of an entry in the hash chain of its history. */
export interface HistoryLink extends HistoryHead {
  /** The hash of the entry before it; empty for the first one. */
  readonly previous: string;
  /** The entry is older than the chain, which began with what was there. */
  readonly before?: boolean;
}

/** A recorded authentication failure, so that several jobs together don't reach the five failures of C v0 §1.3. */
export interface AuthBlock {
  /** ms since the epoch. */
  readonly until: number;
  readonly reason: string;
  /** The gateway had banned this address. */
  readonly banned?: boolean | undefined;
  /** Keyed hash of the keys that failed; other keys clear the block. */
  readonly keys: string;
}

/** What a notification channel was told about a target, or about anything else. */
export interface NotifiedStatus {
  /** The status when the channel was last notified, or would have been if it had subscribed. */
  readonly standing: SyncStatus | 'source' | 'daemon' | 'rollout';
  /** Which one, if several of a kind can follow each other: the revision that was rolled back, the phase of a rollout. */
  readonly of?: string;
  /** The last problem it was notified of that isn't over yet. */
  readonly trouble?: NotifiedStatus['standing'];
  /** Keys whose end was announced. */
  readonly expiring?: readonly string[];
}

/** By channel, then by subject. */
export type NotifiedByChannel = Readonly<Record<string, Readonly<Record<string, NotifiedStatus>>>>;

export interface Suspension {
  readonly until: number;
  readonly reason: string;
  /** Who requested it. */
  readonly by?: string;
}

export interface Quarantine {
  readonly revision: string;
  readonly since: number;
  readonly reason: string;
  /** Who rolled the revision back, if someone requested it; absent: it failed. */
  readonly by?: string;
  /** The paths of `--only` that failed; the rest of the revision isn't quarantined. Absent: all of it is. */
  readonly only?: readonly string[];
  /** What a bisection found: these changes wait, and the rest of the revision is enforced. Absent: all of it waits. */
  readonly parts?: readonly QuarantinedPart[];
  /** The bisection of the revision, also after its end: it is bisected once. */
  readonly bisection?: Bisection;
}

/** What is known of the changes of a revision that failed. Paths as in `QuarantinedPart`; each is tried as a whole. */
export interface Bisection {
  /** Transactions that were begun. */
  readonly tries: number;
  /** How many changes failed together at first. */
  readonly total: number;
  /** The smallest set that failed on the gateway as it is now; empty if nothing is being narrowed down. */
  readonly failing: readonly string[];
  /** Why that set failed. */
  readonly reason: string;
  readonly culprits: readonly Culprit[];
  /** Parts of `failing` that a guard refused to apply alone. */
  readonly undecided: readonly (readonly string[])[];
  /** Whether any part could be applied. */
  readonly passed: boolean;
  /** It isn't continued. */
  readonly over?: boolean;
}

/** A set of changes that fails and can't be divided. */
export interface Culprit {
  readonly paths: readonly string[];
  readonly reason: string;
  /** It failed alone, and nothing was applied since. */
  readonly confirmed: boolean;
}
