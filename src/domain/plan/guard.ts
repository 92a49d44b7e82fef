// The names of the rules that can refuse a plan, and their findings. The rules are in plan/guards.

export type GuardId =
  | 'open-gateway'
  | 'last-upstream'
  | 'self-lockout'
  | 'mass-delete'
  | 'overwrites-edit'
  | 'no-memory'
  | 'takeover'
  | 'release-secret'
  | 'literal-secret'
  | 'migrate-file'
  | 'split-brain'
  | 'no-way-back'
  | 'no-lasting-backup'
  | 'unsafe-edit'
  | 'brick'
  | 'unsupported'
  | 'frozen';

/** One finding of a guard. A refusal prints the numbers, the threshold and the way to override it. */
export interface Verdict {
  readonly guard: GuardId;
  readonly path?: string;
  /** What it found, with numbers and thresholds, e.g. `removes 6 of 9 entries, 67 %; at most 30 % is allowed`. */
  readonly message: string;
  readonly remedy: string;
  /** The flag that would allow it, e.g. `--allow mass-delete:api-keys`; `brick` has none. */
  readonly override?: string;
  readonly allowed: boolean;
  /** Which changes it judges. */
  readonly changes: readonly string[];
}
