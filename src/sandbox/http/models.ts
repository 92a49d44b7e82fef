// Which models the proxy lists for a configuration: configured ones under their alias, with and without the prefix.
import { isTree, listOf, type Tree, type Value } from '../../lib/value.ts';
import { wildcards } from '../../lib/wildcard.ts';
import type { Memory } from '../../gateway/model/model.ts';
import { credentialsOf, type Credential } from '../../gateway/v7/credentials.ts';
import { trim } from '../../gateway/model/rules.ts';
import { STATIC_MODELS } from './static-models.ts';

export interface ListedModel {
  readonly id: string;
  readonly owner: string;
  readonly type: string;
  readonly displayName: string;
  /** Seconds since the epoch; `now` for configured models. Undefined: unknown for this release. */
  readonly created: number | 'now' | undefined;
}

/** Owner and type of what the entries of a list serve. */
const KINDS: Readonly<Record<string, readonly [owner: string, type: string]>> = {
  'gemini-api-key': ['google', 'gemini'],
  'interactions-api-key': ['google', 'gemini'],
  'vertex-api-key': ['google', 'vertex'],
  'claude-api-key': ['anthropic', 'claude'],
  'codex-api-key': ['openai', 'openai'],
  'xai-api-key': ['xai', 'xai'],
};

const text = (tree: Tree, name: string): string => trim(String(tree[name] ?? ''));
const trees = (value: Value | undefined): readonly Tree[] => listOf(value).filter(isTree);

/** Every model once, the last one that names it wins, sorted by ID. */
export function modelsOf(runtime: Memory): readonly ListedModel[] {
  const listed = new Map<string, ListedModel>();
  for (const credential of credentialsOf(runtime))
    for (const model of modelsOfCredential(runtime, credential)) listed.set(model.id, model);
  return [...listed.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

/** What one credential serves, without exclusions, with prefixed names. */
export function modelsOfCredential(runtime: Memory, credential: Credential): readonly ListedModel[] {
  const entry = trees(runtime[credential.list])[credential.entry];
  if (!entry) return [];
  const excluded = wildcards(listOf(entry['excluded-models']).map(String), 'i');
  const kept = namedIn(credential.list, entry).filter(({ id }) => !excluded.test(id));
  const prefix = text(entry, 'prefix');
  if (prefix === '') return kept;
  const prefixed = kept.map((model) => ({ ...model, id: `${prefix}/${model.id}` }));
  return runtime['force-model-prefix'] === true ? prefixed : [...kept, ...prefixed];
}

/** The configured models by alias, otherwise by name; a family's own list if none is configured. */
function namedIn(list: string, entry: Tree): readonly ListedModel[] {
  const compat = list === 'openai-compatibility';
  const [owner, type] = compat ? [text(entry, 'name'), list] : (KINDS[list] ?? ['', '']);
  const models = trees(entry['models']);
  if (models.length === 0 && !compat)
    return (STATIC_MODELS[list] ?? []).map(([id, displayName, created]) => ({
      id,
      owner,
      type: list === 'vertex-api-key' ? 'gemini' : type,
      displayName,
      created,
    }));
  const named = models.map((model): ListedModel => {
    const [name, alias] = [text(model, 'name'), text(model, 'alias')];
    const displayName = text(model, 'display-name') || (compat ? alias : name) || name || alias;
    return { id: alias || name, owner, type, displayName, created: 'now' };
  });
  return firstOfEach(named.filter(({ id }) => id !== ''));
}

/** Names that differ only in case are equal; the first stays. */
function firstOfEach(models: readonly ListedModel[]): readonly ListedModel[] {
  const seen = new Set<string>();
  return models.filter(({ id }) => !seen.has(id.toLowerCase()) && seen.add(id.toLowerCase()));
}
