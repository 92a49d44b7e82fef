// What plan, diff, drift, apply, status and history find through a daemon: the same values that they would find here.
import type { Outcome } from '../nouns/outcome.ts';
import type { Digest, Plan } from '../nouns/plan.ts';
import type { HistoryEntry } from '../nouns/state.ts';
import type { Mode } from '../nouns/target.ts';
import type { TargetStatus } from '../report/status-text.ts';
import type { ApplyRequest, PlanRequest, TargetView } from '../wire/views.ts';
import { afterAsking, type Confirm } from './confirm.ts';
import type { Io } from './io.ts';
import { selected } from './selected.ts';
import type { Routed, ViaFlags } from './via.ts';
import { openVia } from './via-client.ts';

/** One outcome a target, targets side by side. */
export async function checksVia(
  flags: Routed<ViaFlags>,
  io: Io,
  depth: 'shallow' | 'deep',
): Promise<readonly Outcome[]> {
  await using via = await openVia(flags, io);
  const targets = selected((await via.targets()).targets, flags.target);
  return await Promise.all(targets.map(({ name }) => via.plan(name, { ...judged(flags), depth })));
}

/** What somebody says for this once. */
function judged({ allow, mode, prune }: ViaFlags): Pick<PlanRequest, 'allow' | 'mode' | 'prune'> {
  return {
    ...(allow && { allow: [...allow] }),
    ...(mode !== undefined && { mode: mode as Mode }), // one of the choices that commander offers
    ...(prune !== undefined && { prune }),
  };
}

export interface Applying extends ViaFlags {
  readonly dryRun?: boolean;
  readonly retry?: boolean;
}

/** One target after the other; exactly the plan that was approved, where one was. */
export async function appliesVia(
  flags: Routed<Applying>,
  io: Io,
  approved: Plan | undefined,
  confirm: Confirm | undefined,
): Promise<readonly Outcome[]> {
  await using via = await openVia(flags, io);
  const names = approved ? [approved.target] : flags.target;
  const outcomes: Outcome[] = [];
  for (const { name } of selected((await via.targets()).targets, names)) {
    const work = {
      plan: () => via.plan(name, judged(flags)),
      apply: (digest?: Digest) => via.apply(name, requestOf(flags, digest)),
    };
    outcomes.push(await (approved || !confirm ? work.apply(approved?.digest) : afterAsking(work, confirm)));
  }
  return outcomes;
}

function requestOf(flags: Applying, approved: Digest | undefined): ApplyRequest {
  return {
    ...judged(flags),
    ...(approved && { approved }),
    ...(flags.dryRun && { dryRun: true }),
    ...(flags.retry && { retry: true }),
  };
}

export async function statusVia(
  flags: Routed<ViaFlags>,
  io: Io,
): Promise<{ targets: readonly TargetStatus[]; stateIsNew: boolean }> {
  await using via = await openVia(flags, io);
  const { targets, stateIsNew } = await via.targets();
  return { targets: selected(targets, flags.target).map(statusOf), stateIsNew };
}

function statusOf({ name, ...view }: TargetView): TargetStatus {
  const unread = view.standing === 'invalid' ? {} : { unresolved: 'the daemon has not read the files yet' };
  return {
    target: name,
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
    contested: view.contested,
  };
}

type Entry = HistoryEntry & { readonly target: string };

/** The newest of each target, or those that this id may mean. */
export async function historyVia(
  flags: Routed<ViaFlags>,
  io: Io,
  asked: { readonly limit: number } | { readonly id: string },
): Promise<readonly Entry[]> {
  await using via = await openVia(flags, io);
  const entries: Entry[] = [];
  for (const { name } of selected((await via.targets()).targets, flags.target)) {
    const found =
      'id' in asked ? [await via.entry(name, asked.id)] : (await via.history(name, asked.limit)).entries;
    for (const entry of found) if (entry) entries.push({ ...(entry as HistoryEntry), target: name }); // only shown
  }
  return entries;
}
