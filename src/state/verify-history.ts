// Whether a history is the one that was recorded: every entry unchanged, in its place, and none missing. What it can't
// see is the end cut off together with the state's own note of it; a hash that was noted elsewhere shows that.
import { problem, type Problem } from '../domain/problem/problem.ts';
import type { HistoryHead } from '../domain/state/state.ts';
import type { Tree } from '../lib/value.ts';
import { anchorIn, type Chain, chainOf, linkOf, recordIn } from './history-chain.ts';
import type { Store } from './store.ts';

/** What doesn't fit: the first such entry. */
export interface HistoryFault {
  readonly kind: 'edited' | 'missing' | 'out-of-place' | 'replaced' | 'unchained' | 'retention';
  /** Counts the kept entries from 1, the oldest. Absent: the end is missing. */
  readonly position?: number;
  /** Of the entry at this position, as far as it can be read. */
  readonly id?: string;
  readonly at?: number;
  readonly message: string;
}

export interface VerifiedHistory {
  /** Whether the entries have hashes. A history that an earlier version wrote gets them with the next entry. */
  readonly chained: boolean;
  /** Kept entries. */
  readonly entries: number;
  /** Of them, those that are older than the chain: proved is what they were when it began. */
  readonly before: number;
  /** Entries that retention removed. */
  readonly removed: number;
  /** Lines that a process left incomplete when it ended while it wrote. */
  readonly incomplete: number;
  /** The newest entry. */
  readonly head?: HistoryHead;
  readonly fault?: HistoryFault;
}

export async function verifyHistory(
  store: Pick<Store, 'hash' | 'historyRecords' | 'read'>,
  target: string,
): Promise<VerifiedHistory> {
  const { historyHead } = await store.read(target); // first: an entry that comes meanwhile is newer
  return verified(chainOf(store.hash, target), await store.historyRecords(target), historyHead);
}

/** `named`: the newest entry as the state names it. */
export function verified(
  chain: Chain,
  texts: readonly string[],
  named: HistoryHead | undefined,
): VerifiedHistory {
  const records = texts.map(recordIn).filter((record) => record !== undefined);
  const [first] = records;
  const anchor = first && anchorIn(first);
  const entries = anchor ? records.slice(1) : records;
  const links = entries.map(linkOf).filter((link) => link !== undefined);
  const chained = links.length > 0 || anchor !== undefined || named !== undefined;
  const last = links.at(-1) ?? anchor;
  const fault = chained ? faultIn(chain, { anchor, entries, named }) : undefined;
  return {
    chained,
    entries: entries.length,
    before: links.filter(({ before }) => before).length,
    removed: anchor?.n ?? 0,
    incomplete: texts.length - records.length,
    ...(last && { head: { n: last.n, hash: last.hash } }),
    ...(fault && { fault }),
  };
}

interface Log {
  readonly anchor: ReturnType<typeof anchorIn>;
  readonly entries: readonly Tree[];
  readonly named: HistoryHead | undefined;
}

function faultIn(chain: Chain, { anchor, entries, named }: Log): HistoryFault | undefined {
  if (anchor && !chain.isAnchor(anchor))
    return {
      kind: 'retention',
      position: 1,
      message: 'the record of what retention removed was changed, or another program wrote it',
    };
  let seen: HistoryHead | undefined = anchor;
  for (const [i, entry] of entries.entries()) {
    const fault = faultOf(chain, entry, seen, named);
    if (fault) return { ...fault, position: i + 1, ...about(entry) };
    seen = linkOf(entry);
  }
  return missingEnd(seen, named);
}

function faultOf(
  chain: Chain,
  entry: Tree,
  seen: HistoryHead | undefined,
  named: HistoryHead | undefined,
): Pick<HistoryFault, 'kind' | 'message'> | undefined {
  const link = linkOf(entry);
  if (!link)
    return {
      kind: 'unchained',
      message: 'it has no hash: another program, or an earlier version of Holdfast, wrote it',
    };
  if (!chain.isGenuine(entry)) return { kind: 'edited', message: "its content isn't what Holdfast recorded" };
  const due = (seen?.n ?? 0) + 1;
  if (link.n > due) return { kind: 'missing', message: `${missing(due, link.n - 1)} before it` };
  if (link.n < due)
    return { kind: 'out-of-place', message: `it is entry ${link.n}, and comes after entry ${due - 1}` };
  if (link.previous !== (seen?.hash ?? '') || (named?.n === link.n && named.hash !== link.hash))
    return { kind: 'replaced', message: `entry ${due - 1} or ${due} was replaced by one of another history` };
  return undefined;
}

const missing = (from: number, to: number): string =>
  from === to ? `entry ${from} is missing` : `entries ${from} to ${to} are missing`;

/** An entry that is newer than the named one: the process ended before it could name it. */
function missingEnd(seen: HistoryHead | undefined, named: HistoryHead | undefined): HistoryFault | undefined {
  const last = seen?.n ?? 0;
  if (!named || named.n <= last) return undefined;
  return { kind: 'missing', message: `${missing(last + 1, named.n)} at the end` };
}

const about = ({ id, at }: Tree): Pick<HistoryFault, 'id' | 'at'> => ({
  ...(typeof id === 'string' && { id }),
  ...(typeof at === 'number' && { at }),
});

/** HF6040 for a history that doesn't fit. */
export const historyProblems = (target: string, { fault }: VerifiedHistory): readonly Problem[] =>
  fault
    ? [
        problem('HF6040', `the history of ${target}: ${placeText(fault)}${fault.message}`, {
          target,
        }),
      ]
    : [];

const placeText = ({ position }: HistoryFault): string =>
  position === undefined ? '' : `record ${position}: `;

/** Whether an entry with this hash is kept; `prefix`: at least its first digits. */
export function contains(records: readonly string[], prefix: string): boolean {
  return records.some((text) => {
    const record = recordIn(text);
    const found = record && (linkOf(record) ?? anchorIn(record));
    return found?.hash.startsWith(prefix) ?? false;
  });
}
