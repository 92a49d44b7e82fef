// What was last applied, for the plan: as the state directory recorded it, or as an earlier commit of the files says it.
// The rest of the engine doesn't know which.
import { factsOf } from '../../gateway/layout/layouts.ts';
import { declaredTexts, type Texts } from '../../desired/read/origins.ts';
import type { Live } from '../../domain/live.ts';
import type { Memory } from '../../domain/plan/memory.ts';
import type { Problem } from '../../domain/problem/problem.ts';
import type { LastApplied } from '../../domain/state/state.ts';
import { baseMemory, isShared } from '../../plan/base-memory.ts';
import { judgeManagementSecret } from '../../plan/guards/management-secret.ts';
import { localiseDesired, type LocaliseInput } from '../../plan/localise/localise-desired.ts';
import { contentIn } from '../run/compare.ts';
import type { Base } from '../run/context.ts';
import type { LiveRun } from '../run/run.ts';

export interface KnownBefore {
  readonly memory: Memory;
  readonly lastApplied: LastApplied | undefined;
  readonly released: readonly string[] | undefined;
  /** Texts of the desired state that was applied, where it is there. */
  readonly texts?: () => Texts;
  readonly notes: readonly Problem[];
}

/** A named base counts more than the state directory, and that more than a base that was found. */
export async function knownBefore(run: LiveRun, live: Live): Promise<KnownBefore> {
  const { state, context } = run;
  const { lastApplied, released } = state;
  const { base } = context;
  if (lastApplied && !base?.isNamed) {
    const memory: Memory = { source: 'state', ...(base?.label !== undefined && { unused: base.label }) };
    return { memory, lastApplied, released, notes: [] };
  }
  const loaded = await base?.load();
  if (loaded?.kind === 'desired') return knownByBase(run, live, loaded);
  const memory: Memory = { source: 'none', ...(loaded && { why: loaded.why }) };
  return { memory, lastApplied: undefined, released, notes: loaded?.problems ?? [] };
}

async function knownByBase(
  run: LiveRun,
  live: Live,
  { desired, target, commit, unresolved }: Extract<Base, { kind: 'desired' }>,
): Promise<KnownBefore> {
  const { dialect, context, state } = run;
  const own = { ...context.target, policy: target.policy };
  const nothing = { allow: undefined, lastApplied: undefined, released: undefined };
  const localised = localiseDesired({ ...around(run, live), ...nothing, desired, target: own });
  const lastApplied = baseMemory({
    localised,
    isShared: isShared(context.target),
    live,
    dialect,
    managementSecret: await judgeManagementSecret(localised.desired, live, localised.target),
    hasUnresolved: unresolved.length > 0,
    now: context.clock.now(),
    hash: (text) => context.store.hash(text),
  });
  return {
    memory: { source: 'base', base: commit },
    lastApplied,
    released: state.released,
    texts: () => declaredTexts(localised.desired, dialect.catalog),
    notes: unresolved,
  };
}

/** What a desired state is localised to. */
export function around(
  { context: { store }, dialect }: LiveRun,
  live: Live,
): Pick<LocaliseInput, 'dialect' | 'content' | 'live' | 'hash'> {
  return {
    dialect,
    content: live.file && factsOf(dialect.catalog.layout).hasGroups ? contentIn(live.file, dialect) : {},
    live,
    hash: (text) => store.hash(text),
  };
}
