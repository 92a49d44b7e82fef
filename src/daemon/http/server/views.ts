// Converts the daemon's knowledge of its targets to the API's views: from the status cache, the Store and the
// schedule.
import { summaryOf } from '../../../apply/record/summary.ts';
import type { Outcome } from '../../../domain/outcome/outcome.ts';
import { type SyncStatus, syncStatusAfter } from '../../../domain/outcome/sync-status.ts';
import { versionIn } from '../../../gateway/client/build.ts';
import { causesOf } from '../../../domain/plan/last-check.ts';
import type { Plan } from '../../../domain/plan/plan.ts';
import { isOfExpiry } from '../../../domain/problem/codes.ts';
import { openWindows } from '../../../domain/plan/freeze.ts';
import type { Quarantine } from '../../../domain/state/state.ts';
import type { Target } from '../../../domain/target.ts';
import { inForce } from '../../../domain/state/suspension.ts';
import { rememberedStatus } from '../../../state/remembered-status.ts';
import type { TargetState } from '../../../state/store.ts';
import type { PlanView, TargetView } from '../../../api-schema/views.ts';
import type { KnownStatus } from '../../core/status-cache.ts';
import type { DaemonOperations } from '../../core/daemon-operations.ts';
import { whyOf } from './why.ts';

/** Rejects with HF1003, and with HF6xxx if the state can't be read. */
export async function targetView(
  operations: DaemonOperations,
  name: string,
  now: number,
): Promise<TargetView> {
  const { url, mode, policy, api, labels } = operations.target(name);
  const frozen = openWindows(policy.freeze, now);
  const known = operations.known(name);
  const state = await operations.store().read(name);
  const standing = standingOf(known, state, now);
  const { lastApplied, beforeApply, lastDeepCheck, lastShallowCheck, quarantine, authBlock, detection } =
    state;
  const lastOutcome = lastOutcomeOf(known, state);
  const suspension = inForce(state.suspension, now);
  const nextLookAt = operations.nextLookAt(name);
  const why = whyOf(standing, known);
  const differences = await differencesOf(operations, name, standing);
  return {
    name,
    ...(labels && { labels: { ...labels } }),
    url: url.origin,
    mode,
    standing,
    ...(differences !== undefined && { differences }),
    ...(why !== undefined && { why }),
    ...(known.since !== undefined && known.standing === standing && { since: known.since }),
    ...causesIn(known.plan?.plan, differences),
    ...declaredOf(known, state, standing),
    ...(known.step && { step: known.step }),
    ...(lastApplied && { applied: { revision: lastApplied.revision, at: lastApplied.at } }),
    ...(lastOutcome && { lastOutcome }),
    ...(lastDeepCheck && { lastDeepCheck }),
    ...(lastShallowCheck && { lastShallowCheck }),
    ...(nextLookAt !== undefined && { nextLookAt }),
    ...(suspension && { suspension }),
    ...(frozen.length > 0 && { frozen }),
    ...(quarantine && { quarantine: quarantineView(quarantine) }),
    ...(beforeApply && {
      rollback: {
        ...(beforeApply.lastApplied && {
          revision: beforeApply.lastApplied.revision,
          at: beforeApply.lastApplied.at,
        }),
      },
    }),
    ...(authBlock && { authBlock: { until: authBlock.until, reason: authBlock.reason } }),
    released: [...(state.released ?? [])],
    ...(state.undeclared &&
      policy.undeclared === 'report' && {
        undeclared: state.undeclared.map(({ path, count }) => ({ path, count })),
      }),
    contested: [...(state.drift?.contested ?? [])],
    ...keysIn(known, state),
    ...(detection && { gateway: gatewayOf(detection, api, known) }),
  };
}

function keysIn(
  { outcome }: KnownStatus,
  { rotations = [] }: TargetState,
): Pick<TargetView, 'rotating' | 'expiring'> {
  const ending = outcome?.problems.filter(({ code }) => isOfExpiry(code)) ?? [];
  return {
    ...(rotations.length > 0 && { rotating: rotations.map(({ path }) => path) }),
    ...(ending.length > 0 && { expiring: ending.map(({ message }) => message) }),
  };
}

function quarantineView({ since, reason, by, parts }: Quarantine): NonNullable<TargetView['quarantine']> {
  return { since, reason, ...(by !== undefined && { by }), ...(parts && { parts: [...parts] }) };
}

function declaredOf(
  { plan }: KnownStatus,
  { lastApplied }: TargetState,
  standing: SyncStatus,
): { declared?: string } {
  if (plan && standing !== 'invalid') return { declared: plan.plan.revision.digest };
  return standing === 'in-sync' && lastApplied ? { declared: lastApplied.revision.digest } : {};
}

function standingOf(known: KnownStatus, state: TargetState, now: number): SyncStatus {
  if (inForce(state.suspension, now)) return 'suspended';
  return known.standing ?? rememberedStatus(state, now);
}

/** Another process may have worked on the target since. */
function lastOutcomeOf({ outcome }: KnownStatus, { lastOutcome }: TargetState): TargetView['lastOutcome'] {
  if (!outcome || (lastOutcome && lastOutcome.at > outcome.at)) return lastOutcome;
  return { kind: outcome.kind, at: outcome.at, summary: summaryOf(outcome) };
}

async function differencesOf(
  operations: DaemonOperations,
  name: string,
  standing: SyncStatus,
): Promise<number | undefined> {
  if (standing === 'in-sync') return 0;
  if (UNSEEN.has(standing)) return undefined;
  const { plan } = operations.known(name);
  if (plan) return plan.plan.changes.length;
  if (UNPLANNED.has(standing)) return undefined;
  const [newest] = await operations.store().looks(name, 1);
  return newest && !UNSEEN.has(syncStatusAfter(newest.outcome) ?? 'unknown') ? newest.differences : undefined;
}

function causesIn(plan: Plan | undefined, differences: number | undefined): Pick<TargetView, 'causes'> {
  return plan && differences ? { causes: { ...causesOf(plan) } } : {};
}

/** The gateway may have been compared with the files; if it was, there is a plan. */
const UNPLANNED: ReadonlySet<SyncStatus> = new Set(['invalid', 'suspended']);

/** Nobody saw how the gateway compares with the files. */
const UNSEEN: ReadonlySet<SyncStatus> = new Set(['unreachable', 'needs-a-person', 'failed', 'unknown']);

function gatewayOf(
  { build, api }: NonNullable<TargetState['detection']>,
  setting: Target['api'],
  { through }: KnownStatus,
): NonNullable<TargetView['gateway']> {
  return { version: versionIn(build), api, through: through ?? (setting === 'auto' ? api : setting) };
}

export function planView({ plan, outcome }: Pick<KnownStatus, 'plan' | 'outcome'>): PlanView {
  return {
    ...(plan && { plan: plan.plan, at: plan.at }),
    ...(outcome && { outcome: withoutPlan(outcome) }),
  };
}

/** The view has it separately. */
function withoutPlan(outcome: Outcome): Outcome {
  const { plan: _beside, ...rest } = outcome;
  return rest as Outcome; // the plan is optional in every kind
}
