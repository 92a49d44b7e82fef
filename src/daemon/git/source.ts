// The git source of a running daemon: when to fetch, what is in effect, and how that is reported. All checks use the
// same commit, and keep it as long as they need it.
import type { Clock } from '../../domain/clock.ts';
import type { Commit } from '../../domain/desired.ts';
import { CODES } from '../../domain/problem/codes.ts';
import { fail, HoldfastError, type Problem, problem } from '../../domain/problem/problem.ts';
import type { GitSettings } from '../../settings/daemon-source.ts';
import type { DaemonSettings } from '../../settings/settings.ts';
import type { Source } from '../../api-schema/views.ts';
import type { DaemonOperations } from '../core/daemon-operations.ts';
import type { Reporter } from '../core/reporter.ts';
import type { Service } from '../core/service.ts';
import type { Checkout } from './checkouts.ts';
import { shownUrl } from './failures.ts';
import type { Hooked } from './hook.ts';
import type { Bounds } from './mirror.ts';
import { propose, type Proposed } from './propose.ts';
import type { Published, Publishing } from './publish.ts';
import type { Proposal } from '../../forge/pull-request.ts';
import { openRepository, type Repository } from './repository.ts';
import { createPollLoop, type PollLoop } from './poll-loop.ts';

export interface GitSource extends Hooked, AsyncDisposable {
  /**
   * Uses these settings from now on. Resolves after the first fetch, or if the remote doesn't respond soon; in both
   * cases, the commit from before a restart is in effect again. Rejects with HoldfastError if the state directory
   * can't be used.
   */
  follow(settings: DaemonSettings): Promise<void>;
  settings(): GitSettings | undefined;
  /** Its view for the API; undefined if no repository is followed. */
  view(): Source | undefined;
  /** Why the commit in effect isn't the requested one; undefined: it is. */
  problem(): Problem | undefined;
  /** `changed` is called if the view changes, not for every fetch. Call the result to unsubscribe. */
  onChange(changed: () => void): () => void;
  /** The checkout in effect, kept on disk until it is released; undefined if no repository is followed. */
  hold(): Held | undefined;
  /** Commits on top of the commit in effect, and pushes a branch. Rejects with HoldfastError. */
  publish(publishing: Publishing): Promise<Published>;
  /** Opens or updates the pull request of a branch, where the settings name a forge. */
  propose(proposal: Omit<Proposal, 'into'>): Promise<Proposed>;
  service(operations: Pick<DaemonOperations, 'reload'>): Service;
}

/** Without a checkout, there is a problem that gives the reason. */
export interface Held extends Disposable {
  readonly checkout?: Checkout;
  readonly problem: Problem;
}

export interface GitSourceOptions {
  readonly clock: Clock;
  readonly note: Reporter['note'];
  /** The daemon stops: aborts all waits. */
  readonly signal: AbortSignal;
  readonly bounds?: Bounds;
  /** How long to wait for the first fetch, in ms. */
  readonly firstMs?: number;
  /** ms between the starts of two fetches, however many are requested. */
  readonly gapMs?: number;
}

const MINUTE = 60_000;
const MIB = 1024 * 1024;
const BOUNDS: Bounds = {
  fetchMs: 5 * MINUTE,
  localMs: MINUTE,
  mirrorBytes: 1024 * MIB,
  checkoutBytes: 256 * MIB,
  checkoutFiles: 20_000,
};

/** What is followed at the moment. */
interface Following {
  readonly settings: GitSettings;
  readonly repository: Repository;
  readonly pollLoop: PollLoop;
  readonly end: AbortController;
  askedAt?: number;
  answeredAt?: number;
  problem?: Problem;
}

