// The requests and responses of the daemon's HTTP API, as schemas and types. The routes, the OpenAPI document, the
// dashboard and `--via` all use them. Times are ms since the epoch. No field contains a secret.
import { type Static, Type } from 'typebox';
import type { Change } from '../domain/plan/change.ts';
import type { Plan as PlanNoun } from '../domain/plan/plan.ts';
import type { Outcome as OutcomeNoun } from '../domain/outcome/outcome.ts';
import type { Redacted } from '../domain/redacted.ts';

const Text = Type.String();
const At = Type.Integer({ description: 'ms since the epoch' });
const Optional = Type.Optional;

/** Names of targets, the same as in the settings. */
export const TargetName = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$' });

/** `read` can view, `operate` can also trigger actions. */
export const Role = Type.Union([Type.Literal('read'), Type.Literal('operate')]);
export type Role = Static<typeof Role>;

export const Session = Type.Object({
  /** The name of the token, for output. */
  name: Text,
  role: Role,
  /** Whether a token is required. */
  auth: Type.Union([Type.Literal('token'), Type.Literal('none')]),
});
export type Session = Static<typeof Session>;

/** A commit for people. */
export const Commit = Type.Object({
  sha: Text,
  author: Optional(Text),
  subject: Optional(Text),
  at: Optional(At),
});
export type Commit = Static<typeof Commit>;

export const Revision = Type.Object({
  digest: Text,
  commit: Optional(Type.Object({ ...Commit.properties, dirty: Type.Boolean() })),
});

/** The source of the files if the daemon follows git. */
export const Source = Type.Object({
  url: Text,
  ref: Text,
  commit: Optional(Commit),
  /** When Holdfast last fetched, and when the remote last responded. */
  askedAt: Optional(At),
  answeredAt: Optional(At),
  /** Why the commit in effect is older than the requested one. */
  problem: Optional(Text),
});
export type Source = Static<typeof Source>;

const Suspension = Type.Object({ until: At, reason: Text, by: Optional(Text) });
const Causes = Type.Object({ files: Type.Integer(), gateway: Type.Integer() });
const Check = Type.Object({
  at: At,
  inSync: Type.Boolean(),
  /** Digest of the files that the gateway was compared with. */
  revision: Optional(Text),
  causes: Optional(Causes),
});
/** Changes at or below a path that failed and wait; without a reason, the tries ran out before they were tried. */
const QuarantinedPart = Type.Object({
  path: Text,
  changes: Type.Integer(),
  position: Optional(Type.Object({ file: Text, line: Type.Integer(), column: Type.Integer() })),
  reason: Optional(Text),
});

export const TargetView = Type.Object({
  name: TargetName,
  /** Of the settings; absent if there are none. */
  labels: Optional(Type.Record(Text, Text)),
  url: Text,
  mode: Type.Union([Type.Literal('observe'), Type.Literal('apply'), Type.Literal('enforce')]),
  /** One of the names in `domain/outcome/sync-status.ts`. */
  standing: Text,
  /** Why it has this status, in a few words: guards, paths, or file and line; absent if there is no more to say. */
  why: Optional(Text),
  /** When the status began; absent if it began before the daemon did. */
  since: Optional(At),
  /** The work in progress. */
  step: Optional(Text),
  /** Differences at the last check; absent if that isn't known. */
  differences: Optional(Type.Integer()),
  /** Which side the differences come from: revisions that weren't applied, or edits on the gateway; absent without a plan. */
  causes: Optional(Causes),
  /** Digest of what the files declared when they were last read; absent if it isn't known. */
  declared: Optional(Text),
  applied: Optional(Type.Object({ revision: Revision, at: At })),
  lastOutcome: Optional(Type.Object({ kind: Text, at: At, summary: Text })),
  lastDeepCheck: Optional(Check),
  lastShallowCheck: Optional(Check),
  nextLookAt: Optional(At),
  suspension: Optional(Suspension),
  /** Freeze windows that are open, so that nothing is written; absent if none is. */
  frozen: Optional(Type.Array(Type.Object({ until: At, window: Text }))),
  /** `by`: who rolled the revision back; absent if it failed. */
  quarantine: Optional(
    Type.Object({
      since: At,
      reason: Text,
      by: Optional(Text),
      /** Only these changes wait; absent: the whole revision. */
      parts: Optional(Type.Array(QuarantinedPart)),
    }),
  ),
  /** What a rollback of the last apply returns to; absent if there is nothing to roll back. */
  rollback: Optional(Type.Object({ revision: Optional(Revision), at: Optional(At) })),
  authBlock: Optional(Type.Object({ until: At, reason: Text })),
  released: Type.Array(Text),
  /** Sections of what the gateway had at the last deep check and no file declares; absent if policy ignores it. */
  undeclared: Optional(Type.Array(Type.Object({ path: Text, count: Type.Integer() }))),
  contested: Type.Array(Text),
  /** Paths of keys that are being replaced. */
  rotating: Optional(Type.Array(Text)),
  /** A sentence for each client key that has expired, or will soon. */
  expiring: Optional(Type.Array(Text)),
  /** Version and generation of the gateway as last detected, and the API through which Holdfast manages it. */
  gateway: Optional(Type.Object({ version: Text, api: Text, through: Text })),
});
export type TargetView = Static<typeof TargetView>;

