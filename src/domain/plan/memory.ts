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

export const NO_MEMORY = "no memory of this gateway: removals and edits by others can't be told";

/** What somebody without a memory can do; one of them is enough. */
export const WAYS_TO_REMEMBER = [
  'Keep the state directory between runs.',
  'Name the commit that was applied last with `--base REV`.',
  'Let a running daemon do it with `--via URL`.',
] as const;

/** One sentence without a full stop; undefined where it goes without saying. */
export function memoryText(memory: Memory): string | undefined {
  if (memory.source === 'base') return baseText(memory.base);
  if (memory.source === 'none') return memory.why === undefined ? NO_MEMORY : `${NO_MEMORY} (${memory.why})`;
  return memory.unused === undefined
    ? undefined
    : `compared with the last apply in the state directory, not with ${memory.unused}`;
}

function baseText({ commit: { sha, subject }, why, same }: BaseCommit): string {
  const title = subject === undefined ? '' : ` "${subject}"`;
  const unmoved = same ? '; it is the checked-out commit, so nothing changed in git' : '';
  return `compared with commit ${sha.slice(0, 12)}${title} (${why}${unmoved})`;
}
