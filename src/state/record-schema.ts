// The schemas of the state's records. A file that someone edited counts as damaged when it is read, instead of
// causing a failure during a transaction. Unknown members are accepted, because a later version may have written
// them.
import type { CheckRecord } from '../domain/state/check-record.ts';
import { type Backup, isBackupId } from '../domain/state/backup.ts';
import type { Requests } from '../domain/requests.ts';
import type { QuarantinedPart } from '../domain/outcome/quarantine.ts';
import type { Bisection, HistoryEntry, Journal, NotifiedStatus } from '../domain/state/state.ts';
import {
  type Rollout,
  ROLLOUT_PHASES,
  ROLLOUT_TARGET_PHASES,
  type RolloutTarget,
  type RolloutWave,
} from '../domain/state/rollout.ts';
import type { Rotation } from '../domain/state/rotation.ts';
import type { TargetState } from './store.ts';

type Check = (value: unknown) => boolean;
type Checks<T> = { readonly [K in keyof T]-?: Check };

const isText: Check = (value) => typeof value === 'string';
const isNumber: Check = (value) => typeof value === 'number';
const isBoolean: Check = (value) => typeof value === 'boolean';
/** ms since the epoch that a Date can represent. */
const isTime: Check = (value) => typeof value === 'number' && Math.abs(value) <= 8.64e15;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const arrayOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const mapOf =
  (check: Check): Check =>
  (value) =>
    isRecord(value) && Object.values(value).every(check);
const maybe =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const recordOf =
  (checks: Readonly<Record<string, Check>>): Check =>
  (value) =>
    isRecord(value) &&
    Object.entries(checks).every(([name, check]) =>
      check(Object.hasOwn(value, name) ? value[name] : undefined),
    );

const isRevision = recordOf({ digest: isText });
const isLastApplied = recordOf({
  at: isTime,
  revision: isRevision,
  hashes: mapOf(isText),
  placed: arrayOf(isText),
  keyId: maybe(isText),
  url: maybe(isText),
});
const isBeforeApply = recordOf({
  backup: isText,
  lastApplied: maybe(isLastApplied),
  released: arrayOf(isText),
});
const isCheck = recordOf({
  at: isTime,
  inSync: isBoolean,
  revision: maybe(isText),
  causes: maybe(recordOf({ files: isNumber, gateway: isNumber })),
});
const isUntil = { until: isTime, reason: isText };

const ROTATION: Checks<Rotation> = {
  path: isText,
  kind: isText,
  phase: isText,
  startedAt: isTime,
  place: isText,
  old: isText,
  new: isText,
  reference: isText,
  generated: maybe(isBoolean),
  demoted: maybe(isBoolean),
  grace: maybe(isNumber),
  since: maybe(isTime),
  seen: maybe(recordOf({ at: isTime, unusedSince: isTime, old: isNumber, new: isNumber, all: isNumber })),
};

const PART: Checks<QuarantinedPart> = {
  path: isText,
  changes: isNumber,
  position: maybe(recordOf({ file: isText, line: isNumber, column: isNumber })),
  reason: maybe(isText),
};

const BISECTION: Checks<Bisection> = {
  tries: isNumber,
  total: isNumber,
  failing: arrayOf(isText),
  reason: isText,
  culprits: arrayOf(recordOf({ paths: arrayOf(isText), reason: isText, confirmed: isBoolean })),
  undecided: arrayOf(arrayOf(isText)),
  passed: isBoolean,
  over: maybe(isBoolean),
};

const isTry = recordOf({ number: isNumber, atMost: isNumber });

const STATE: Checks<TargetState> = {
  lastApplied: maybe(isLastApplied),
  beforeApply: maybe(isBeforeApply),
  origins: maybe(recordOf({ secrets: arrayOf(isText), plain: arrayOf(isText) })),
  authBlock: maybe(recordOf({ ...isUntil, banned: maybe(isBoolean), keys: isText })),
  suspension: maybe(recordOf({ ...isUntil, by: maybe(isText) })),
  quarantine: maybe(
    recordOf({
      revision: isText,
      since: isTime,
      reason: isText,
      by: maybe(isText),
      only: maybe(arrayOf(isText)),
      parts: maybe(arrayOf(recordOf(PART))),
      bisection: maybe(recordOf(BISECTION)),
    }),
  ),
  detection: maybe(recordOf({ build: isText, api: isText, at: isTime })),
  lastOutcome: maybe(recordOf({ kind: isText, at: isTime, summary: isText })),
  lastDeepCheck: maybe(isCheck),
  lastShallowCheck: maybe(isCheck),
  released: maybe(arrayOf(isText)),
  undeclared: maybe(arrayOf(recordOf({ path: isText, count: isNumber, names: arrayOf(isText) }))),
  drift: maybe(recordOf({ corrected: mapOf(arrayOf(isNumber)), contested: arrayOf(isText) })),
  modelGaps: maybe(recordOf({ build: isText, paths: arrayOf(isText) })),
  knownFiles: maybe(arrayOf(isText)),
  knownImages: maybe(arrayOf(recordOf({ file: isText, leaves: mapOf(isText) }))),
  workingKey: maybe(isNumber),
  wayBack: maybe(isText),
  writeMs: maybe(arrayOf(isNumber)),
  lateReload: maybe(recordOf({ ms: isNumber, calm: isNumber })),
  steadyFile: maybe(recordOf({ file: isText, from: isTime, to: isTime, machine: isText })),
  rotations: maybe(arrayOf(recordOf(ROTATION))),
  historyHead: maybe(recordOf({ n: isNumber, hash: isText })),
};

