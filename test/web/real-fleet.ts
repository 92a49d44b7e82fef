// A real daemon on sandbox gateways, each brought into another state the way it happens: by commits to the files, edits of the
// gateway, faults, and actions.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TargetsView } from '../../src/api-schema/views.ts';
import type { SyncStatus } from '../../src/domain/outcome/sync-status.ts';
import { systemClock } from '../../src/compose/system-clock.ts';
import type { Journal } from '../../src/domain/state/state.ts';
import type { Mode } from '../../src/domain/target.ts';
import { openFileStore } from '../../src/state/files/files.ts';
import type { Store } from '../../src/state/store.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { startSandbox } from '../../src/sandbox/start.ts';
import { until } from '../support/until.ts';

const ROOT = join(import.meta.dirname, '../..');
const KEY = 'mgmt-secret-1';
const TOKEN = 'tok-operate-0001';

/** Each target, and the status that it is brought into. */
const STATES: Readonly<Record<string, SyncStatus>> = {
  'eu-frankfurt': 'in-sync',
  'eu-paris': 'refused',
  'eu-london': 'quarantined',
  'us-east': 'drifted',
  'us-west': 'rolled-back',
  'ap-singapore': 'suspended',
  'ap-tokyo': 'unreachable',
  staging: 'invalid',
  lab: 'drifted',
  'ap-seoul': 'contested',
  'us-south': 'stale-memory',
  'sa-saopaulo': 'needs-a-person',
};
const MODES: Readonly<Record<string, Mode>> = {
  'us-east': 'observe',
  'us-south': 'observe',
  'ap-seoul': 'enforce',
};

export interface RealFleet extends AsyncDisposable {
  readonly url: string;
  readonly token: string;
  gateway(name: string): Sandbox;
  /** As someone does in the panel of the gateway. */
  changeOnGateway(name: string): Promise<void>;
  /** In the file of its desired state. Rejects if it doesn't contain `from`. */
  edit: Edit;
}

