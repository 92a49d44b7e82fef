// Where a plan knows from what was last applied. Everything else in the engine asks the memory and not its source.
import type { Commit } from '../desired.ts';

export type Memory =
  | {
      /** What Holdfast recorded in the state directory. */
      readonly source: 'state';
      /** A base that was found in the environment and isn't used, in words. */
      readonly unused?: string;
    }
  | { readonly source: 'base'; readonly base: BaseCommit }
  | {
      readonly source: 'none';
      /** Why there is no base, where somebody looked for one. */
      readonly why?: string;
    };

/** A commit whose desired state counts as last applied. */
export interface BaseCommit {
  readonly commit: Commit;
  /** Why this one: `--base main`, `the commit before this push`. */
  readonly why: string;
  /** It is the commit that is checked out, so that nothing moved in git. */
  readonly same?: boolean;
}

export const NO_RECORD = 'Holdfast has no record of an earlier apply to this gateway';

const NO_RECORD_EFFECT =
  "so it can't see what you removed from the files or what others edited on the gateway";

/** Before the ways, where they are a list. */
export const UNLESS_FIRST = 'This is normal on the first apply. Otherwise, do one of these:';

/** What somebody without a record can do; one of them is enough. */
export const WAYS_TO_REMEMBER = [
  'Keep the state directory (`.holdfast`) between runs.',
  'Name the last applied commit with `--base REV`.',
  'Use a running daemon, which keeps the record, with `--via URL`.',
] as const;

/** One sentence without a full stop; undefined where it goes without saying. */
export function memoryText(memory: Memory): string | undefined {
  if (memory.source === 'base') return baseText(memory.base);
  if (memory.source === 'none')
    return `${NO_RECORD}, ${NO_RECORD_EFFECT}${memory.why === undefined ? '' : ` (${memory.why})`}`;
  return memory.unused === undefined
    ? undefined
    : `compared with the last apply in the state directory, not with ${memory.unused}`;
}

function baseText({ commit: { sha, subject }, why, same }: BaseCommit): string {
  const title = subject === undefined ? '' : ` "${subject}"`;
  const unmoved = same ? '; it is the checked-out commit, so nothing changed in git' : '';
  return `compared with commit ${sha.slice(0, 12)}${title} (${why}${unmoved})`;
}