export const TargetsView = Type.Object({
  /** The version of Holdfast. */
  version: Text,
  startedAt: At,
  now: At,
  drift: Type.String({ description: 'cron expression of the drift check' }),
  /** Nothing is known of the time before this daemon. */
  stateIsNew: Type.Boolean(),
  source: Optional(Source),
  targets: Type.Array(TargetView),
});
export type TargetsView = Static<typeof TargetsView>;

/** `holdfast.plan/1`, as `holdfast plan --output json` prints it. */
export const Plan = Type.Unsafe<PlanNoun>(
  Type.Object({ format: Text, target: Text }, { additionalProperties: true, description: 'holdfast.plan/1' }),
);

/** The result of a piece of work, as `holdfast apply --output json` prints it. In a PlanView, without the plan. */
export const Outcome = Type.Unsafe<OutcomeNoun>(
  Type.Object(
    { target: Text, kind: Text, at: At, durationMs: Type.Number() },
    { additionalProperties: true, description: 'an outcome with its evidence, plan and problems' },
  ),
);

export const PlanView = Type.Object({
  /** Absent if the target matches its files, or wasn't checked yet. */
  plan: Optional(Plan),
  at: Optional(At),
  /** The last outcome, with problems and remedies. */
  outcome: Optional(Outcome),
});
export type PlanView = Static<typeof PlanView>;

export const DiffView = Type.Object({
  at: Optional(At),
  /** The problems of the plan. */
  changes: Type.Array(
    Type.Unsafe<Change>(Type.Object({ id: Text, kind: Text, path: Text }, { additionalProperties: true })),
  ),
  /** The plan as `holdfast diff` prints it, without colours; empty if nothing differs. */
  text: Text,
});
export type DiffView = Static<typeof DiffView>;

const Shown = Type.Unsafe<Redacted>({ description: 'a value, with fingerprints in place of secrets' });

export const ConfigurationView = Type.Object({
  at: At,
  sections: Type.Array(
    Type.Object({
      /** A key of the top level. */
      path: Text,
      declared: Optional(Shown),
      live: Optional(Shown),
      /** Values that are too large to show are left out. */
      tooLarge: Optional(Type.Boolean()),
      differences: Type.Integer(),
    }),
  ),
  /** Names that clients can ask for, at most 1,000. */
  models: Optional(Type.Array(Text)),
  /** Logged-in accounts of the gateway, at most 1,000. */
  accounts: Optional(
    Type.Array(
      Type.Object({ name: Text, provider: Text, state: Text, status: Text, nextRetryAfter: Optional(Text) }),
    ),
  ),
});
export type ConfigurationView = Static<typeof ConfigurationView>;

/** Paths of the gateway's file that a restore would change, at most 500 of each. */
export const BackupDiffView = Type.Object({
  same: Type.Boolean(),
  added: Type.Array(Text),
  removed: Type.Array(Text),
  changed: Type.Array(Text),
});
export type BackupDiffView = Static<typeof BackupDiffView>;

export const LookView = Type.Object({
  at: At,
  trigger: Text,
  outcome: Text,
  differences: Type.Integer(),
  durationMs: Type.Number(),
  requests: Type.Integer(),
});
const More = Type.Boolean({ description: 'whether older ones are kept' });
export const LooksView = Type.Object({
  looks: Type.Array(LookView, { description: 'newest first' }),
  more: More,
});
export type LooksView = Static<typeof LooksView>;

export const HistoryEntryView = Type.Object({
  id: Text,
  at: At,
  outcome: Text,
  revision: Optional(Revision),
  planDigest: Optional(Text),
  changes: Type.Array(Text),
  writes: Type.Array(Text),
  backup: Optional(Text),
  evidence: Type.Array(Type.Object({ check: Text, passed: Type.Boolean(), detail: Text })),
  problems: Type.Array(Text),
  durationMs: Type.Number(),
  requests: Type.Record(Text, Type.Integer()),
  /** Who requested it, if someone did. */
  by: Optional(Text),
  /** Its place in the hash chain; absent if an earlier version recorded it. */
  chain: Optional(
    Type.Object({ n: Type.Integer(), previous: Text, hash: Text, before: Optional(Type.Boolean()) }),
  ),
  /** Which try of a bisection it was. */
  bisection: Optional(Type.Object({ number: Type.Integer(), atMost: Type.Integer() })),
});
export type HistoryEntryView = Static<typeof HistoryEntryView>;
export const HistoryView = Type.Object({
  entries: Type.Array(HistoryEntryView, { description: 'newest first' }),
  more: More,
});
export type HistoryView = Static<typeof HistoryView>;

export const BackupsView = Type.Object({
  backups: Type.Array(
    Type.Object({
      id: Text,
      at: At,
      reason: Text,
      bytes: Type.Integer(),
      sha256: Text,
      pinned: Type.Boolean(),
    }),
  ),
});
export type BackupsView = Static<typeof BackupsView>;

