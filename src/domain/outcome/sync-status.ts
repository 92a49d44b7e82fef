// The status of a target: what its last meaningful outcome means for the operator. The dashboard, metrics and
// notifications all take it from here.
import { remaining } from '../plan/plan.ts';
import type { Causes } from '../plan/last-check.ts';
import type { Outcome, OutcomeKind } from './outcome.ts';

export type SyncStatus =
  | 'in-sync'
  | 'drifted'
  | 'stale-memory'
  | 'contested'
  | 'refused'
  | 'suspended'
  | 'waiting'
  | 'quarantined'
  | 'rolled-back'
  | 'needs-a-person'
  | 'invalid'
  | 'unreachable'
  | 'failed'
  | 'unknown';

/** `info`: no action needed. `warning`: act today. `critical`: act now. */
export type Severity = 'info' | 'warning' | 'critical';

interface Meaning {
  readonly severity: Severity;
  /** Its title on a page. */
  readonly title: string;
  /** One sentence for a reader who sees it for the first time. */
  readonly meaning: string;
}

export const SYNC_STATUSES: Record<SyncStatus, Meaning> = {
  'in-sync': {
    severity: 'info',
    title: 'In sync',
    meaning: 'The gateway matches the files. Holdfast checked its memory, file and behavior.',
  },
  drifted: {
    severity: 'warning',
    title: 'Drifted',
    meaning:
      "The gateway differs from your files. Holdfast reports the drift and doesn't overwrite it, because of the target's mode or because it corrected the drift recently.",
  },
  'stale-memory': {
    severity: 'warning',
    title: 'Stale memory',
    meaning:
      'The gateway stored a change in its file but never loaded it. To repair this, Holdfast writes the file again.',
  },
  contested: {
    severity: 'warning',
    title: 'Contested',
    meaning:
      'Someone keeps undoing what Holdfast corrects. Holdfast has stopped correcting it until you resolve the conflict.',
  },
  refused: {
    severity: 'warning',
    title: 'Refused',
    meaning:
      "A guard found the plan dangerous, so nothing was written. Each finding says how to override it, if that's possible.",
  },
  suspended: {
    severity: 'info',
    title: 'Suspended',
    meaning: 'Someone suspended this target until the time shown.',
  },
  waiting: {
    severity: 'info',
    title: 'Waiting',
    meaning:
      "A rollout hasn't reached this target yet, so it keeps the revision that it has. See the rollout for its wave.",
  },
  quarantined: {
    severity: 'warning',
    title: 'Quarantined',
    meaning:
      "This revision or a part of it failed before, or someone rolled it back. Holdfast doesn't apply that until the files change or you retry it.",
  },
  'rolled-back': {
    severity: 'critical',
    title: 'Rolled back',
    meaning: 'Holdfast wrote a change that failed verification, and restored the previous state.',
  },
  'needs-a-person': {
    severity: 'critical',
    title: 'Needs manual action',
    meaning: "The rollback failed too. The steps shown work without the gateway's API.",
  },
  invalid: {
    severity: 'critical',
    title: 'Invalid',
    meaning: "The files have errors, so Holdfast doesn't apply them. The gateway stays unchanged.",
  },
  unreachable: {
    severity: 'critical',
    title: 'Unreachable',
    meaning: "Holdfast can't connect to the gateway, or the gateway denies access.",
  },
  failed: {
    severity: 'critical',
    title: 'Failed',
    meaning: 'Holdfast itself failed, for example because of a full disk, before anything was written.',
  },
  unknown: {
    severity: 'info',
    title: 'Unknown',
    meaning: "Holdfast hasn't checked this target yet.",
  },
};

/** Nobody edited the gateway: it only lacks what the files declare since. */
const PENDING: Meaning = {
  severity: 'warning',
  title: 'Pending',
  meaning: "The files changed, and the gateway doesn't have the change yet.",
};

const RESTORED: Meaning = {
  severity: 'info',
  title: 'Restored',
  meaning: "A backup was restored. Holdfast hasn't compared the gateway with the files since.",
};

/** What is known of a status beside its name. */
export interface StatusFacts {
  readonly standing: SyncStatus;
  /** Of the last check. */
  readonly causes?: Causes | undefined;
  /** The kind of the last outcome. */
  readonly last?: OutcomeKind | undefined;
}

/** The status in the words of its cause. */
export function meaningOf({ standing, causes, last }: StatusFacts): Meaning {
  if (standing === 'drifted' && causes?.gateway === 0) return PENDING;
  return standing === 'unknown' && last === 'restored' ? RESTORED : SYNC_STATUSES[standing];
}

/**
 * What needs a person first: a gateway that may be broken, then revisions that aren't rolled out, then differences
 * that someone made on the gateway.
 */
export const WORST_FIRST: readonly SyncStatus[] = [
  'needs-a-person',
  'rolled-back',
  'unreachable',
  'failed',
  'invalid',
  'refused',
  'quarantined',
  'contested',
  'stale-memory',
  'drifted',
  'suspended',
  'waiting',
  'unknown',
  'in-sync',
];

const STANDING_AFTER: Record<OutcomeKind, SyncStatus | undefined> = {
  'in-sync': 'in-sync',
  applied: 'in-sync',
  drifted: 'drifted',
  'stale-memory': 'stale-memory',
  refused: 'refused',
  'rolled-back': 'rolled-back',
  'rollback-failed': 'needs-a-person',
  restored: 'unknown',
  cancelled: undefined,
  failed: 'failed',
  stale: undefined,
  locked: undefined,
  unreachable: 'unreachable',
  invalid: 'invalid',
  contested: 'contested',
  quarantined: 'quarantined',
  suspended: 'suspended',
  waiting: 'waiting',
};

/** Undefined: the outcome says nothing about the target, so its status doesn't change. */
export function syncStatusAfter(kind: OutcomeKind): SyncStatus | undefined {
  return STANDING_AFTER[kind];
}

/** Whether changes that failed stay out of effect. */
export const leavesQuarantined = ({ kind, plan }: Pick<Outcome, 'kind' | 'plan'>): boolean =>
  kind === 'applied' && (plan?.changes ?? []).some(({ quarantined }) => quarantined);

/** The same for an outcome with its plan: what an apply leaves still differs. */
export function syncStatusOf(outcome: Pick<Outcome, 'kind' | 'plan'>): SyncStatus | undefined {
  if (leavesQuarantined(outcome)) return 'quarantined';
  const leaves = outcome.kind === 'applied' && (differencesAfter(outcome) ?? 0) > 0;
  return leaves ? 'drifted' : syncStatusAfter(outcome.kind);
}

/**
 * How many paths differ after the outcome. Undefined: the outcome doesn't tell, and the previous number is still
 * valid.
 */
export function differencesAfter({ kind, plan }: Pick<Outcome, 'kind' | 'plan'>): number | undefined {
  if (kind === 'in-sync' || kind === 'restored') return 0;
  if (kind === 'applied') return plan ? remaining(plan) : 0;
  return plan?.changes.length;
}
