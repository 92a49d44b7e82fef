// The records of a target, copied from one Store to another. Both need the same key of hashes. A copy that was
// interrupted can be repeated: what is there already stays one.
import { fail } from '../domain/problem/problem.ts';
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
  const history = await missingIn(from.history, to.history, target);
  for (const entry of history) await to.appendHistory(target, entry);
  const checks = await missingIn(from.looks, to.looks, target);
  for (const check of checks) await to.appendLook(target, check);
  return { backups: backups.length, history: history.length, checks: checks.length };
}

/** Oldest first. */
async function missingIn<Entry>(
  from: (target: string, limit: number) => Promise<readonly Entry[]>,
  to: (target: string, limit: number) => Promise<readonly Entry[]>,
  target: string,
): Promise<readonly Entry[]> {
  const there = new Set((await to(target, ALL)).map((entry) => JSON.stringify(entry)));
  return (await from(target, ALL)).filter((entry) => !there.has(JSON.stringify(entry))).toReversed();
}

/** What channels were sent, so that nobody gets a message again. */
export async function copyNotified(from: PortableStore, to: PortableStore): Promise<void> {
  await to.saveNotified({ ...(await to.notified()), ...(await from.notified()) });
}
