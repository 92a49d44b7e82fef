// Which management key to send, and when to stop: first the one that worked last, at most two counted failures, then
// nothing for as long as the gateway remembers (design §7, design-v8 rule 14). Sends nothing itself.
import type { Clock } from '../../domain/clock.ts';
import type { AuthMemory, RememberedFailure } from '../../domain/state/memory.ts';
import { fail, HoldfastError } from '../../domain/problem/problem.ts';
import type { Sealed } from '../../domain/secret.ts';
import type { Refusal } from './refusals.ts';

/** The gateway forgets failures after at most two idle hours and an hourly purge; a quarter of an hour is margin. */
const FAILURE_MS = 135 * 60_000;
const COUNTED_AT_MOST = 2;
/** Failures further apart than this belong to different transactions. */
const TRANSACTION_MS = 30 * 60_000;

export interface Keyring {
  /** Indexes of the keys to try, in order. Rejects with HF3008, HF3013 or HF3025 before anything is sent. */
  order(): Promise<readonly number[]>;
  key(index: number): Sealed<string>;
  worked(index: number): Promise<void>;
  /**
   * Records a refusal, for all the target's keys if none are named. True: the caller may try one of the `untried`.
   */
  refused(refusal: Refusal, untried: number, keys?: readonly Sealed<string>[]): Promise<boolean>;
  prefer(index: number): void;
}

export function keyring(
  target: string,
  keys: readonly Sealed<string>[],
  clock: Clock,
  memory: AuthMemory = forgetful(),
): Keyring {
  let preferred: number | undefined;
  let blocked: RememberedFailure | undefined;
  let isRecalled = false;
  let noted: number | undefined;
  let failures: readonly number[] = [];

  const recall = async (): Promise<void> => {
    if (isRecalled) return;
    blocked = await memory.blocked(keys);
    preferred ??= await memory.workingKey();
    isRecalled = true;
  };
  const recent = (): readonly number[] => failures.filter((at) => clock.now() - at < TRANSACTION_MS);

  return {
    async order() {
      await recall();
      if (blocked !== undefined && blocked.until > clock.now()) throw stillBlocked(target, blocked, clock);
      if (keys.length === 0) throw fail('HF3008', `the target ${target} has no management key`, { target });
      for (const key of keys) sendable(target, key);
      const first = preferred !== undefined && preferred < keys.length ? [preferred] : [];
      return [...new Set([...first, ...keys.keys()])];
    },
    key: (index) => keys[index] as Sealed<string>,
    async worked(index) {
      preferred = index;
      if (noted === index) return;
      noted = index;
      await memory.worked(index).catch(forgotten);
    },
    async refused(refusal, untried, tried = keys) {
      if (refusal.counted) failures = [...recent(), clock.now()];
      if (refusal.counted && untried > 0 && failures.length < COUNTED_AT_MOST) return true;
      if (!refusal.counted && refusal.bannedMs === undefined) return false;
      const until = clock.now() + (refusal.bannedMs ?? FAILURE_MS);
      const failure = {
        until,
        reason: refusal.error.problems[0]?.message ?? 'authentication failed',
        ...(refusal.bannedMs !== undefined && { banned: true }),
      };
      if (tried === keys || tried.some((key) => keys.includes(key))) blocked = failure;
      await memory.remember(tried, failure).catch(forgotten);
      return false;
    },
    prefer(index) {
      if (index >= 0 && index < keys.length) preferred = index;
    },
  };
}

/** The gateway's response counts, whether or not it could be recorded. Bugs are rethrown. */
function forgotten(error: unknown): void {
  if (!(error instanceof HoldfastError)) throw error;
}

function stillBlocked(target: string, failure: RememberedFailure, clock: Clock): HoldfastError {
  const minutes = Math.ceil((failure.until - clock.now()) / 60_000);
  const retry = `\`holdfast doctor --retry-auth --target ${target}\``;
  const remedy = failure.banned
    ? `Wait ${minutes} min. Or restart the gateway, which removes bans, then run ${retry}.`
    : `Correct the key: Holdfast tries a changed key at once. ${retry} tries the same key once more.`;
  return fail('HF3013', `${failure.reason}; Holdfast tries the same key again in ${minutes} min`, {
    target,
    remedy,
  });
}

/** HTTP strips blanks at both ends of a header and forbids control characters. Never reveals the key. */
function sendable(target: string, key: Sealed<string>): void {
  const text = key.open();
  if (text === '') throw fail('HF3008', `a management key of the target ${target} is empty`, { target });
  if (text !== text.trim() || /\p{Cc}/u.test(text))
    throw fail('HF3025', `a management key of the target ${target} can't be sent in a header`, { target });
}

/** UTF-8 bytes as a header contains them. */
export function headerBytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

function forgetful(): AuthMemory {
  return {
    blocked: async () => undefined,
    remember: async () => undefined,
    clear: async () => undefined,
    workingKey: async () => undefined,
    worked: async () => undefined,
  };
}
