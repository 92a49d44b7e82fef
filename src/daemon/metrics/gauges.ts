// Sets the gauges to the current values; unknown values have no series.
import type { Source } from '../../api-schema/views.ts';
import { SYNC_STATUSES } from '../../domain/outcome/sync-status.ts';
import { type Rollout, ROLLOUT_PHASES, ROLLOUT_TARGET_PHASES } from '../../domain/state/rollout.ts';
import type { Facts } from './facts.ts';
import type { Instruments } from './instruments.ts';

type Gauges = Instruments['gauges'];

/** Digits of a hash that name an entry of a history. */
const HASH_SHOWN = 16;

const seconds = (ms: number): number => ms / 1000;

export function clear(gauges: Gauges): void {
  for (const gauge of Object.values(gauges)) gauge.reset();
}

export function showFacts(gauges: Gauges, all: ReadonlyMap<string, Facts>, now: number): void {
  for (const [target, facts] of all) showTarget(gauges, target, facts, now);
}

function showTarget(gauges: Gauges, target: string, facts: Facts, now: number): void {
  const { differences, lastLook, lastSuccess, suspendedUntil, authBlockedUntil, revision, historyHead } =
    facts;
  for (const standing of Object.keys(SYNC_STATUSES))
    gauges.standing.set({ target, standing }, standing === facts.standing ? 1 : 0);
  gauges.authBlocked.set({ target }, (authBlockedUntil ?? 0) > now ? 1 : 0);
  if (differences !== undefined) gauges.differences.set({ target }, differences);
  if (lastLook !== undefined) gauges.lastLook.set({ target }, seconds(lastLook));
  if (lastSuccess !== undefined) gauges.lastSuccess.set({ target }, seconds(lastSuccess));
  if (suspendedUntil !== undefined && suspendedUntil > now)
    gauges.suspendedUntil.set({ target }, seconds(suspendedUntil));
  if (revision) gauges.revision.set({ target, revision: revision.digest, commit: revision.commit }, 1);
  if (historyHead)
    gauges.historyHead.set(
      { target, entry: String(historyHead.n), hash: historyHead.hash.slice(0, HASH_SHOWN) },
      1,
    );
}

/** Nothing if there was none. */
export function showRollout(gauges: Gauges, rollout: Rollout | undefined): void {
  if (!rollout) return;
  for (const phase of ROLLOUT_PHASES) gauges.rolloutPhase.set({ phase }, phase === rollout.phase ? 1 : 0);
  const targets = Object.values(rollout.targets);
  for (const phase of ROLLOUT_TARGET_PHASES)
    gauges.rolloutTargets.set({ phase }, targets.filter((target) => target.phase === phase).length);
}

/** Nothing if no git repository is followed. */
export function showSource(gauges: Gauges, source: Source | undefined): void {
  if (!source) return;
  const { ref, commit, answeredAt, problem } = source;
  gauges.gitStale.set({ ref }, problem === undefined ? 0 : 1);
  if (commit) gauges.gitCommit.set({ ref, commit: commit.sha }, 1);
  if (commit?.at !== undefined) gauges.gitCommittedAt.set({ ref }, seconds(commit.at));
  if (answeredAt !== undefined) gauges.gitAnsweredAt.set({ ref }, seconds(answeredAt));
}
