// The result of a reconcile of one target, with the evidence.
import { EXIT, type ExitCode } from '../problem/exit.ts';
import type { Revision } from '../desired.ts';
import type { Plan } from '../plan/plan.ts';
import type { Problem } from '../problem/problem.ts';
import type { QuarantinedPart } from './quarantine.ts';

export type Fidelity = 'exact' | 'comments' | 'semantic';

/** Requests to the gateway by purpose, e.g. `{observe: 2, write: 1, verify: 2}`. */
export type RequestCounts = Readonly<Record<string, number>>;

/** The checks after the writes, one line each, in order. */
export interface Evidence {
  readonly check: string;
  readonly passed: boolean;
  readonly detail: string;
}

interface Base {
  readonly target: string;
  /** ms since the epoch. */
  readonly at: number;
  readonly durationMs: number;
  readonly requests: RequestCounts;
  readonly plan?: Plan;
  readonly problems: readonly Problem[];
  /** The backup as one file, if the settings name a directory for them. */
  readonly archive?: string;
}

export type Outcome = Base &
  (
    | { readonly kind: 'in-sync'; readonly depth: 'shallow' | 'deep' }
    | {
        readonly kind: 'applied';
        readonly backup: string;
        readonly evidence: readonly Evidence[];
        /** `unproven`: no observable witness showed that the running gateway uses the configuration. */
        readonly runtime: 'proven' | 'unproven';
        /** Aliases that the gateway has but doesn't list yet. */
        readonly notServedYet: readonly string[];
        readonly restartNeeded: readonly string[];
      }
    | {
        readonly kind: 'drifted';
        readonly depth: 'shallow' | 'deep';
        /** The number of paths that a restore would change: it was a dry run. */
        readonly wouldChange?: number;
      }
    | { readonly kind: 'stale-memory'; readonly paths: readonly string[] }
    | { readonly kind: 'refused' }
    | {
        readonly kind: 'rolled-back';
        readonly backup: string;
        readonly fidelity: Fidelity;
        readonly reason: string;
        readonly evidence: readonly Evidence[];
        /** Only memory had changed; the file never did. */
        readonly memoryOnly?: boolean;
      }
    | {
        readonly kind: 'rollback-failed';
        readonly backup: string;
        readonly reason: string;
        /** Manual steps without the API, in order. */
        readonly remedy: readonly string[];
        readonly evidence: readonly Evidence[];
      }
    | {
        /** A backup was restored on request. */
        readonly kind: 'restored';
        /** The restored backup, and the backup of the state before it. */
        readonly restored: string;
        readonly backup: string;
        readonly fidelity: Fidelity;
        readonly runtime: 'proven' | 'unproven';
        readonly evidence: readonly Evidence[];
      }
    /** A person declined or stopped it before anything was written. */
    | { readonly kind: 'cancelled'; readonly reason: string }
    /**
     * An error on Holdfast's side before anything was written: a full disk, no backup. `unfinished`: after that; the
     * next run resolves it from the journal.
     */
    | { readonly kind: 'failed'; readonly reason: string; readonly unfinished?: boolean }
    | { readonly kind: 'stale'; readonly reason: string }
    | { readonly kind: 'locked'; readonly holder: string }
    | { readonly kind: 'unreachable' }
    /** `commit`: the commit whose files have errors. */
    | { readonly kind: 'invalid'; readonly commit?: NonNullable<Revision['commit']> }
    | { readonly kind: 'contested'; readonly paths: readonly string[] }
    /** `by`: who rolled the revision back; absent if it failed. */
    | {
        readonly kind: 'quarantined';
        readonly since: number;
        readonly reason: string;
        readonly by?: string;
        /** Only these changes wait; the rest of the revision is in effect. Absent: all of it waits. */
        readonly parts?: readonly QuarantinedPart[];
      }
    | { readonly kind: 'suspended'; readonly until: number; readonly reason: string }
    /** Its revision isn't applied until the rollout reaches it. */
    | { readonly kind: 'waiting'; readonly reason: string }
  );

/** What an outcome adds if no check could show that the new values apply to requests of clients. */
export const untestedNote = ({ runtime }: { readonly runtime: 'proven' | 'unproven' }): string =>
  runtime === 'unproven' ? ' (effect on requests not tested)' : '';

export type OutcomeKind = Outcome['kind'];

const EXIT_OF: Record<OutcomeKind, ExitCode> = {
  'in-sync': EXIT.ok,
  applied: EXIT.ok,
  drifted: EXIT.differences,
  'stale-memory': EXIT.differences,
  refused: EXIT.refused,
  'rolled-back': EXIT.rolledBack,
  'rollback-failed': EXIT.rollbackFailed,
  restored: EXIT.ok,
  cancelled: EXIT.refused,
  failed: EXIT.unexpected,
  stale: EXIT.stale,
  locked: EXIT.stale,
  unreachable: EXIT.unreachable,
  invalid: EXIT.invalid,
  contested: EXIT.differences,
  quarantined: EXIT.refused,
  suspended: EXIT.refused,
  waiting: EXIT.differences,
};

export function exitOf(outcome: Pick<Outcome, 'kind'>): ExitCode {
  return EXIT_OF[outcome.kind];
}
