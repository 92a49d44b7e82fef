// What plan, diff, drift, apply, status and history get from a daemon: the same values as locally.
import type { Outcome } from '../../domain/outcome/outcome.ts';
import type { Digest } from '../../domain/plan/plan.ts';
import type { RolloutAction } from '../../domain/state/rollout.ts';
import type { HistoryEntry } from '../../domain/state/state.ts';
import type { Mode } from '../../domain/target.ts';
import type { SyncStatus } from '../../domain/outcome/sync-status.ts';
import { HoldfastError } from '../../domain/problem/problem.ts';
import { accountLine, type TargetStatus } from '../../report/text/status.ts';
import type { RolloutAnswer } from '../../api-schema/rollout.ts';
import type { ApplyRequest, PlanRequest, TargetView } from '../../api-schema/views.ts';
import { type Approved, approvedDigests, type Around } from '../ci/approval.ts';
import { afterAsking } from '../io/confirm.ts';
import type { Io } from '../../compose/io.ts';
import { selectedTargets } from '../../compose/selected-targets.ts';
import type { Routed, RemoteFlags } from '../io/remote-options.ts';
import { openRemote, type Remote } from './client.ts';

/** One outcome per target, targets in parallel. */
export async function remoteChecks(
  flags: Routed<RemoteFlags>,
  io: Io,
  depth: 'shallow' | 'deep',
  begun?: (targets: readonly string[]) => Promise<void>,
): Promise<readonly Outcome[]> {
  await using remote = await openRemote(flags, io);
  const targets = selectedTargets((await remote.targets()).targets, flags.target);
  await begun?.(targets.map(({ name }) => name));
  return await Promise.all(targets.map(({ name }) => remote.plan(name, { ...judged(flags), depth })));
}

/** What the caller sets for this run. */
function judged({
  allow,
  mode,
  prune,
  only,
}: RemoteFlags): Pick<PlanRequest, 'allow' | 'mode' | 'prune' | 'only'> {
  return {
    ...(allow && { allow: [...allow] }),
    ...(mode !== undefined && { mode: mode as Mode }), // one of the choices that commander offers
    ...(prune !== undefined && { prune }),
    ...(only && { only: [...only] }),
  };
}

export interface Applying extends RemoteFlags {
  readonly dryRun?: boolean;
  readonly retry?: boolean;
}

/** One target after the other; only the approved plan, if there is one. */
export async function remoteApplies(
  flags: Routed<Applying>,
  io: Io,
  approved: Approved | undefined,
  { confirm, begun }: Around,
): Promise<readonly Outcome[]> {
  await using remote = await openRemote(flags, io);
  const asked = approved?.target === undefined ? flags.target : [approved.target];
  const names = selectedTargets((await remote.targets()).targets, asked).map(({ name }) => name);
  const digests = await approvedDigests(names, approved, flags);
  await begun(names);
  const outcomes: Outcome[] = [];
  for (const name of names) {
    const work = {
      plan: () => remote.plan(name, judged(flags)),
      apply: (digest?: Digest) =>
        remote.apply(name, requestOf({ ...flags, ...(approved?.only && { only: approved.only }) }, digest)),
    };
    const digest = digests.get(name);
    outcomes.push(await (digest || !confirm ? work.apply(digest) : afterAsking(work, confirm)));
  }
  return outcomes;
}

function requestOf(flags: Applying, approved: Digest | undefined): ApplyRequest {
  return {
    ...judged(flags),
    ...(approved && { approved: { keyId: approved.keyId, value: approved.value } }),
    ...(flags.dryRun && { dryRun: true }),
    ...(flags.retry && { retry: true }),
  };
}

/** `id` isn't sent: the person means the rollout of now. */
export async function remoteRollout(
  flags: Routed<RemoteFlags>,
  io: Io,
  action: RolloutAction | 'status',
): Promise<RolloutAnswer> {
  await using remote = await openRemote(flags, io);
  return action === 'status' ? await remote.rollout() : await remote.control(action);
}

export async function remoteStatus(
  flags: Routed<RemoteFlags>,
  io: Io,
): Promise<{ targets: readonly TargetStatus[]; stateIsNew: boolean }> {
  await using remote = await openRemote(flags, io);
  const { targets, stateIsNew } = await remote.targets();
  const [first, ...others] = selectedTargets(targets, flags.target);
  if (!first || others.length > 0)
    return { targets: selectedTargets(targets, flags.target).map(statusOf), stateIsNew };
  return { targets: [{ ...statusOf(first), credentials: await accountsAt(remote, first.name) }], stateIsNew };
}

/** Read from the gateway, so for one target only: the daemon limits how often a client can ask for it. */
async function accountsAt(remote: Remote, name: string): Promise<NonNullable<TargetStatus['credentials']>> {
  try {
    const { accounts = [] } = await remote.configuration(name);
    return { reached: true, accounts: accounts.map(accountLine) };
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    return { reached: false, why: error.problems.map(({ message }) => message).join(' ') };
  }
}

function statusOf({ name, ...view }: TargetView): TargetStatus {
  const unread =
    view.standing === 'invalid' ? {} : { unresolved: "the daemon hasn't compared the files yet" };
  return {
    target: name,
    ...(view.labels && { labels: view.labels }),
    standing: view.standing as SyncStatus, // the names are those of domain/outcome/sync-status.ts
    ...(view.why !== undefined && { why: view.why }),
    ...(view.since !== undefined && { since: view.since }),
    url: view.url,
    mode: view.mode,
    ...(view.declared === undefined ? unread : { declared: view.declared }),
    ...(view.applied && { applied: view.applied }),
    ...(view.lastOutcome && { lastOutcome: view.lastOutcome as NonNullable<TargetStatus['lastOutcome']> }), // only shown
    ...(view.lastDeepCheck && { lastDeepCheck: view.lastDeepCheck }),
    ...(view.lastShallowCheck && { lastShallowCheck: view.lastShallowCheck }),
    ...(view.suspension && { suspension: view.suspension }),
    ...(view.quarantine && { quarantine: view.quarantine }),
    ...(view.authBlock && { authBlock: view.authBlock }),
    frozen: view.frozen ?? [],
    released: view.released,
    ...(view.undeclared && { undeclared: view.undeclared.map((one) => ({ ...one, names: [] })) }),
    contested: view.contested,
    ...(view.rotating && { rotating: view.rotating }),
    ...(view.expiring && { expiring: view.expiring }),
  };
}

type Entry = HistoryEntry & { readonly target: string };

/** The newest of each target, or those that match this ID. */
export async function remoteHistory(
  flags: Routed<RemoteFlags>,
  io: Io,
  asked: { readonly limit: number } | { readonly id: string },
): Promise<readonly Entry[]> {
  await using remote = await openRemote(flags, io);
  const entries: Entry[] = [];
  for (const { name } of selectedTargets((await remote.targets()).targets, flags.target)) {
    const found =
      'id' in asked
        ? [await remote.entry(name, asked.id)]
        : (await remote.history(name, asked.limit)).entries;
    for (const entry of found) if (entry) entries.push({ ...(entry as HistoryEntry), target: name }); // only shown
  }
  return entries;
}