/** Unknown members are refused: a misspelled `dryRun` must not apply anything. */
const strictly = { additionalProperties: false } as const;
const Allow = Type.Array(Type.String({ minLength: 1, maxLength: 500 }), {
  maxItems: 50,
  description: 'guards to override, everywhere or below a path, in the format of `--allow`',
});

const InMode = Type.Union([Type.Literal('observe'), Type.Literal('apply'), Type.Literal('enforce')], {
  description: "the mode for this run, instead of the target's mode; `enforce` corrects drift",
});

export const LoginRequest = Type.Object({ token: Type.String({ minLength: 1, maxLength: 1000 }) }, strictly);
export type LoginRequest = Static<typeof LoginRequest>;
export const SuspendRequest = Type.Object(
  { until: At, reason: Type.String({ minLength: 1, maxLength: 500 }) },
  strictly,
);
export type SuspendRequest = Static<typeof SuspendRequest>;
const Only = Type.Array(Type.String({ minLength: 1, maxLength: 1000 }), {
  maxItems: 100,
  description: 'paths: the rest is neither written nor judged',
});
export const PlanRequest = Type.Object(
  {
    depth: Optional(Type.Union([Type.Literal('shallow'), Type.Literal('deep')])),
    allow: Optional(Allow),
    mode: Optional(InMode),
    prune: Optional(Type.Boolean()),
    only: Optional(Only),
  },
  strictly,
);
export type PlanRequest = Static<typeof PlanRequest>;
export const ApplyRequest = Type.Object(
  {
    /** Digest of the approved plan; without it, what the daemon would apply by itself. */
    approved: Optional(Type.Object({ keyId: Text, value: Text }, strictly)),
    allow: Optional(Allow),
    mode: Optional(InMode),
    prune: Optional(Type.Boolean()),
    only: Optional(Only),
    /** Try a quarantined revision again. */
    retry: Optional(Type.Boolean()),
    dryRun: Optional(Type.Boolean()),
  },
  strictly,
);
export type ApplyRequest = Static<typeof ApplyRequest>;
export const AdoptRequest = Type.Object(
  {
    /** As a plan shows them; absent: everything that the gateway changed. */
    paths: Optional(Only),
    /** What becomes of a value that changed on both sides. */
    keep: Optional(Type.Union([Type.Literal('theirs'), Type.Literal('ours')])),
    /** A new branch; absent: `holdfast/adopt-TARGET`, which is replaced. */
    branch: Optional(Type.String({ minLength: 1, maxLength: 200 })),
  },
  strictly,
);
export type AdoptRequest = Static<typeof AdoptRequest>;
export const AdoptedView = Type.Object({
  target: TargetName,
  adopted: Type.Array(Text),
  /** What still differs. */
  left: Type.Array(Text),
  branch: Optional(Text),
  commit: Optional(Text),
  /** The open one of the branch, where the settings name a forge. */
  pullRequest: Optional(Type.Object({ number: Type.Integer(), link: Text })),
  /** Why there is no pull request; the branch is pushed. */
  problems: Optional(Type.Array(Type.Object({ code: Text, message: Text, remedy: Text }))),
});
export type AdoptedView = Static<typeof AdoptedView>;
const Confirm = Type.String({ description: 'the name of the target, typed again by a person' });
export const RestoreRequest = Type.Object(
  {
    /** ID of a backup; `latest` for the newest. */
    backup: Type.String({ minLength: 1, maxLength: 200 }),
    confirm: Confirm,
    dryRun: Optional(Type.Boolean()),
  },
  strictly,
);
export type RestoreRequest = Static<typeof RestoreRequest>;
/** Restores the state before the last apply, and quarantines the revision that was applied. */
export const RollbackRequest = Type.Object({ confirm: Confirm, dryRun: Optional(Type.Boolean()) }, strictly);
export type RollbackRequest = Static<typeof RollbackRequest>;

/** RFC 9457, with the additional members of Holdfast's coded problems. */
export const ProblemView = Type.Object({
  type: Text,
  title: Text,
  status: Type.Integer(),
  detail: Optional(Text),
  problems: Optional(
    Type.Array(Type.Object({ code: Text, message: Text, remedy: Optional(Text), path: Optional(Text) })),
  ),
});
export type ProblemView = Static<typeof ProblemView>;

/** One event of `GET /api/v1/events`; its `event:` line is `kind`. */
export type LiveEvent =
  /** Something about this target changed; the event has the new view. */
  | { readonly kind: 'target'; readonly target: TargetView }
  /** A check or a requested piece of work ended. */
  | { readonly kind: 'look'; readonly target: string; readonly look: Static<typeof LookView> }
  /** A transaction has a new entry, or there is another plan: reload the history or the plan. */
  | { readonly kind: 'plan' | 'history'; readonly target: string }
  | { readonly kind: 'source'; readonly source: Source }
  /** The rollout changed: reload it. */
  | { readonly kind: 'rollout' }
  /** The settings were reloaded: targets may have been added or removed. */
  | { readonly kind: 'settings' };
