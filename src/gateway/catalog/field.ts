// The type of what the catalog says about one key. The facts are in schemas/; compile.ts reads them.
import type { GuardId } from '../../domain/plan/guard.ts';
import type { Value } from '../../lib/value.ts';

/**
 * `struct` has named fields, `map` has free keys of one kind, `any` is free-form (`params`, plugin settings,
 * `disable-image-generation`). `duration` is Go duration text in YAML and integer nanoseconds in JSON.
 */
export type Kind =
  'string' | 'integer' | 'number' | 'boolean' | 'duration' | 'struct' | 'map' | 'list' | 'any';

/**
 * What the gateway does to a value, in order of application; arguments after the colon (C v0 §4.1, §4.2). The
 * vocabulary is in model/normalise.ts; `load:`, `write:` or `read:` in front limits a rule to one column.
 */
export type Normaliser = string;

/** When a rule applies: the file is loaded, a value is written through its endpoint, the running gateway uses it. */
export type Column = 'load' | 'write' | 'read';

/** Endpoints in routes are relative to this path, as in the contract: `/routing/strategy`. */
export const MANAGEMENT_BASE = '/v0/management';

/** How a key can be written over the v0 API (C v0 §3). */
export type Route =
  /** `PUT endpoint {"value": x}` (§3.1). */
  | { readonly kind: 'scalar'; readonly endpoint: string; readonly deletable: boolean }
  /** `/api-keys` (§3.2). */
  | { readonly kind: 'strings'; readonly endpoint: string }
  /** A provider list (§3.3). `select`: the member and the name of the PATCH selector. */
  | {
      readonly kind: 'entries';
      readonly endpoint: string;
      readonly select: {
        readonly member: string;
        readonly by: 'match' | 'name';
        readonly duplicates: 'refused' | 'first-wins';
      };
    }
  /**
   * A member of an entry of a provider list: whether PATCH accepts it (✓ and ✗ in §3.3), the effect of a blank text
   * or an empty collection, and whether `null` unsets it (`never`: null changes nothing).
   */
  | {
      readonly kind: 'member';
      readonly patch: boolean;
      readonly blank: 'clears' | 'deletes-entry';
      readonly unset: 'null' | 'never';
    }
  /** An OAuth map (§3.4). */
  | { readonly kind: 'channels'; readonly endpoint: string }
  /** `PUT|PATCH /plugins/{id}/config` (§3.5). */
  | { readonly kind: 'plugin' }
  /** Written only together with the value that contains it. */
  | { readonly kind: 'within' }
  /** Only `PUT /config.yaml` (§5.1). */
  | { readonly kind: 'file' }
  /** v8: addressable at its own path below `/v8/management/config` (C v8 §1.2). */
  | { readonly kind: 'tree' };

/**
 * Which credentials a setting applies to, from a version on. Its earlier path may have applied to others (design-v8
 * rule 21).
 */
export interface Scope {
  readonly since: string;
  readonly reaches: 'oauth' | 'all';
}

/** One node of the catalog. Compiled once, immutable, shared. */
export interface Field {
  /** Last step: the key, `*` for the values of a map, `[]` for the items of a list, `` for the root. */
  readonly name: string;
  /** In the path grammar with `*`: `openai-compatibility[*].models[*].alias`. */
  readonly pattern: string;
  readonly kind: Kind;
  readonly description: string;
  readonly parent?: Field;
  /** struct, in the order of the gateway's own type; for `any`, the known members (a plugin's `enabled`). */
  readonly fields?: ReadonlyMap<string, Field>;
  /** map */
  readonly value?: Field;
  /** list */
  readonly item?: Field;
  /** Allowed texts, if the set is closed. */
  readonly choices?: readonly string[];
  /** Names of this key in older gateways, for suggestions; current gateways ignore or convert them. */
  readonly formerNames: readonly string[];

  /**
   * The text is JSON, and two texts with the same meaning are equal. `inside`: the type of a value that isn't a
   * text.
   */
  readonly json?: { readonly inside: Field };

  /** The whole value is a secret. */
  readonly secret: boolean;
  /**
   * A part of the value is secret: `by-name` the members whose names indicate credentials (headers, free-form
   * settings), `userinfo` the password inside a URL. `secrets.ts` finds them.
   */
  readonly partlySecret?: 'by-name' | 'userinfo';
  /** How entries of this list are matched; never empty for a keyed list. */
  readonly identity: readonly string[];
  /** The members by which the gateway's saver matches them, by priority (C v0 §6.2 rule S). */
  readonly saverIdentity: readonly string[];
  readonly collection?: 'set' | 'sequence' | 'keyed';
  readonly normalise: readonly Normaliser[];
  /**
   * The value that `load` sets if the file has none: the declared default, or the type's zero (`null` for lists and
   * maps) if the gateway always has the key. Undefined: the key stays absent. A struct without a default is present
   * and filled with its members, unless `pointer` is set.
   */
  readonly fallback?: Value;
  /**
   * Every value with the same meaning as an absent key, zeros and `fallback` included; none for `pointer` and
   * `inherits`.
   */
  readonly equalsAbsent: readonly Value[];
  /** A pointer field: absent and zero have different meanings. */
  readonly pointer: boolean;
  /** The gateway omits the key from JSON and from the saved file if it is zero or empty (Go's `omitempty`). */
  readonly omitEmpty: boolean;
  /** `json`: in `GET /config`. `yaml`: only in the raw file. */
  readonly visible: 'json' | 'yaml' | 'none';
  /** Its name in the JSON of `GET /config`, if it differs from YAML (`zero_allowed`). */
  readonly jsonName: string;
  readonly route: Route;
  readonly restart: boolean;
  readonly danger?: GuardId;
  /** Layout versions that know the key at this path: `v7.1.0`, `v8.0.11`. Absent: the whole layout. */
  readonly since?: string;
  readonly until?: string;
  /**
   * Its path in memory, as a pattern in the spelling of the flat layout. In the legacy catalog this is its own
   * pattern; on v8 it differs (design-v8 rule 2), and a flattened family has several paths for one. Absent: memory
   * has no such path (sections, names of groups). `visible` says whether `GET /v0/management/config` shows it.
   */
  readonly memoryPath?: string;
  /** Earliest first. Absent: unknown, or not applicable to this key. */
  readonly scope?: readonly Scope[];
  /** v8 refuses to change it (C v8 §4.8). */
  readonly readOnly?: true;
  /** Null and an absent key inherit the group's value; a zero or an empty value overrides it (C v8 §2). */
  readonly inherits?: true;
  /** The `keys` of a group: each entry, combined with the shared members of the group, is one credential. */
  readonly flattened?: true;
  /** Of a family in groups: how its effective entries are matched and normalised. */
  readonly effective?: { readonly identity: readonly string[]; readonly normalise: readonly Normaliser[] };
}

export interface Catalog {
  readonly layout: 'legacy' | 'v8';
  readonly root: Field;
  /** Steps down one level: a key of a struct, a key of a map, or any item of a list. Undefined: unknown to the catalog. */
  child(field: Field, name: string): Field | undefined;
  /**
   * The field at a path of plain names (list entries as any text). Undefined: unknown. Below `any`, it is that
   * field, except for known members.
   */
  at(names: readonly string[]): Field | undefined;
  /** All fields, depth first, in schema order, the root first; recursion ends at `any` and its known members. */
  all(): readonly Field[];
}
