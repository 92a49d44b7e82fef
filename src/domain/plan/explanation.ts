// The result of `holdfast explain` for one key: plain sentences, without values and without data of a live gateway.
import type { GuardId } from './guard.ts';
import type { Layout } from '../desired.ts';
import type { Value } from '../../lib/value.ts';

/** The corresponding key in the other layout. */
export interface Counterpart {
  readonly layout: Layout;
  /**
   * Empty: there is no such key. Several: a section whose keys moved to several paths, or a member of a group or its
   * keys.
   */
  readonly paths: readonly string[];
  /** True there means false here. */
  readonly inverted?: true;
}

export interface Explanation {
  /** The requested path. */
  readonly path: string;
  /** Its layout. */
  readonly layout: Layout;
  readonly counterpart: Counterpart;
  /** The same with `*` for names: `openai-compatibility[*].models[*].alias`. */
  readonly pattern: string;
  /** `text`, `whole number`, `list, matched by name`, … */
  readonly type: string;
  readonly description: string;
  /** Allowed values, if the set is closed. */
  readonly choices?: readonly string[];
  /** What the gateway has if the file doesn't set it; absent if it has nothing. */
  readonly default?: Value;
  /** Which part of the value is secret. */
  readonly secret?: string;
  readonly reading: string;
  /** The request that a plan would make, and the reason. */
  readonly writing: { readonly request: string; readonly reason: string };
  /** What the gateway does to the value, one sentence each, in order. */
  readonly effects: readonly string[];
  readonly restart: boolean;
  readonly danger?: GuardId;
  /** Gateway versions, `v7.1.0`. Absent: all of this layout. */
  readonly since?: string;
  readonly until?: string;
  /** The children, one level down. */
  readonly members: readonly { readonly name: string; readonly description: string }[];
}
