// What the files of a fleet declare now, and what each target has: the input of a rollout.
import type { LoadedDesired } from '../../apply/run/context.ts';
import type { Commit } from '../../domain/desired.ts';
import type { Strategy } from '../../domain/strategy.ts';
import type { Target } from '../../domain/target.ts';
import type { Fleet } from '../../rollout/begin.ts';
import type { Store } from '../../state/store.ts';

interface Reading {
  readonly targets: readonly Target[];
  readonly store: Pick<Store, 'read'>;
  readonly load: (target: Target) => Promise<LoadedDesired>;
}

/** Targets in mode `observe` get nothing, so no wave waits for them. Reads one target after the other. */
export async function declaredBy({ targets, store, load }: Reading, { waves }: Strategy): Promise<Fleet> {
  const declared: Record<string, { to?: string; inForce?: string }> = {};
  const commits = new Map<string, Commit | undefined>();
  for (const { name, mode, ...target } of targets) {
    if (mode === 'observe') continue;
    const loaded = await load({ name, mode, ...target }).catch(() => undefined); // its check reports the reason
    const revision = loaded?.desired?.revision;
    const { lastApplied } = await store.read(name);
    declared[name] = {
      ...(revision && { to: revision.digest }),
      ...(lastApplied && { inForce: lastApplied.revision.digest }),
    };
    const { dirty = true, ...commit } = revision?.commit ?? loaded?.commit ?? { sha: '' };
    commits.set(dirty ? '' : commit.sha, dirty ? undefined : commit);
  }
  const [commit] = commits.size === 1 ? [...commits.values()] : [];
  return {
    waves: waves.map(({ name, targets: all }) => ({
      name,
      targets: all.filter((target) => Object.hasOwn(declared, target)),
    })),
    declared,
    ...(commit && { commit }),
  };
}
