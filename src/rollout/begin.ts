// A rollout for what the files declare now: a new one if a target gets another revision, otherwise the same one with
// targets that came or went. Pure.
import type { Commit } from '../domain/desired.ts';
import type { Rollout, RolloutTarget, RolloutWave } from '../domain/state/rollout.ts';
import type { Wave } from '../domain/strategy.ts';
import { sameItems } from '../lib/value.ts';

export interface Declared {
  /** Digest of the declared revision; absent if the files have errors. */
  readonly to?: string | undefined;
  /** Digest of the revision that was applied last; absent if none was. */
  readonly inForce?: string | undefined;
}

export interface Fleet {
  /** Of the targets in `declared`. */
  readonly waves: readonly Wave[];
  readonly declared: Readonly<Record<string, Declared>>;
  /** The commit of all files, if they are those of one commit. */
  readonly commit?: Commit | undefined;
}

/** `id` and `now` are those of a new rollout. The same object: nothing changed. */
export function begin(
  before: Rollout | undefined,
  fleet: Fleet,
  { id, now }: { readonly id: string; readonly now: number },
): Rollout {
  if (before && isSame(before, fleet)) return joined(before, fleet, now);
  const earlier = before && !isOver(before) ? before : undefined;
  const targets = mapped(
    fleet.declared,
    (declared, name) =>
      watched(declared, earlier?.targets[name]) ?? started(declared, before?.targets[name], now),
  );
  const isComplete = Object.values(targets).every(({ phase }) => phase === 'done');
  const replaced = earlier && (earlier.commit?.sha ?? earlier.id);
  return {
    id,
    phase: isComplete ? 'done' : before?.phase === 'paused' ? 'paused' : 'running',
    startedAt: now,
    at: now,
    ...(before?.phase === 'paused' && before.by !== undefined && { by: before.by }),
    ...(fleet.commit && { commit: fleet.commit }),
    ...(replaced !== undefined && { supersedes: replaced }),
    waves: fleet.waves.map(({ name, targets: members }) => ({
      name,
      targets: members,
      ...soakOf(members, targets, earlier),
      ...(isComplete && { passedAt: now }),
    })),
    targets,
  };
}

const isOver = ({ phase }: Rollout): boolean => phase === 'done' || phase === 'undone';

/** No target that both have gets another revision. Files with errors declare none. */
function isSame(before: Rollout, { declared }: Fleet): boolean {
  return Object.entries(before.targets).every(([name, { to }]) => {
    const declares = declared[name]?.to;
    return declares === undefined || declares === to;
  });
}

/** A target that was written and that the new revision doesn't change: it keeps its evidence. */
function watched({ to, inForce }: Declared, earlier: RolloutTarget | undefined): RolloutTarget | undefined {
  const isSameRevision = to !== undefined && to === inForce && to === earlier?.to;
  return isSameRevision && earlier?.phase === 'done' && earlier.backup !== undefined ? earlier : undefined;
}

function started({ to, inForce }: Declared, before: RolloutTarget | undefined, now: number): RolloutTarget {
  const isThere = to !== undefined && to === inForce;
  const isBusy = before?.phase === 'working' || before?.isBusy === true;
  return {
    phase: isThere ? 'done' : 'waiting',
    at: now,
    ...(to !== undefined && { to }),
    ...(isBusy && { isBusy }),
  };
}

/** A soak goes on if nothing of its wave changes. */
function soakOf(
  members: readonly string[],
  targets: Readonly<Record<string, RolloutTarget>>,
  earlier: Rollout | undefined,
): Pick<RolloutWave, 'soakFrom'> {
  const { soakFrom } = earlier?.waves.find((wave) => sameItems(wave.targets, members)) ?? {};
  const isSame = members.every((name) => targets[name]?.phase === 'done');
  return soakFrom !== undefined && isSame ? { soakFrom } : {};
}

/** A target that was removed is forgotten; one that was added gets its place. */
function joined(before: Rollout, { waves, declared }: Fleet, now: number): Rollout {
  const targets = mapped(declared, (one, name) => before.targets[name] ?? started(one, undefined, now));
  const next: RolloutWave[] = waves.map(({ name, targets: members }) => {
    const known = before.waves.find((wave) => wave.name === name);
    return { ...known, name, targets: members };
  });
  const joining = { ...before, waves: next, targets };
  return JSON.stringify(joining) === JSON.stringify(before) ? before : joining;
}

function mapped<From, To>(
  record: Readonly<Record<string, From>>,
  change: (value: From, name: string) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value, name)]));
}
