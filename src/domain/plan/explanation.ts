// What `holdfast explain` says about one key: plain sentences, nothing of a live gateway and no values.
import type { GuardId } from './guard.ts';
import type { Layout } from '../desired.ts';
import type { Value } from '../../lib/value.ts';

/** The same in the other layout. */
export interface Counterpart {
  readonly layout: Layout;
  /** None: it has no such key. Several: a section whose keys went to several places, or a member of a group or its keys. */
  readonly paths: readonly string[];
  /** True there means false here. */
  readonly inverted?: true;
}

export interface Explanation {
  /** The place asked about, in the path grammar. */
  readonly path: string;
  /** The layout that it belongs to. */
  readonly layout: Layout;
  readonly counterpart: Counterpart;
  /** The same with `*` for names: `openai-compatibility[*].models[*].alias`. */
  readonly pattern: string;
  /** `text`, `whole number`, `list, matched by name`, … */
  readonly type: string;
  readonly description: string;
  /** Allowed values, where they are a closed set. */
  readonly choices?: readonly string[];
  /** What the gateway holds where the file says nothing; absent where it holds nothing. */
  readonly default?: Value;
  /** How much of the value is a secret. */
  readonly secret?: string;
  readonly reading: string;
  /** The request that would be made, and why this one. */
  readonly writing: { readonly request: string; readonly reason: string };
  /** What the gateway does to the value, a sentence each, in order. */
  readonly effects: readonly string[];
  readonly restart: boolean;
  readonly danger?: GuardId;
  /** Gateway versions, `v7.1.0`. Absent: all of this layout. */
  readonly since?: string;
  readonly until?: string;
  /** What stands below, one level. */
  readonly members: readonly { readonly name: string; readonly description: string }[];
}