/** `drift`: the schedule of checks, by default none that comes between. */
export async function startRealFleet(drift = '0 0 1 1 *'): Promise<RealFleet> {
  const dir = await mkdtemp(join(tmpdir(), 'holdfast-fleet-'));
  const sandboxes: Record<string, Sandbox> = {};
  for (const name of Object.keys(STATES)) sandboxes[name] = await gateway(dir, name);
  await settingsOf(dir, sandboxes, drift);
  git(dir, 'init', '--quiet');
  commit(dir, 'platform-team', 'Retry three times, and cool down quota errors');
  const daemon = spawn(
    process.execPath,
    [join(ROOT, 'bin/holdfast.js'), 'run', '--log', 'json', '--variables', join(ROOT, '.env.example')],
    {
      cwd: dir,
      env: { PATH: process.env['PATH'], HOLDFAST_KEY: KEY, HOLDFAST_TOKEN: TOKEN },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const end = async (): Promise<void> => {
    if (daemon.exitCode === null && daemon.kill('SIGTERM')) await once(daemon, 'exit');
    for (const sandbox of Object.values(sandboxes)) await sandbox.stop();
    await rm(dir, { recursive: true, force: true });
  };
  try {
    const url = await addressOf(daemon);
    const api = (path: string, body?: object) => request(url, path, body);
    await reached(
      api,
      mapOf((name) => (name === 'us-east' ? 'drifted' : 'in-sync')),
    );
    await bringIntoStates(dir, daemon, sandboxes, api);
    const { 'us-south': _, ...others } = STATES;
    await reached(api, others);
    // Last: a shallow check, as a late event of the files causes one, doesn't see it.
    await loseItsMemory(sandboxes['us-south']);
    await api('/us-south/plan', { depth: 'deep' });
    await reached(api, STATES);
    const named = (name: string): Sandbox => {
      const found = sandboxes[name];
      if (!found) throw new Error(`there is no gateway ${name}`);
      return found;
    };
    return {
      url,
      token: TOKEN,
      gateway: named,
      changeOnGateway: (name) => changeOnGateway(named(name)),
      edit: editing(dir),
      [Symbol.asyncDispose]: end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}

async function gateway(dir: string, name: string): Promise<Sandbox> {
  await mkdir(join(dir, 'gateways', name), { recursive: true });
  await cp(join(ROOT, 'desired-state'), join(dir, 'desired', name), { recursive: true });
  // Nothing is written to it, so its files declare what it has.
  if (name === 'us-south') await declareOnly(dir, name, 'gateway.yaml', 'request-retry: 1\n');
  const file = join(dir, 'gateways', name, 'config.yaml');
  await cp(join(ROOT, 'src/demo/gateway.yaml'), file);
  return startSandbox({ file, port: 0, host: '127.0.0.1', env: { MANAGEMENT_PASSWORD: KEY } });
}

async function declareOnly(dir: string, name: string, file: string, text: string): Promise<void> {
  await rm(join(dir, 'desired', name), { recursive: true });
  await mkdir(join(dir, 'desired', name));
  await writeFile(join(dir, 'desired', name, file), text);
}

async function settingsOf(
  dir: string,
  sandboxes: Readonly<Record<string, Sandbox>>,
  drift: string,
): Promise<void> {
  const targets = Object.entries(sandboxes).map(([name, { url }]) => ({
    name,
    labels: { region: name.split('-')[0] ?? name },
    url,
    key: '${env:HOLDFAST_KEY}',
    desired: [join('desired', name)],
    adopted: true,
    mode: MODES[name] ?? 'apply',
  }));
  const daemon = { drift, http: { listen: '127.0.0.1:0', token: '${env:HOLDFAST_TOKEN}' } };
  await writeFile(join(dir, 'holdfast.yaml'), JSON.stringify({ version: 1, targets, daemon }));
  await writeFile(join(dir, '.gitignore'), '.holdfast\ngateways\n');
}

function git(dir: string, ...words: readonly string[]): void {
  execFileSync('git', [...words], { cwd: dir });
}

function commit(dir: string, author: string, subject: string): void {
  git(dir, 'add', '--all');
  const who = ['-c', `user.name=${author}`, '-c', `user.email=${author}@example.com`];
  git(dir, ...who, 'commit', '--quiet', '--message', subject);
}

async function addressOf(daemon: ChildProcess): Promise<string> {
  let said = '';
  for (const stream of [daemon.stdout, daemon.stderr])
    stream?.setEncoding('utf8').on('data', (part: string) => {
      said += part;
    });
  const found = (): string | undefined => /HTTP API at (http:\/\/127\.0\.0\.1:\d+)/.exec(said)?.[1];
  await until(async () => {
    if (daemon.exitCode !== null) throw new Error(`the daemon ended: ${said}`);
    return found() !== undefined;
  });
  return `${found()}/`;
}

async function request(url: string, path: string, body?: object): Promise<unknown> {
  const response = await fetch(new URL(`api/v1/targets${path}`, url), {
    method: body ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${TOKEN}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}

type Api = (path: string, body?: object) => Promise<unknown>;

async function standings(api: Api): Promise<Record<string, string>> {
  const { targets } = (await api('')) as TargetsView; // as the schema of the route says
  return Object.fromEntries(targets.map(({ name, standing }) => [name, standing]));
}

type Edit = (name: string, file: string, from: string, to: string) => Promise<void>;

function editing(dir: string): Edit {
  return async (name, file, from, to) => {
    const path = join(dir, 'desired', name, file);
    const text = await readFile(path, 'utf8');
    if (!text.includes(from)) throw new Error(`${file} doesn't contain ${from}`);
    await writeFile(path, text.replace(from, to));
  };
}

async function bringIntoStates(
  dir: string,
  daemon: ChildProcess,
  sandboxes: Readonly<Record<string, Sandbox>>,
  api: Api,
): Promise<void> {
  const edit = editing(dir);
  sandboxes['us-west']?.fault('drop-writes');
  daemon.kill('SIGSTOP'); // it sees the whole commit, not a part
  for (const name of ['eu-frankfurt', 'eu-london', 'us-east', 'us-west', 'sa-saopaulo'])
    await edit(name, 'gateway.yaml', 'request-retry: 3', 'request-retry: 5');
  for (const name of ['eu-frankfurt', 'eu-london'])
    await edit(
      name,
      'providers.yaml',
      'alias: glm }',
      'alias: glm }\n      - { name: qwen/qwen3-coder, alias: qwen }',
    );
  await edit(
    'eu-paris',
    'keys.yaml',
    '  - ${list:TEAM_KEYS} # one entry for each key of the comma-separated list\n',
    '',
  );
  await edit('eu-paris', 'providers.yaml', 'priority: 10', 'priority: 20');
  await edit('staging', 'gateway.yaml', 'request-retry: 3', 'request-retry: three');
  commit(dir, 'key-rotation', 'Offer qwen3-coder, retry five times, retire the team keys');
  daemon.kill('SIGCONT');

  const store = await openFileStore({ dir: join(dir, '.holdfast'), clock: systemClock });
  await leaveToAPerson(store, api, 'sa-saopaulo');
  await contest(store, 'ap-seoul');
  for (const name of ['lab', 'ap-seoul']) {
    await changeOnGateway(sandboxes[name]);
    await api(`/${name}/actions/sync`, {});
  }
  await until(
    async () => (await standings(api))['eu-london'] === 'in-sync' && (await applied(api, 'eu-london')),
  );
  await api('/eu-london/actions/rollback', { confirm: 'eu-london' });
  const end = Date.now() + 2 * 3_600_000;
  await api('/ap-singapore/actions/suspend', { until: end, reason: 'Host moves to another rack' });
  await sandboxes['ap-tokyo']?.stop();
  await api('/ap-tokyo/actions/sync', {});
}

async function changeOnGateway(gateway: Sandbox | undefined): Promise<void> {
  await fetch(new URL('/v0/management/request-retry', gateway?.url), {
    method: 'PUT',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    body: '{"value": 7}',
  });
}

/** As if Holdfast had corrected it four times within the hour. */
async function contest(store: Store, name: string): Promise<void> {
  const corrected = [50, 40, 30, 20].map((minutes) => Date.now() - minutes * 60_000);
  await store.update(name, { drift: { corrected: { 'request-retry': corrected }, contested: [] } });
}

/** Someone edits its file, and it doesn't notice. */
async function loseItsMemory(gateway: Sandbox | undefined): Promise<void> {
  if (!gateway) return;
  gateway.fault('dead-watcher');
  const text = await readFile(gateway.file, 'utf8');
  await writeFile(gateway.file, text.replace('request-retry: 1', 'request-retry: 9'));
}

/** As if the daemon had died in the middle of its apply, and came back when nobody could tell any more what it had written. */
async function leaveToAPerson(store: Store, api: Api, name: string): Promise<void> {
  let journal: Journal | undefined;
  await until(async () => {
    journal = await store.journal(name);
    return (journal?.sent ?? 0) > 0;
  });
  await until(async () => (await standings(api))[name] === 'in-sync' && (await applied(api, name)));
  // The daemon closes its journal after it has written the history, and would close another one.
  await until(async () => (await store.journal(name)) === undefined);
  if (!journal) return;
  const { remembered: _, ...rest } = journal;
  const openedAt = journal.openedAt - 16 * 60_000;
  await store.writeJournal(name, { ...rest, id: `${rest.id}-2`, openedAt, predicted: ['', ''] });
  await api(`/${name}/actions/sync`, {});
}

/** Whether the second commit is in effect. */
async function applied(api: Api, name: string): Promise<boolean> {
  const { entries } = (await api(`/${name}/history`)) as { readonly entries: readonly unknown[] };
  return entries.length > 1;
}

const mapOf = (standing: (name: string) => SyncStatus): Record<string, string> =>
  Object.fromEntries(Object.keys(STATES).map((name) => [name, standing(name)]));

async function reached(api: Api, wanted: Readonly<Record<string, string>>): Promise<void> {
  let seen = {};
  // Another event of the same files makes the daemon look again, and a revision that was rolled back is quarantined.
  await until(
    async () => {
      const now = await standings(api);
      seen = now;
      return Object.entries(wanted).every(
        ([name, one]) => now[name] === one || (one === 'rolled-back' && now[name] === 'quarantined'),
      );
    },
    () => seen,
  );
}
