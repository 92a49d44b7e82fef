// The differences between the endpoints of the provider lists (C v0 §3.3). The catalog has members, types and what
// PATCH accepts. This file has what no annotation expresses: the order of checks, the results of emptying, what is
// refused.
import type { Field } from '../catalog/field.ts';

/** One check or early end of a PATCH. Their order decides which error a body with several mistakes gets. */
export type PatchStep =
  | 'weight'
  | 'disable-cooling'
  | 'fingerprint-profile'
  | 'api-key-entries'
  | 'delete-if-blank:api-key'
  | 'delete-if-blank:base-url';

export interface Family {
  readonly select: 'match' | 'name';
  /** `unique` refuses several matches; `first` takes the first, `first-or-blank` even with a blank text. */
  readonly matching: 'unique' | 'first' | 'first-or-blank';
  /** `strict` responds with 404 for no match and refuses several; `lenient` removes all matches. */
  readonly deletion: 'strict' | 'lenient';
  readonly put: {
    /** Entries are rewritten before they are checked. */
    readonly rewrites: boolean;
    readonly dropsBlankBaseUrl: boolean;
    readonly needsApiKey: boolean;
    /** What memory has after an empty list was sent. */
    readonly emptyIs: 'null' | 'list' | 'as-sent';
  };
  readonly patch: {
    readonly steps: readonly PatchStep[];
    /** An entry that has neither api-key nor base-url any more is removed. */
    readonly deletesEmpty: boolean;
  };
}

const gemini: Family = {
  select: 'match',
  matching: 'unique',
  deletion: 'strict',
  put: { rewrites: false, dropsBlankBaseUrl: false, needsApiKey: false, emptyIs: 'null' },
  patch: { steps: ['weight', 'disable-cooling'], deletesEmpty: true },
};

const claude: Family = {
  select: 'match',
  matching: 'first-or-blank',
  deletion: 'lenient',
  put: { rewrites: true, dropsBlankBaseUrl: false, needsApiKey: false, emptyIs: 'as-sent' },
  patch: { steps: ['fingerprint-profile', 'weight', 'disable-cooling'], deletesEmpty: false },
};

const codex: Family = {
  ...claude,
  put: { rewrites: true, dropsBlankBaseUrl: true, needsApiKey: false, emptyIs: 'list' },
  patch: { steps: ['weight', 'delete-if-blank:base-url', 'disable-cooling'], deletesEmpty: false },
};

const vertex: Family = {
  ...claude,
  matching: 'first',
  put: { rewrites: true, dropsBlankBaseUrl: false, needsApiKey: true, emptyIs: 'null' },
  patch: { steps: ['delete-if-blank:api-key', 'weight', 'disable-cooling'], deletesEmpty: false },
};

const openai: Family = {
  ...codex,
  select: 'name',
  patch: {
    steps: ['disable-cooling', 'delete-if-blank:base-url', 'api-key-entries'],
    deletesEmpty: false,
  },
};

const FAMILIES: Readonly<Record<string, Family>> = {
  'gemini-api-key': gemini,
  'interactions-api-key': gemini,
  'claude-api-key': claude,
  'codex-api-key': codex,
  'xai-api-key': codex,
  'vertex-api-key': vertex,
  'openai-compatibility': openai,
};

export function familyOf(field: Field): Family {
  return FAMILIES[field.name] ?? claude;
}
