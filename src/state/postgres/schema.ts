// The tables of the state, as a list of steps that only grows. A step that was released never changes.
import { fail } from '../../domain/problem/problem.ts';
import type { Database, Query } from './database.ts';

const STEPS: readonly string[] = [
  `create table holdfast.store (
     only_row boolean primary key default true check (only_row),
     created_at timestamptz not null default now(),
     salt bytea not null,
     keys bytea not null,
     notified json not null default '{}'
   );
   create table holdfast.targets (
     target text primary key,
     state json not null default '{}',
     journal json,
     fence bigint not null default 0,
     holder json,
     held_until timestamptz
   );
   create table holdfast.backups (
     target text not null,
     id text not null,
     record json not null,
     content bytea not null,
     primary key (target, id)
   );
   create table holdfast.history (
     n bigint generated always as identity primary key,
     target text not null,
     call uuid not null unique,
     entry json not null
   );
   create index on holdfast.history (target, n);
   create table holdfast.checks (
     n bigint generated always as identity primary key,
     target text not null,
     call uuid not null unique,
     entry json not null
   );
   create index on holdfast.checks (target, n);
   create table holdfast.damaged (
     n bigint generated always as identity primary key,
     target text not null,
     kind text not null,
     found_at timestamptz not null default now(),
     record text not null
   );`,
  `alter table holdfast.store add column rollout json;`,
  // What the replicas of a daemon share.
  `create table holdfast.replicas (
     id text primary key,
     worker text,
     seen_at timestamptz not null
   );
   create table holdfast.statuses (
     target text primary key,
     n bigint not null,
     replica text not null,
     trigger text,
     status json not null
   );
   create table holdfast.reports (
     n bigint generated always as identity primary key,
     call uuid not null unique,
     entry json not null
   );
   alter table holdfast.store
     add ticked_at timestamptz,
     add status_n bigint not null default 0,
     add told_up_to json not null default '{}';`,
];

const OLDEST_SERVER = 15;
/** Any number that no other program on the database takes. */
const ADVISORY_LOCK = 7_268_135_310;

/** Creates or extends the tables; one process at a time. Rejects with HF6008 if a newer version wrote them. */
export async function prepare(database: Database, place: string): Promise<void> {
  if ((await database.run((query) => checkedFormat(query, place))) === STEPS.length) return;
  await database.run(async (query) => {
    await query('select pg_advisory_xact_lock($1)', [ADVISORY_LOCK]);
    const format = await checkedFormat(query, place);
    if (format === 0) await begin(query);
    for (const [i, step] of STEPS.entries()) {
      if (i < format) continue;
      await query(step);
      await query('insert into holdfast.format (step) values ($1)', [i + 1]);
    }
  });
}

/** An administrator can create the schema for a user who may not. */
async function begin(query: Query): Promise<void> {
  const [schema] = await query<{ exists: boolean }>(
    `select exists (select from pg_namespace where nspname = 'holdfast') as exists`,
  );
  if (!schema?.exists) await query('create schema holdfast');
  await query(
    'create table if not exists holdfast.format (step int primary key, applied_at timestamptz not null default now())',
  );
}

/** How many steps were taken. */
async function checkedFormat(query: Query, place: string): Promise<number> {
  const [server] = await query<{ version: string; known: boolean }>(
    // A query of the catalog, because to_regclass can answer from before the wait for the lock.
    `select current_setting('server_version_num') as version,
       exists (select from pg_tables where schemaname = 'holdfast' and tablename = 'format') as known`,
  );
  const version = Math.floor(Number(server?.version) / 10_000);
  if (version < OLDEST_SERVER)
    throw fail('HF6020', `the database ${place} is PostgreSQL ${version}`, {
      remedy: `Use PostgreSQL ${OLDEST_SERVER} or newer.`,
    });
  if (!server?.known) return 0;
  const [format] = await query<{ step: number }>(
    'select coalesce(max(step), 0) as step from holdfast.format',
  );
  const step = format?.step ?? 0;
  if (step > STEPS.length)
    throw fail('HF6008', `the database ${place} has format ${step}; this version knows ${STEPS.length}`);
  return step;
}