const JOURNAL: Checks<Journal> = {
  id: isText,
  openedAt: isTime,
  planDigest: isText,
  revision: isRevision,
  backup: isText,
  before: isText,
  predicted: arrayOf(isText),
  sent: isNumber,
  footprint: arrayOf(isText),
  only: maybe(arrayOf(isText)),
  remains: maybe(isNumber),
  ours: maybe(mapOf(isText)),
  phase: (value) => value === 'open' || value === 'rolling-back',
  keptFlat: maybe(isBoolean),
  remembered: maybe(
    recordOf({
      lastApplied: isLastApplied,
      released: arrayOf(isText),
      beforeApply: maybe(isBeforeApply),
    }),
  ),
  changes: maybe(arrayOf(isText)),
  writes: maybe(arrayOf(isText)),
  by: maybe(isText),
  quarantined: maybe(arrayOf(isText)),
  bisection: maybe(isTry),
};

export const isTargetState: Check = recordOf(STATE);
const MARK: Checks<NotifiedStatus> = {
  standing: isText,
  of: maybe(isText),
  trouble: maybe(isText),
  expiring: maybe(arrayOf(isText)),
};

export const isTold: Check = mapOf(mapOf(recordOf(MARK)));
export const isJournal: Check = recordOf(JOURNAL);

const LOOK: Checks<CheckRecord> = {
  at: isTime,
  trigger: isText,
  outcome: isText,
  differences: isNumber,
  durationMs: isNumber,
  requests: isNumber,
};
export const isLook: Check = recordOf(LOOK);

const REQUESTS: Checks<Requests> = { succeeded: isNumber, failed: isNumber };
const isRequests = recordOf(REQUESTS);
const oneOf =
  (texts: readonly unknown[]): Check =>
  (value) =>
    texts.includes(value);

const ROLLOUT_TARGET: Checks<RolloutTarget> = {
  phase: oneOf(ROLLOUT_TARGET_PHASES),
  at: isTime,
  to: maybe(isText),
  why: maybe(isText),
  notBefore: maybe(isTime),
  isLate: maybe(isBoolean),
  isBusy: maybe(isBoolean),
  retry: maybe(isBoolean),
  unreachable: maybe(isNumber),
  backup: maybe(isText),
  verifiedAt: maybe(isTime),
  requests: maybe(recordOf({ recent: isRequests, written: maybe(isRequests), last: maybe(isRequests) })),
};

const ROLLOUT_WAVE: Checks<RolloutWave> = {
  name: isText,
  targets: arrayOf(isText),
  soakFrom: maybe(isTime),
  askedAt: maybe(isTime),
  passedAt: maybe(isTime),
  rates: maybe(recordOf({ before: isRequests, during: isRequests })),
};

const ROLLOUT: Checks<Rollout> = {
  id: isText,
  phase: oneOf(ROLLOUT_PHASES),
  startedAt: isTime,
  at: isTime,
  by: maybe(isText),
  why: maybe(isText),
  commit: maybe(recordOf({ sha: isText })),
  supersedes: maybe(isText),
  waves: arrayOf(recordOf(ROLLOUT_WAVE)),
  targets: mapOf(recordOf(ROLLOUT_TARGET)),
};
export const isRollout: Check = recordOf(ROLLOUT);

const HISTORY: Checks<HistoryEntry> = {
  id: isText,
  at: isTime,
  outcome: isText,
  revision: maybe(isRevision),
  planDigest: maybe(isText),
  changes: arrayOf(isText),
  writes: arrayOf(isText),
  backup: maybe(isText),
  evidence: arrayOf(isRecord),
  problems: arrayOf(isText),
  durationMs: isNumber,
  requests: isRecord,
  by: maybe(isText),
  chain: maybe(recordOf({ n: isNumber, previous: isText, hash: isText, before: maybe(isBoolean) })),
  bisection: maybe(isTry),
};
export const isHistoryEntry: Check = recordOf(HISTORY);

const BACKUP: Checks<Omit<Backup, 'file' | 'json'>> = {
  id: (value) => typeof value === 'string' && isBackupId(value),
  target: isText,
  at: isTime,
  reason: isText,
  build: recordOf({ version: isText, commit: isText, buildDate: isText, supportsPlugins: isBoolean }),
  pinned: isBoolean,
  bytes: isNumber,
  sha256: isText,
  url: maybe(isText),
};
export const isBackupContent: Check = recordOf({
  format: isNumber,
  backup: recordOf(BACKUP),
  file: isText,
  json: isText,
});
