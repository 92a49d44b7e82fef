// The table between the two layouts, schemas/layout.json, read once. Knows no single key.
import { readFileSync } from 'node:fs';
import { packageFile } from '../../lib/package-files.ts';

/** One key that both layouts have, or that only one has. Paths are plain names joined by dots. */
export interface LayoutRow {
  /** Undefined: the flat layout has no such key. */
  readonly legacy: string | undefined;
  /** Undefined: newer v8 gateways have no such key. */
  readonly v8: string | undefined;
  /** The first v8 release with this path; `v8.0.0` if the file has none. */
  readonly since: string;
  /** Earlier v8 spellings, in order of preference. */
  readonly historical: readonly string[];
  /** The values are opposites. */
  readonly invert: boolean;
  /** v7 gateways know the flat name. */
  readonly v7: boolean;
  /** The one of several flat names to write. */
  readonly canonical: boolean;
}

/** A list of credentials. `groups`: entries share the group's members; `records`: nothing is inherited. */
export type Family = {
  readonly legacy: string;
  readonly v8: string;
  readonly v7: boolean;
} & (
  | { readonly form: 'groups'; readonly shared: ReadonlySet<string> }
  | { readonly form: 'records'; readonly legacyKeys: string }
);

/** A mapping that only contains keys of other rows; a v8 gateway moves it while it is empty (C v8 §4.6). */
export interface Section {
  readonly legacy: string;
  readonly v8: string;
}

export interface LayoutTable {
  readonly rows: readonly LayoutRow[];
  readonly families: readonly Family[];
  /** In the order in which the gateway checks them. */
  readonly sections: readonly Section[];
}

interface RowText {
  readonly legacy: string | null;
  readonly v8: string | null;
  readonly since?: string;
  readonly historical?: readonly string[];
  readonly invert?: boolean;
  readonly v7?: boolean;
  readonly canonical?: boolean;
}

interface FamilyText {
  readonly legacy: string;
  readonly v8: string;
  readonly v7?: boolean;
  readonly form: 'groups' | 'records';
  readonly shared?: readonly string[];
  readonly legacyKeys?: string;
}

let table: LayoutTable | undefined;

export function layoutTable(): LayoutTable {
  table ??= read();
  return table;
}

function read(): LayoutTable {
  // Our own file; test/gateway/layout checks it against both schemas.
  const text = JSON.parse(readFileSync(packageFile('schemas/layout.json'), 'utf8')) as {
    rows: RowText[];
    families: FamilyText[];
    sections: Section[];
  };
  return { rows: text.rows.map(rowOf), families: text.families.map(familyOf), sections: text.sections };
}

function rowOf({ legacy, v8, since, historical, invert, v7, canonical }: RowText): LayoutRow {
  return {
    legacy: legacy ?? undefined,
    v8: v8 ?? undefined,
    since: since ?? 'v8.0.0',
    historical: historical ?? [],
    invert: invert ?? false,
    v7: v7 ?? true,
    canonical: canonical ?? true,
  };
}

function familyOf({ legacy, v8, v7 = true, form, shared = [], legacyKeys = 'keys' }: FamilyText): Family {
  const both = { legacy, v8, v7 };
  return form === 'groups' ? { ...both, form, shared: new Set(shared) } : { ...both, form, legacyKeys };
}
