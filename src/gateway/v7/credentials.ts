// The credentials that the gateway derives from configured entries: IDs and `auth-index` (C v0 §3.3), both
// deterministic. Doesn't know which of them a running server has registered.
import { createHash } from 'node:crypto';
import { isTree, listOf, type Tree, treeOf, type Value } from '../../lib/value.ts';
import type { Memory } from '../model/model.ts';
import { trim } from '../model/rules.ts';

export interface Credential {
  /** `gemini:apikey:1a2b3c4d5e6f`; a repeated one gets `-1`, `-2`, … */
  readonly id: string;
  /** 16 hex digits. */
  readonly index: string;
  /** Key of the list it comes from. */
  readonly list: string;
  /** Position of its entry in the list. */
  readonly entry: number;
  /** Position among the keys of an openai-compatibility entry. */
  readonly key?: number;
  /** As `/api-key-usage` groups them: `gemini`, `claude`, the lower-cased name of an openai-compatibility entry. */
  readonly provider: string;
  readonly apiKey: string;
  readonly baseUrl: string;
}

interface Kind {
  readonly list: string;
  readonly id: string;
  readonly provider: string;
}

/** The lists whose credentials are distinguished by key, base URL, proxy, prefix and headers. */
const KINDS: readonly Kind[] = [
  { list: 'gemini-api-key', id: 'gemini:apikey', provider: 'gemini' },
  { list: 'interactions-api-key', id: 'gemini-interactions:apikey', provider: 'gemini-interactions' },
  { list: 'claude-api-key', id: 'claude:apikey', provider: 'claude' },
  { list: 'codex-api-key', id: 'codex:apikey', provider: 'codex' },
  { list: 'xai-api-key', id: 'xai:apikey', provider: 'xai' },
  { list: 'meta-api-key', id: 'meta:apikey', provider: 'meta' }, // Only v8 gateways have it.
];

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** By list, base URL and key; by the whole ID if there is no key, and always for vertex. */
function indexOf(list: string, baseUrl: string, apiKey: string, id: string): string {
  const byKey = apiKey !== '' && list !== 'vertex-api-key';
  return sha256(trim(byKey ? `${list}:${baseUrl}+${apiKey}` : `id:${id}`)).slice(0, 16);
}

/** Assigns IDs: a hash of the parts, numbered if it repeats. */
function idsOfOneRun(): (kind: string, parts: readonly string[]) => string {
  const seen = new Map<string, number>();
  return (kind, parts) => {
    const short = sha256([kind, ...parts.map(trim)].join('\0')).slice(0, 12);
    const before = seen.get(`${kind}:${short}`) ?? 0;
    seen.set(`${kind}:${short}`, before + 1);
    return before > 0 ? `${kind}:${short}-${before}` : `${kind}:${short}`;
  };
}

const text = (entry: Tree, member: string): string => trim(String(entry[member] ?? ''));

const treesIn = (memory: Memory, list: string): readonly Tree[] => {
  const held: Value | undefined = memory[list];
  return listOf(held).filter(isTree);
};

function headersText(entry: Tree): string {
  const headers = treeOf(entry['headers']);
  return Object.keys(headers)
    .toSorted()
    .map((name) => `${name}\0${String(headers[name])}\0`)
    .join('');
}

/**
 * Every credential of a configuration, in the order in which the gateway creates them; disabled providers have none.
 */
export function credentialsOf(memory: Memory): readonly Credential[] {
  const next = idsOfOneRun();
  return [
    ...KINDS.flatMap((kind) => keyed(memory, kind, next)),
    ...openai(memory, next),
    ...vertex(memory, next),
  ];
}

type NextId = ReturnType<typeof idsOfOneRun>;

function keyed(memory: Memory, { list, id: kind, provider }: Kind, next: NextId): Credential[] {
  return treesIn(memory, list).flatMap((entry, at) => {
    const apiKey = text(entry, 'api-key');
    const baseUrl = text(entry, 'base-url');
    if (apiKey === '' && baseUrl === '') return [];
    const parts = [apiKey, baseUrl, text(entry, 'proxy-url'), text(entry, 'prefix'), headersText(entry)];
    const id = next(kind, parts);
    return [{ id, index: indexOf(list, baseUrl, apiKey, id), list, entry: at, provider, apiKey, baseUrl }];
  });
}

function openai(memory: Memory, next: NextId): Credential[] {
  const list = 'openai-compatibility';
  return treesIn(memory, list).flatMap((entry, at) => {
    if (entry['disabled'] === true) return [];
    const provider = text(entry, 'name').toLowerCase() || list;
    const baseUrl = text(entry, 'base-url');
    const shared = { list, entry: at, provider, baseUrl };
    const keys = listOf(entry['api-key-entries']).filter(isTree);
    if (keys.length === 0) {
      const id = next(`${list}:${provider}`, [baseUrl]);
      return [{ ...shared, id, index: indexOf(list, baseUrl, '', id), apiKey: '' }];
    }
    return keys.map((key, position) => {
      const apiKey = text(key, 'api-key');
      const id = next(`${list}:${provider}`, [apiKey, baseUrl, text(key, 'proxy-url')]);
      return { ...shared, id, index: indexOf(list, baseUrl, apiKey, id), key: position, apiKey };
    });
  });
}

function vertex(memory: Memory, next: NextId): Credential[] {
  const list = 'vertex-api-key';
  return treesIn(memory, list).map((entry, at) => {
    const apiKey = text(entry, 'api-key');
    const baseUrl = text(entry, 'base-url');
    const id = next('vertex:apikey', [apiKey, baseUrl, text(entry, 'proxy-url')]);
    return {
      id,
      index: indexOf(list, baseUrl, apiKey, id),
      list,
      entry: at,
      provider: 'vertex',
      apiKey,
      baseUrl,
    };
  });
}
