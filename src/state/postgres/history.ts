// The history of a target as rows, each with its place in the hash chain. What retention removed is told by one row in
// the place of the newest one that it removed.
import { randomUUID } from 'node:crypto';
import type { HistoryEntry, HistoryHead } from '../../domain/state/state.ts';
import { type Chain, chainOf, type Linked, recordIn } from '../history-chain.ts';
import { isHistoryEntry, isTargetState } from '../record-schema.ts';
import type { PortableStore, TargetState } from '../store.ts';
import type { Query } from './database.ts';
import type { Leases, TargetRow } from './leases.ts';

const SHOWN = 100;
const KEPT = 1000;

type HistoryStore = Pick<PortableStore, 'appendHistory' | 'history' | 'historyRecords' | 'replaceHistory'>;

/** `hash`: keyed, of the Store. */
export function historyIn(leases: Leases, query: Query, hash: (text: string) => string): HistoryStore {
  return {
    appendHistory(target, entry) {
      const call = randomUUID();
      return leases.onTarget(target, async (statement, row) => {
        // The append is tried again if the connection broke after its commit.
        if ((await statement('select from holdfast.history where call = $1', [call])).length > 0) return;
        const log: Log = { statement, target, chain: chainOf(hash, target) };
        const { record, head } = await linked(log, entry, headIn(row));
        await add(log, call, record);
        await nameHead(log, row, head);
        await removeOld(log);
      });
    },
    async history(target, limit = SHOWN) {
      const newest = await query<Row>(
        'select entry from holdfast.history where target = $1 order by n desc limit $2',
        [target, limit],
      );
      return newest.map(({ entry }) => recordIn(entry) as unknown).filter(isHistoryEntry) as HistoryEntry[]; // as asked
    },
    historyRecords: (target) => allIn(query, target),
    replaceHistory: (target, records) =>
      leases.onTarget(target, async (statement) => {
        await statement('delete from holdfast.history where target = $1', [target]);
        const log: Log = { statement, target, chain: chainOf(hash, target) };
        for (const record of records) await add(log, randomUUID(), record);
      }),
  };
}

interface Row extends Readonly<Record<string, unknown>> {
  readonly entry: string;
}

interface Log {
  readonly statement: Query;
  readonly target: string;
  readonly chain: Chain;
}

/** Oldest first. */
const allIn = async (query: Query, target: string): Promise<readonly string[]> =>
  (await query<Row>('select entry from holdfast.history where target = $1 order by n', [target])).map(
    ({ entry }) => entry,
  );

/** The newest row is enough, unless it has no hash. */
async function linked(log: Log, entry: HistoryEntry, head: HistoryHead | undefined): Promise<Linked> {
  const { statement, target, chain } = log;
  const newest = await statement<Row>(
    'select entry from holdfast.history where target = $1 order by n desc limit 1',
    [target],
  );
  const next = chain.next(
    entry,
    newest.map((row) => row.entry),
    head,
  );
  if (next) return next;
  const all = await allIn(statement, target);
  return chain.next(entry, all, head) ?? begun(log, entry, all);
}

/** Entries of an earlier version get their hashes. */
async function begun(
  { statement, target, chain }: Log,
  entry: HistoryEntry,
  all: readonly string[],
): Promise<Linked> {
  const rows = await statement<{ n: string }>('select n from holdfast.history where target = $1 order by n', [
    target,
  ]);
  const { earlier, ...first } = chain.begun(entry, all);
  for (const [i, { n }] of rows.entries())
    await statement('update holdfast.history set entry = $2 where n = $1', [n, earlier[i]]);
  return first;
}

async function add({ statement, target }: Log, call: string, record: string): Promise<void> {
  await statement('insert into holdfast.history (target, call, entry) values ($1, $2, $3)', [
    target,
    call,
    record,
  ]);
}

const stateIn = ({ state }: TargetRow): TargetState | undefined => {
  const record: unknown = recordIn(state);
  return isTargetState(record) ? (record as TargetState) : undefined; // as `isTargetState` asks for
};

const headIn = (row: TargetRow): HistoryHead | undefined => stateIn(row)?.historyHead;

/** A damaged state is left to the next one who reads it. */
async function nameHead({ statement, target }: Log, row: TargetRow, historyHead: HistoryHead): Promise<void> {
  const state = stateIn(row);
  if (!state) return;
  await statement('update holdfast.targets set state = $2 where target = $1', [
    target,
    JSON.stringify({ ...state, historyHead }),
  ]);
}

async function removeOld({ statement, target, chain }: Log): Promise<void> {
  const [newest] = await statement<Row & { n: string }>(
    'select n, entry from holdfast.history where target = $1 order by n desc offset $2 limit 1',
    [target, KEPT],
  );
  if (!newest) return;
  const anchor = chain.anchor([newest.entry]);
  await statement(
    `delete from holdfast.history where target = $1 and n ${anchor === undefined ? '<=' : '<'} $2`,
    [target, newest.n],
  );
  if (anchor !== undefined)
    await statement('update holdfast.history set entry = $2 where n = $1', [newest.n, anchor]);
}
