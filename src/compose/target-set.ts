// What the daemon works on, reopened when the settings change: directories on this machine, or one commit of the git
// source for all targets.
import { relative, resolve } from 'node:path';
import type { GitSource, Held } from '../daemon/git/source.ts';
import type { TargetSet } from '../daemon/core/target-set.ts';
import { fail, HoldfastError, type Problem } from '../domain/problem/problem.ts';
import { adoptOnBranch, type FilesOfCommit, inCheckout } from './adopt-on-branch.ts';
import type { Io } from './io.ts';
import { openSession, type Session } from './session.ts';
import { sharedState } from './open-store.ts';
import type { PlanFlags } from './flags.ts';

/** With the session behind it, for commands that run in the daemon. */
export interface OpenedTargetSet extends TargetSet {
  readonly session: Session;
}

/** Throws HoldfastError with all problems of the settings. */
export async function openTargetSet(
  flags: PlanFlags,
  io: Io,
  source: GitSource,
  warn: (problems: readonly Problem[]) => void,
): Promise<OpenedTargetSet> {
  const session = await openSession(flags, io, undefined, { daemon: true, warn });
  try {
    if (flags.desired && session.settings.daemon.source) throw twoPlaces();
    await source.follow(session.settings.daemon);
    const held = source.hold();
    return held ? followingGit(session, held, source, io) : workplaceOf(session, io);
  } catch (error) {
    await session[Symbol.asyncDispose]();
    throw error;
  }
}

function twoPlaces(): HoldfastError {
  const remedy =
    'Remove --desired. `daemon.source.git.path` sets the root of the directories in the repository.';
  return fail('HF1020', "--desired can't be used with settings that follow a git repository", { remedy });
}

function workplaceOf(session: Session, io: Io): OpenedTargetSet {
  const { postgres } = session.settings.state;
  return {
    session,
    targets: session.targets,
    store: session.store,
    daemon: session.settings.daemon,
    strategy: session.settings.strategy,
    watched: session.settings.watched,
    ...(postgres && { shared: sharedState(postgres, session.clock, io) }),
    contextOf: (target, listener) => ({ ...session.contextOf(target), listener }),
    adopt: async ({ name }) => {
      throw fail('HF2097', "the daemon doesn't follow a git repository", {
        target: name,
        remedy: 'Run `holdfast adopt` where the files are.',
      });
    },
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

/** The same targets, all with the files of the same commit. */
function followingGit(session: Session, held: Held, source: GitSource, io: Io): OpenedTargetSet {
  const { checkout, problem } = held;
  const own = workplaceOf(session, io);
  const files: FilesOfCommit | undefined = checkout && {
    settingsDir: checkout.dir,
    commit: { ...checkout.commit, dirty: false },
  };
  const placed = (dir: string): string[] =>
    checkout ? [resolve(checkout.dir, relative(session.settings.dir, dir))] : [];
  const targets = own.targets.map((target) => ({ ...target, desired: target.desired.flatMap(placed) }));
  const there = files && inCheckout(session, files, source);
  return {
    ...own,
    session: { ...(there ?? withoutFiles(session, problem)), targets },
    targets,
    isCurrent: () => source.problem() === undefined,
    contextOf: (target, listener) => ({
      ...own.contextOf(target, listener),
      loadDesired: async () => (files ? session.loadDesired(target, files) : { problems: [problem] }),
    }),
    adopt: async (target, request) => {
      if (!there) throw new HoldfastError([problem]);
      return adoptOnBranch(there, target, request, source);
    },
    async [Symbol.asyncDispose]() {
      held[Symbol.dispose]();
      await own[Symbol.asyncDispose]();
    },
  };
}

/** Before the first commit, there is nothing that could be read or edited. */
function withoutFiles(session: Session, missing: Problem): Session {
  const loadDesired = async (): Promise<{ readonly problems: readonly Problem[] }> => ({
    problems: [missing],
  });
  return {
    ...session,
    loadDesired,
    contextOf: (target) => ({ ...session.contextOf(target), loadDesired }),
  };
}
