// The history of a target in a file: a line of JSON per entry, each with its place in the hash chain.
import { join } from 'node:path';
import type { HistoryHead } from '../../domain/state/state.ts';
import { chainOf } from '../history-chain.ts';
import { isHistoryEntry } from '../record-schema.ts';
import type { PortableStore, TargetState } from '../store.ts';
import { alone } from './alone.ts';
import { makeDirectory } from './disk.ts';
import { allLines, appendLine, type Bounds, readLines, replaceLines } from './line-log.ts';
import { withReserve } from './reserve.ts';

const SHOWN = 100;
const BOUNDS: Bounds = { bytes: 4 * 1024 * 1024, kept: 1000 };

interface Place {
  readonly home: (target: string) => string;
  /** Keyed, of the Store. */
  readonly hash: (text: string) => string;
  readonly read: (target: string) => Promise<TargetState>;
  /** Replaces the newest entry in the state, under `alone`. */
  readonly nameHead: (target: string, head: HistoryHead) => Promise<void>;
}

type HistoryStore = Pick<PortableStore, 'appendHistory' | 'history' | 'historyRecords' | 'replaceHistory'>;

export function historyIn({ home, hash, read, nameHead }: Place): HistoryStore {
  const fileOf = (target: string): string => join(home(target), 'history.jsonl');
  const withFile = (target: string, work: (file: string) => Promise<void>): Promise<void> =>
    withReserve(home(target), async () => {
      await makeDirectory(home(target));
      await alone(home(target), () => work(fileOf(target)));
    });
  return {
    appendHistory: (target, entry) =>
      withFile(target, async (file) => {
        const chain = chainOf(hash, target);
        const records = await allLines(file);
        const { historyHead } = await read(target);
        let linked = chain.next(entry, records, historyHead);
        if (!linked) {
          const { earlier, ...first } = chain.begun(entry, records);
          await replaceLines(file, earlier);
          linked = first;
        }
        await appendLine(file, linked.record, BOUNDS, chain.anchor);
        await nameHead(target, linked.head);
      }),
    history: (target, limit = SHOWN) => readLines(fileOf(target), limit, isHistoryEntry),
    historyRecords: (target) => allLines(fileOf(target)),
    replaceHistory: (target, records) => withFile(target, (file) => replaceLines(file, records)),
  };
}
