// The records of a target, copied from one Store to another. Both need the same key of hashes. A copy that was
// interrupted can be repeated: what is there already stays one.
import { fail } from '../domain/problem/problem.ts';
import { plural } from '../lib/text.ts';
import type { CheckRecord } from '../domain/state/check-record.ts';
import { anchorIn, linkOf, recordIn } from './history-chain.ts';
import type { PortableStore } from './store.ts';
import { withTarget } from './with-target.ts';

/** How many records were copied. */
export interface Copied {
  readonly backups: number;
  readonly history: number;
  readonly checks: number;
}

/** More than any Store keeps. */
const ALL = 1_000_000;

/**
 * Nobody else works on the target meanwhile. Rejects with HF6022 if the destination has another key of hashes, or
 * the target has an unfinished transaction.
 */
export async function copyTarget(from: PortableStore, to: PortableStore, target: string): Promise<Copied> {
  if (from.hashKey.open() !== to.hashKey.open())
    throw fail('HF6022', `${to.place} contains the state of other runs`, { target });
  const owner = 'holdfast state copy';
  return withTarget(from, { target, owner }, () =>
    withTarget(to, { target, owner }, () => copied(from, to, target)),
  );
}

async function copied(from: PortableStore, to: PortableStore, target: string): Promise<Copied> {
  const open = await from.journal(target);
  if (open)
    throw fail('HF6022', `${target} has an unfinished transaction`, {
      target,
      remedy: `Run \`holdfast apply --dry-run --target ${target}\` first. It closes the transaction.`,
    });
  await to.update(target, await from.read(target));
  const backups = (await from.listBackups(target)).toReversed();
  for (const { id } of backups) await to.addBackup(await from.readBackup(target, id));
  const history = await copyHistory(from, to, target);
  const checks = await missingChecks(from, to, target);
  for (const check of checks) await to.appendLook(target, check);
  return { backups: backups.length, history, checks: checks.length };
}

/** The records as they are, so that their hash chain stays whole. Returns how many of them are new there. */
async function copyHistory(from: PortableStore, to: PortableStore, target: string): Promise<number> {
  const records = await from.historyRecords(target);
  const there = new Set(await to.historyRecords(target));
  const missing = records.filter((record) => !there.has(record));
  if (missing.length === 0) return 0;
  const own = ownIn([...there], records);
  if (own > 0)
    throw fail('HF6022', `${to.place} has ${plural(own, 'history entry')} of ${target} of its own`, {
      target,
    });
  await to.replaceHistory(target, records);
  return missing.length;
}

/** How many entries the source neither has nor had. */
function ownIn(there: readonly string[], records: readonly string[]): number {
  const known = new Set(records.map((text) => recordIn(text)?.['id']));
  const first = records.map(recordIn).find((record) => record !== undefined);
  const removed = (first && anchorIn(first)?.n) ?? 0;
  return there
    .map(recordIn)
    .filter((record) => record !== undefined)
    .filter((record) => !anchorIn(record) && !known.has(record['id']))
    .filter((record) => (linkOf(record)?.n ?? Infinity) > removed).length;
}

/** Oldest first. */
async function missingChecks(
  from: PortableStore,
  to: PortableStore,
  target: string,
): Promise<readonly CheckRecord[]> {
  const there = new Set((await to.looks(target, ALL)).map((check) => JSON.stringify(check)));
  return (await from.looks(target, ALL)).filter((check) => !there.has(JSON.stringify(check))).toReversed();
}

/** Where the fleet is, so that a rollout goes on from there. */
export async function copyRollout(from: PortableStore, to: PortableStore): Promise<void> {
  const rollout = await from.rollout();
  await to.changeRollout((there) => there ?? rollout);
}

/** What channels were sent, so that nobody gets a message again. */
export async function copyNotified(from: PortableStore, to: PortableStore): Promise<void> {
  await to.saveNotified({ ...(await to.notified()), ...(await from.notified()) });
}
