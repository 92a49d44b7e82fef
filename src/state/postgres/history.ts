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
        const state = stateIn(row);
        const { record, head } = await linked(log, entry, state?.historyHead);
        await add(log, call, record);
        if (state) await nameHead(log, state, head);
        await removeOld(log);
      });
    },
    async history(target, limit = SHOWN) {
      const newest = await query<Row>(
        'select n, entry from holdfast.history where target = $1 order by n desc limit $2',
        [target, limit],
      );
      return newest.map(({ entry }) => recordIn(entry) as unknown).filter(isHistoryEntry) as HistoryEntry[]; // as asked
    },
    historyRecords: async (target) => textsOf(await allIn(query, target)),
    replaceHistory: (target, records) =>
      leases.onTarget(target, async (statement) => {
        await statement('delete from holdfast.history where target = $1', [target]);
        const log: Log = { statement, target, chain: chainOf(hash, target) };
        for (const record of records) await add(log, randomUUID(), record);
      }),
  };
}

interface Row extends Readonly<Record<string, unknown>> {
  /** A bigint, as text. */
  readonly n: string;
  readonly entry: string;
}

interface Log {
  readonly statement: Query;
  readonly target: string;
  readonly chain: Chain;
}

/** Oldest first. */
const allIn = (query: Query, target: string): Promise<readonly Row[]> =>
  query<Row>('select n, entry from holdfast.history where target = $1 order by n', [target]);

/** The newest row is enough, unless it has no hash. */
async function linked(log: Log, entry: HistoryEntry, head: HistoryHead | undefined): Promise<Linked> {
  const { statement, target, chain } = log;
  const newest = await statement<Row>(
    'select n, entry from holdfast.history where target = $1 order by n desc limit 1',
    [target],
  );
  const next = chain.next(entry, textsOf(newest), head);
  if (next) return next;
  const all = await allIn(statement, target);
  return chain.next(entry, textsOf(all), head) ?? begun(log, entry, all);
}

const textsOf = (rows: readonly Row[]): readonly string[] => rows.map(({ entry }) => entry);

/** Entries of an earlier version get their hashes. */
async function begun({ statement, chain }: Log, entry: HistoryEntry, all: readonly Row[]): Promise<Linked> {
  const { earlier, ...first } = chain.begun(entry, textsOf(all));
  for (const [i, { n }] of all.entries())
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

/** Undefined: it is damaged, and left to the next one who reads it. */
const stateIn = ({ state }: TargetRow): TargetState | undefined => {
  const record: unknown = recordIn(state);
  return isTargetState(record) ? (record as TargetState) : undefined; // as `isTargetState` asks for
};

async function nameHead(
  { statement, target }: Log,
  state: TargetState,
  historyHead: HistoryHead,
): Promise<void> {
  await statement('update holdfast.targets set state = $2 where target = $1', [
    target,
    JSON.stringify({ ...state, historyHead }),
  ]);
}

async function removeOld({ statement, target, chain }: Log): Promise<void> {
  const [newest] = await statement<Row>(
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
