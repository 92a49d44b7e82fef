// The hash chain of a target's history: each entry has a number, the hash of the entry before it, and its own hash under
// a key of the state. Whoever edits the records without that key can't make them fit again. Works on the texts of
// records, oldest first, as any Store keeps them. Pure.
import { createHmac } from 'node:crypto';
import type { HistoryEntry, HistoryHead, HistoryLink } from '../domain/state/state.ts';
import { canonicalJson } from '../lib/stable-json.ts';
import { isTree, type Tree, type Value } from '../lib/value.ts';

export interface Chain {
  /**
   * The record of one more entry, after the newest one of `records` or of the state (`head`), whichever is later.
   * Undefined: `records` have no hashes yet, see `begun`.
   */
  next(entry: HistoryEntry, records: readonly string[], head: HistoryHead | undefined): Linked | undefined;
  /** The first entry of a chain, after entries that were recorded before there were hashes, which get theirs now. */
  begun(entry: HistoryEntry, records: readonly string[]): Linked & { readonly earlier: readonly string[] };
  /** What takes the place of the oldest records when retention removes them. Undefined: they have no valid hash. */
  anchor(removed: readonly string[]): string | undefined;
  /** Whether the hash of an entry is that of its content. */
  isGenuine(record: Tree): boolean;
  /** Whether Holdfast wrote this record of what retention removed. */
  isAnchor(anchor: Anchor): boolean;
}

export interface Linked {
  readonly record: string;
  readonly head: HistoryHead;
}

/** The newest entry that retention removed. */
export interface Anchor extends HistoryHead {
  readonly proof: string;
}

/** `hash`: keyed, of the Store. */
export function chainOf(hash: (text: string) => string, target: string): Chain {
  // A key of its own: the Store also hashes texts that come from gateways.
  const key = hash('key of the history chain');
  const proofOf = (kind: 'entry' | 'retention', content: Tree): string =>
    createHmac('sha256', key)
      .update(`${kind}\n${canonicalJson({ target, content })}`)
      .digest('hex');
  const hashOf = (record: Tree): string => proofOf('entry', withoutHash(record));
  const link = (entry: Tree, previous: HistoryHead | undefined, before: boolean): Linked => {
    const { chain: _own, ...content } = entry;
    const n = (previous?.n ?? 0) + 1;
    const place = { n, previous: previous?.hash ?? '', ...(before && { before }) };
    const own = hashOf({ ...content, chain: place });
    return {
      record: JSON.stringify({ ...content, chain: { ...place, hash: own } }),
      head: { n, hash: own },
    };
  };
  const isGenuine = (record: Tree): boolean => linkOf(record)?.hash === hashOf(record);
  return {
    next(entry, records, head) {
      const last = newestIn(records);
      const previous = last && (!head || last.n > head.n) ? last : head;
      if (!previous && records.length > 0) return undefined;
      return link(plain(entry), previous, false);
    },
    begun(entry, records) {
      const earlier: string[] = [];
      let newest: HistoryHead | undefined;
      for (const text of records) {
        const record = recordIn(text);
        const linked = record && link(record, newest, true);
        earlier.push(linked?.record ?? text);
        newest = linked?.head ?? newest;
      }
      return { ...link(plain(entry), newest, false), earlier };
    },
    anchor(removed) {
      const text = removed.findLast((one) => recordIn(one) !== undefined);
      const record = text === undefined ? undefined : recordIn(text);
      if (!record || anchorIn(record)) return text;
      const own = linkOf(record);
      if (!own || !isGenuine(record)) return undefined;
      const newest = { n: own.n, hash: own.hash };
      return JSON.stringify({ retention: { ...newest, proof: proofOf('retention', newest) } });
    },
    isGenuine,
    isAnchor: ({ n, hash: newest, proof }) => proof === proofOf('retention', { n, hash: newest }),
  };
}

/** As it will be read. */
const plain = (entry: HistoryEntry): Tree => JSON.parse(JSON.stringify(entry)) as Tree; // an object stays one

function withoutHash(record: Tree): Tree {
  const { chain } = record;
  if (!isTree(chain)) return record;
  const { hash: _hash, ...place } = chain;
  return { ...record, chain: place };
}

/** Undefined: not a record, but the incomplete one of a process that ended while it wrote. */
export function recordIn(text: string): Tree | undefined {
  try {
    const value = JSON.parse(text) as Value; // as JSON has no other
    return isTree(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The place of an entry; undefined if it has none. */
export function linkOf({ chain }: Tree): HistoryLink | undefined {
  if (!isTree(chain)) return undefined;
  const { n, previous, hash, before } = chain;
  if (typeof n !== 'number' || typeof previous !== 'string' || typeof hash !== 'string') return undefined;
  return { n, previous, hash, ...(before === true && { before }) };
}

export function anchorIn({ retention }: Tree): Anchor | undefined {
  if (!isTree(retention)) return undefined;
  const { n, hash, proof } = retention;
  return typeof n === 'number' && typeof hash === 'string' && typeof proof === 'string'
    ? { n, hash, proof }
    : undefined;
}

function newestIn(records: readonly string[]): HistoryHead | undefined {
  for (const text of records.toReversed()) {
    const record = recordIn(text);
    const found = record && (linkOf(record) ?? anchorIn(record));
    if (found) return { n: found.n, hash: found.hash };
  }
  return undefined;
}
