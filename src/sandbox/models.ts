// Which models the proxy lists for a configuration: configured ones under their alias, with and without the prefix.
import { isList, isTree, type Tree, type Value } from '../nouns/value.ts';
import type { Memory } from '../gateway/model/model.ts';
import { credentialsOf, type Credential } from '../gateway/v0/credentials.ts';
import { trim } from '../gateway/v0/answer.ts';
import { STATIC_MODELS } from './static-models.ts';

export interface ListedModel {
  readonly id: string;
  readonly owner: string;
  readonly type?: string;
  readonly displayName?: string;
}

const OWNERS: Readonly<Record<string, string>> = {
  'gemini-api-key': 'google',
  'interactions-api-key': 'google',
  'vertex-api-key': 'google',
  'claude-api-key': 'anthropic',
  'codex-api-key': 'openai',
  'xai-api-key': 'xai',
};

const text = (tree: Tree, name: string): string => trim(String(tree[name] ?? ''));
const trees = (value: Value | undefined): readonly Tree[] => (isList(value) ? value.filter(isTree) : []);

/** Every model once, the first that names it wins, sorted by id. */
export function modelsOf(runtime: Memory): readonly ListedModel[] {
  const listed = new Map<string, ListedModel>();
  for (const credential of credentialsOf(runtime))
    for (const model of modelsOfCredential(runtime, credential))
      if (!listed.has(model.id)) listed.set(model.id, model);
  return [...listed.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

/** What one credential serves, exclusions taken off, prefixed names added. */
export function modelsOfCredential(runtime: Memory, credential: Credential): readonly ListedModel[] {
  const entry = trees(runtime[credential.list])[credential.entry];
  if (!entry) return [];
  const excluded = (isList(entry['excluded-models']) ? entry['excluded-models'] : []).map(String);
  const kept = namedIn(credential.list, entry).filter(
    ({ id }) => !excluded.some((rule) => matches(rule, id)),
  );
  const prefix = text(entry, 'prefix');
  if (prefix === '') return kept;
  const prefixed = kept.map((model) => ({ ...model, id: `${prefix}/${model.id}` }));
  return runtime['force-model-prefix'] === true ? prefixed : [...kept, ...prefixed];
}

/** The configured models by alias, else by name; a family's own list where none is configured. */
function namedIn(list: string, entry: Tree): readonly ListedModel[] {
  const owner = list === 'openai-compatibility' ? text(entry, 'name') : (OWNERS[list] ?? '');
  const named = trees(entry['models']).flatMap((model): ListedModel[] => {
    const id = text(model, 'alias') || text(model, 'name');
    return id === '' ? [] : [{ id, owner }];
  });
  if (named.length > 0 || list === 'openai-compatibility') return once(named);
  return (STATIC_MODELS[list] ?? []).map(([id, displayName, type]) => ({ id, owner, displayName, type }));
}

const once = (models: readonly ListedModel[]): readonly ListedModel[] => [
  ...new Map(models.map((model) => [model.id, model])).values(),
];

/** `*` stands for anything; case does not matter. */
function matches(rule: string, id: string): boolean {
  const pattern = rule
    .toLowerCase()
    .split('*')
    .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
  return new RegExp(`^${pattern}$`).test(id.toLowerCase());
}