export function createGitSource({
  clock,
  note,
  signal,
  bounds = BOUNDS,
  firstMs = 30_000,
  gapMs = 1000,
}: GitSourceOptions): GitSource {
  const listeners = new Set<() => void>();
  const held = new Map<string, number>();
  let following: Following | undefined;
  let operations: Pick<DaemonOperations, 'reload'> | undefined;
  /** The commit that the last check got. */
  let given: string | undefined;

  const changed = (): void => {
    for (const listener of listeners) listener();
  };
  const ask = async (one: Following): Promise<boolean> => {
    one.askedAt = clock.now();
    const before = one.problem;
    const found = await updated(one.repository);
    if (one.end.signal.aborted) return true;
    if (!found.problem || !isUnanswered(found.problem)) one.answeredAt = clock.now();
    if (found.problem) one.problem = found.problem;
    else delete one.problem;
    if (found.is !== 'new' && sayingOf(before) === sayingOf(found.problem)) return !found.problem;
    say(note, one, found);
    changed();
    if (found.is === 'new') operations?.reload('source');
    return !found.problem;
  };
  const begin = async (settings: GitSettings): Promise<void> => {
    const end = new AbortController();
    const options = { bounds, signal: end.signal, isRead: (dir: string) => held.has(dir) };
    const repository = await openRepository(settings, options);
    const one: Following = {
      settings,
      repository,
      end,
      pollLoop: createPollLoop(() => ask(one), {
        clock,
        everyMs: settings.everyMs,
        gapMs,
        signal: end.signal,
      }),
    };
    following = one;
    await one.pollLoop.first(firstMs, signal);
    changed();
  };
  const stop = async (): Promise<void> => {
    const before = following;
    following = undefined;
    before?.end.abort();
    await before?.pollLoop.ended;
  };

  const source: GitSource = {
    async follow({ source: next }) {
      if (following && next && identityOf(next) === identityOf(following.settings)) {
        if (following.problem) following.pollLoop.now();
        return;
      }
      await stop();
      if (next) await begin(next);
      else changed();
    },
    settings: () => following?.settings,
    async publish(publishing) {
      if (!following) throw fail('HF2097', "the daemon doesn't follow a git repository");
      return following.repository.publish(publishing);
    },
    propose: async (proposal) =>
      following ? propose(following.settings, proposal, signal) : { problems: [] },
    poke: () => following?.pollLoop.now(),
    view: () => following && viewOf(following),
    problem: () => following?.problem,
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    hold() {
      if (!following) return undefined;
      const checkout = following.repository.current();
      given = checkout?.commit.sha;
      return holding(checkout, missing(following), held);
    },
    service: (asked) => ({
      async follow(settings) {
        await source.follow(settings);
        operations = asked;
        // What arrived after the files were handed out, and before anyone could be notified.
        if (following && following.repository.current()?.commit.sha !== given) asked.reload('source');
      },
      [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
    }),
    [Symbol.asyncDispose]: stop,
  };
  return source;
}

interface Found {
  readonly is: 'same' | 'new' | 'failed';
  readonly problem?: Problem;
}

async function updated(repository: Repository): Promise<Found> {
  try {
    return { is: await repository.update() };
  } catch (error) {
    const [first] = error instanceof HoldfastError ? error.problems : [];
    return { is: 'failed', problem: first ?? problem('HF9001', `the git source failed: ${String(error)}`) };
  }
}

/** The remote didn't even list its refs. */
function isUnanswered({ code }: Problem): boolean {
  return CODES[code].unanswered === true;
}

function sayingOf(found: Problem | undefined): string {
  return found ? `${found.code}: ${found.message}` : '';
}

/** Once per change, not once per fetch. */
function say(
  note: Reporter['note'],
  { settings, repository }: Following,
  { is, problem: found }: Found,
): void {
  const commit = repository.current()?.commit;
  if (found) {
    const stays = commit ? `${commit.sha.slice(0, 12)} stays in effect` : 'nothing is in effect yet';
    note('warn', `git source: ${sayingOf(found)}; ${stays}. ${found.remedy}`);
  } else if (is === 'new' && commit)
    note('info', `git source: ${settings.ref.name} is at ${described(commit)}`);
  else note('info', `git source: recovered, ${settings.ref.name} is at ${commit?.sha.slice(0, 12)}`);
}

function described({ sha, subject, author }: Commit): string {
  const by = author === undefined ? '' : ` by ${author}`;
  return `${sha.slice(0, 12)}${subject === undefined ? '' : ` "${subject}"`}${by}`;
}

function viewOf({ settings, repository, askedAt, answeredAt, problem: found }: Following): Source {
  const commit = repository.current()?.commit;
  return {
    url: shownUrl(settings),
    ref: settings.ref.name,
    ...(commit && { commit: { ...commit } }),
    ...(askedAt !== undefined && { askedAt }),
    ...(answeredAt !== undefined && { answeredAt }),
    ...(found && { problem: sayingOf(found) }),
  };
}

/** Why a target has no files. */
function missing({ settings, problem: found }: Following): Problem {
  const why = found ? sayingOf(found) : "it hasn't responded yet";
  const remedy = found?.remedy;
  return problem('HF7010', `${shownUrl(settings)} hasn't been read yet: ${why}`, { remedy });
}

function holding(checkout: Checkout | undefined, why: Problem, held: Map<string, number>): Held {
  const dir = checkout?.dir;
  if (dir !== undefined) held.set(dir, (held.get(dir) ?? 0) + 1);
  let isHeld = dir !== undefined;
  return {
    ...(checkout && { checkout }),
    problem: why,
    [Symbol.dispose]() {
      if (!isHeld || dir === undefined) return;
      isHeld = false;
      const left = (held.get(dir) ?? 1) - 1;
      if (left > 0) held.set(dir, left);
      else held.delete(dir);
    },
  };
}

/** Equal for settings that mean the same, secrets included; never shown. */
function identityOf({ token, webhook, ...rest }: GitSettings): string {
  return JSON.stringify([rest, token?.username, token?.token.open(), webhook?.secret.open()]);
}
