// A connection to the database of the state. Each piece of work is one transaction, repeated as a whole if the
// connection breaks: a restart or a fail-over of the database costs time, and nothing is written twice.
import type { Pool, PoolClient } from 'pg';
import { fail, HoldfastError } from '../../domain/problem/problem.ts';
import type { Sealed } from '../../domain/secret.ts';

type Row = Readonly<Record<string, unknown>>;

/** Rows of one statement; `$1` … stand for `values`. */
export type Query = <T extends Row>(text: string, values?: readonly unknown[]) => Promise<readonly T[]>;

export interface Database {
  /**
   * Runs `work` in one transaction. Can run it several times, so `work` has no other effect than its statements.
   * Rejects with HF6020 if the database can't do it.
   */
  run<T>(work: (query: Query) => Promise<T>): Promise<T>;
  /** One statement that reads. */
  readonly query: Query;
  close(): Promise<void>;
}

/** Pauses between the tries of one transaction, ms. A fail-over of a managed database takes about this long. */
const PAUSES = [100, 400, 1500, 4000];
const CONNECT_MS = 5000;
const STATEMENT_MS = 10_000;

/** Doesn't connect yet. `pauses`: between the tries, ms. */
export async function openDatabase(
  url: Sealed<string>,
  pauses: readonly number[] = PAUSES,
): Promise<Database> {
  const pool = await openPool(url, { max: 8, json: 'text' });
  const place = placeOf(url.open());
  const tried = async <T>(work: () => Promise<T>): Promise<T> => {
    for (const pause of [...pauses, undefined]) {
      try {
        return await work();
      } catch (error) {
        if (error instanceof HoldfastError) throw error;
        if (pause === undefined || !isPassing(error)) throw unusable(place, error);
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    }
    throw new Error('unreachable'); // the last try returns or throws
  };
  return {
    run: (work) => tried(() => once(pool, work)),
    query: (text, values) => tried(() => queryOf(pool)(text, values)),
    close: () => pool.end(),
  };
}

interface PoolOptions {
  /** Connections at the same time. */
  readonly max: number;
  /** Records are checked when they are read, so they arrive as they were written. */
  readonly json: 'text' | 'parsed';
}

/** Doesn't connect yet. */
export async function openPool(url: Sealed<string>, { max, json }: PoolOptions): Promise<Pool> {
  const { Pool, types } = (await import('pg')).default; // only for those who keep their state there
  const pool = new Pool({
    connectionString: url.open(),
    application_name: 'holdfast',
    max,
    connectionTimeoutMillis: CONNECT_MS,
    // If the network is cut, no answer ever comes.
    query_timeout: STATEMENT_MS + 2000,
    statement_timeout: STATEMENT_MS,
    idle_in_transaction_session_timeout: STATEMENT_MS,
    keepAlive: true,
    allowExitOnIdle: true,
    types: {
      getTypeParser: (oid, format) =>
        oid === JSON_TYPE && json === 'text' ? asText : types.getTypeParser(oid, format),
    },
  });
  // A connection that breaks while nobody uses it, between two statements, or right after it was opened: the next
  // statement rejects. Without a listener from the start, the process would end.
  pool.on('error', ignore);
  pool.on('connect', (client) => client.on('error', ignore));
  return pool;
}

const JSON_TYPE = 114;
const asText = (text: string): string => text;

const ignore = (): void => undefined;

async function once<T>(pool: Pool, work: (query: Query) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: unknown;
  try {
    await client.query('begin');
    const result = await work(queryOf(client));
    await client.query('commit');
    return result;
  } catch (error) {
    broken = await client.query('rollback').then(
      () => undefined,
      (failed: unknown) => failed,
    );
    throw error;
  } finally {
    client.release(broken !== undefined);
  }
}

function queryOf(client: Pool | PoolClient): Query {
  return async <T extends Row>(text: string, values: readonly unknown[] = []) =>
    (await client.query(text, [...values])).rows as T[]; // the caller names the columns of its statement
}

/** Connection lost, shutting down, starting up, too many clients, a deadlock: a later try can succeed. */
const PASSING = /^(?:08...|57P0[123]|53300|40001|40P01|E(?:CONN(?:REFUSED|RESET)|PIPE|TIMEDOUT|AI_AGAIN))$/;

function isPassing(error: unknown): boolean {
  const { code, message } = error as { readonly code?: string; readonly message?: string };
  return code === undefined
    ? /terminated|timeout|closed|not queryable/i.test(message ?? '')
    : PASSING.test(code);
}

const REASONS: Readonly<Record<string, string>> = {
  '28P01': 'it refuses the user or the password',
  '28000': 'it refuses the user',
  '3D000': "it doesn't exist",
  '42501': 'its user may not do this',
  '25006': 'it is read-only',
  '53100': 'its disk is full',
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: "the name of the server can't be resolved",
};

/** HF6020, with the reason. */
export function unusable(place: string, error: unknown): HoldfastError {
  const { code = '', message = '' } = error as { readonly code?: string; readonly message?: string };
  const why = REASONS[code] ?? [message.split('\n')[0], code && `(${code})`].filter(Boolean).join(' ');
  return fail('HF6020', `the database ${place} can't be used: ${why}`, {}, { cause: error });
}

/** `holdfast at db.example:5432`, without user and password. */
export function placeOf(url: string): string {
  const { pathname, hostname, port, searchParams } = new URL(url);
  const host = hostname || searchParams.get('host') || 'localhost';
  return `${decodeURIComponent(pathname.slice(1)) || 'postgres'} at ${host}:${port || '5432'}`;
}
