// The gateway's own tables of paths, derived from schemas/layout.json: what moves where, and in which order it
// checks. The order decides the position of keys in the file. Knows no document.
import { type Family, layoutTable } from '../layout/table.ts';

/** A path of the flat or of an earlier v8 layout, and its path in the v8 tree. */
export interface Move {
  readonly old: string;
  readonly now: string;
}

export interface Paths {
  /** Leaves of the flat layout with another path in v8, in the order of the gateway's own type. */
  readonly leaves: readonly Move[];
  /** Sections of the flat layout: moved only if they are empty. */
  readonly sections: readonly Move[];
  /** Historical spellings of leaves, in order of preference (C v8 §3). */
  readonly aliases: readonly Move[];
  /** Historical sections, the deepest first. */
  readonly aliasSections: readonly Move[];
  readonly families: readonly Family[];
  /** Every root that a v8 document can have. */
  readonly roots: ReadonlySet<string>;
}

/** A spelling that only old gateways had: all its leaves became `client` or `upstream` settings. */
const CLIENT = 'client.codex.optimize-multi-agent-v2';

const SHARED_ROOTS = ['models', 'config-version', 'api-keys', 'plugins', 'quota-exceeded', 'client'];

/** The order in which the gateway resolves historical spellings. */
const PREFERENCE = [
  'oauth.providers.codex.',
  'oauth.providers.claude.model-level-cooling',
  'oauth.providers.claude.claude-code.',
  'oauth.providers.claude.disable-claude-cloak-mode',
  'oauth.providers.claude.header-defaults.',
  'oauth.providers.xai.',
];

let made: Paths | undefined;

export function paths(): Paths {
  made ??= make();
  return made;
}

function make(): Paths {
  const { rows, families, sections } = layoutTable();
  const leaves: Move[] = [];
  const shared: Move[] = [];
  const client: Move[] = [];
  for (const { legacy, v8, historical, invert } of rows) {
    if (legacy === undefined || v8 === undefined || invert || legacy === v8) continue;
    const older = historical.map((old) => ({ old, now: v8 }));
    if (v8 === CLIENT) client.push(...older, { old: legacy, now: v8 });
    else {
      leaves.push({ old: legacy, now: v8 });
      shared.push(...older);
    }
  }
  return {
    leaves,
    sections: sections.map(({ legacy, v8 }) => ({ old: legacy, now: v8 })),
    aliases: [...client, ...shared.toSorted((a, b) => rank(a.old) - rank(b.old))],
    aliasSections: aliasSections(shared),
    families,
    roots: new Set([...SHARED_ROOTS, ...leaves.map(({ now }) => first(now))]),
  };
}

const rank = (old: string): number => PREFERENCE.findIndex((prefix) => old.startsWith(prefix));

export const first = (path: string): string => path.split('.')[0] ?? '';

export const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('.')));

/** Sections whose leaves all became shared; `oauth.providers.codex` keeps leaves of its own. */
function aliasSections(shared: readonly Move[]): Move[] {
  const found = new Map<string, string>();
  for (const { old, now } of shared) {
    if (old.startsWith('oauth.providers.codex')) continue;
    for (let path = parentOf(old); path.split('.').length > 2; path = parentOf(path))
      found.set(path, path.endsWith('header-defaults') ? parentOf(now) : providerOf(now));
  }
  return [...found]
    .map(([old, now]) => ({ old, now }))
    .toSorted((a, b) => depth(b.old) - depth(a.old) || (a.old < b.old ? 1 : -1));
}

const depth = (path: string): number => path.split('.').length;
const providerOf = (path: string): string => path.split('.').slice(0, 2).join('.');

/** Whether `path` is `above` or below it. */
export const isWithin = (path: string, above: string): boolean =>
  path === above || path.startsWith(`${above}.`);
