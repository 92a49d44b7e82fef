// One gateway and its settings. Created by settings/, read by everything below.
import type { Sealed } from './secret.ts';
import type { NamedKey } from './named-key.ts';
import type { Path } from './path.ts';

export type Mode = 'observe' | 'apply' | 'enforce';
export type Ownership = 'whole' | 'entries' | 'members';

/** An allowance for one guard, everywhere or below one path: `--allow ID[:PATH]`, `policy.allow`. */
export interface Allowance {
  readonly guard: string;
  readonly path?: Path;
  /** `split-brain=file|memory` */
  readonly choice?: string;
}

export interface Policy {
  readonly ignore: readonly Path[];
  readonly ownership: readonly { readonly path: Path; readonly ownership: Ownership }[];
  readonly allow: readonly Allowance[];
  readonly prune: boolean;
  /** Largest net loss at one list or map level, as a fraction 0–1 or an absolute count. */
  readonly maxDeletes: { readonly fraction: number } | { readonly count: number };
  readonly maxReplaces: { readonly fraction: number } | { readonly count: number };
  readonly unknownKeys: 'refuse' | 'pass';
  /** `keep`: a write that would lose comments of the gateway's file uses another route, or a note lists them. */
  readonly comments: 'keep' | 'let-go';
  /** `required`: a plan that can't tell what was applied before is refused. */
  readonly memory: 'optional' | 'required';
  readonly freeze: readonly string[];
  /** What becomes of a revision that failed: all of it waits, or only what a bisection finds to fail. */
  readonly onFailure: 'quarantine' | 'bisect';
  /** How many transactions a bisection has at most. */
  readonly bisectTries: number;
  /** Whether plans, status and the dashboard list what the gateway has and no file declares. */
  readonly undeclared: 'report' | 'ignore';
}

export interface Probes {
  readonly clientKey?: Sealed<string>;
  /** Names that `/v1/models` must list after an apply. */
  readonly models: readonly string[];
}

export interface Target {
  readonly name: string;
  /** What a person groups targets by: `region: eu`. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly url: URL;
  /** Management keys in order of preference; several during a rotation. */
  readonly keys: readonly Sealed<string>[];
  /** Layers of desired-state directories, absolute; later ones override earlier ones. */
  readonly desired: readonly string[];
  readonly mode: Mode;
  readonly api: 'auto' | 'v0' | 'v8';
  readonly adopted: boolean;
  /** PEM of a private certificate authority, or `insecure` to turn verification off. */
  readonly tls?: { readonly ca?: string; readonly insecure?: boolean };
  readonly probes: Probes;
  readonly policy: Policy;
  /** Key of plan digests and fingerprints; the first management key if none is set. */
  readonly digestKey: Sealed<string>;
  /** Names of keys, for output. */
  readonly named?: readonly NamedKey[];
}
