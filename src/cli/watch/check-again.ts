// Without a daemon: checks the targets again and again, and writes nothing to them. The first check is deep.
import { check } from '../../apply/apply.ts';
import type { Io } from '../../compose/io.ts';
import type { Session } from '../../compose/session.ts';
import { createStatusCache, type StatusCache } from '../../daemon/core/status-cache.ts';
import { whyOf } from '../../daemon/http/server/why.ts';
import { causesOf } from '../../domain/plan/last-check.ts';
import { differencesAfter } from '../../domain/outcome/sync-status.ts';
import type { Target } from '../../domain/target.ts';
import type { Overview, OverviewRow } from '../../report/text/overview.ts';
import { rememberedStatus } from '../../state/remembered-status.ts';
import { atTheDaemon } from '../io/remote-options.ts';
import { openCommandSession } from '../io/session.ts';
import type { Tell, WatchFlags } from './watch.ts';

/** Runs until `io.signal` aborts. */
export async function checkAgain(flags: WatchFlags, io: Io, tell: Tell): Promise<void> {
  await using session = await openCommandSession(flags, io);
  const { targets, clock } = session;
  const cache = createStatusCache();
  const rows = new Map<string, OverviewRow>();
  for (const target of targets) rows.set(target.name, await rowOf(session, target, cache));
  const show = (): void => tell(overviewOf([...rows.values()], flags.interval));
  if (io.screen) show(); // until the first check, what is remembered
  for (let depth: 'deep' | 'shallow' = 'deep'; !io.signal.aborted; depth = 'shallow') {
    await Promise.all(
      targets.map(async (target) => {
        cache.planned(await check(session.contextOf(target), { depth }));
        rows.set(target.name, await rowOf(session, target, cache));
        show();
      }),
    );
    await clock.sleep(flags.every, io.signal).catch(() => undefined);
  }
}

const overviewOf = (rows: readonly OverviewRow[], interval: string): Overview => ({
  origin: `Holdfast here, a check every ${interval}`,
  rows,
});

async function rowOf(session: Session, { name }: Target, cache: StatusCache): Promise<OverviewRow> {
  const state = await session.store.read(name);
  const known = cache.of(name);
  const standing = known.standing ?? rememberedStatus(state, session.clock.now());
  const isMissing = standing === 'invalid' && known.outcome?.problems.some(({ code }) => code === 'HF2001');
  const elsewhere = isMissing ? atTheDaemon(session.settings) : undefined;
  const why = elsewhere ?? whyOf(standing, known);
  const differences = known.outcome && differencesAfter(known.outcome);
  const checkedAt = Math.max(state.lastDeepCheck?.at ?? 0, state.lastShallowCheck?.at ?? 0);
  return {
    target: name,
    standing,
    ...(known.plan && { causes: causesOf(known.plan.plan) }),
    ...(why !== undefined && { why }),
    ...(known.since !== undefined && { since: known.since }),
    ...(differences !== undefined && { differences }),
    ...(checkedAt > 0 && { checkedAt }),
  };
}
