// `npm run soak`: a daemon and several sandbox gateways for some minutes, with pushes, panel edits, faults, restarts, kills
// and pauses in random order. At the end everything must be as the files say, what people changed in the panel must still be
// there, and no output may contain a secret. `--state postgres` keeps the state in a database, whose connections break;
// `--replicas 3` runs several daemons on it. Prints its seed; `--seed N` repeats the same actions.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import type { FaultName } from '../src/sandbox/gateway/faults.ts';
import type { Sandbox } from '../src/sandbox/sandbox.ts';
import { startSandbox } from '../src/sandbox/start.ts';
import { startPostgres } from '../test/support/postgres.ts';
import { seeded } from './random.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    gateways: { type: 'string', default: '4' },
    state: { type: 'string', default: 'files' },
    replicas: { type: 'string', default: '1' },
    verbose: { type: 'boolean', default: false },
  },
});

const BIN = resolve(import.meta.dirname, '../bin/holdfast.js');
const KEY = 'sk-test-management';
const STATE_KEY = 'an encryption key of the soak run';
/** How long everything may take to come to rest after the last fault. */
const REST_MS = 180_000;
/** Longer than a write of a gateway, its watcher and its reload. */
const SETTLED_MS = 1500;

const random = seeded(Number(values.seed));
const below = (limit: number): number => Math.floor(random() * limit);
const pick = <T>(all: readonly T[]): T => all[below(all.length)] as T; // never empty here

interface Gateway {
  readonly name: string;
  readonly sandbox: Sandbox;
  readonly file: string;
  readonly desired: string;
  readonly mode: 'enforce' | 'apply';
  /** What the files say. */
  declared: Readonly<Record<string, unknown>>;
  /** What people set in the panel, where no file says anything, and what was there after a while. */
  readonly panel: Map<string, unknown>;
  /** Client keys that people added in the panel. */
  readonly added: Set<string>;
  isFaulty: boolean;
}

const counts = new Map<string, number>();
const count = (what: string): void => void counts.set(what, (counts.get(what) ?? 0) + 1);
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const note = (text: string): void => {
  if (values.verbose) say(`${new Date().toISOString().slice(11, 23)} ${text}`);
};

const outputs: (() => string)[] = [];
const failures: string[] = [];

async function startGateway(i: number): Promise<Gateway> {
  const name = `gateway-${i}`;
  const home = join(dir, name);
  const desired = join(home, 'desired-state');
  await mkdir(desired, { recursive: true });
  const file = join(home, 'config.yaml');
  await writeFile(
    file,
    `# ${name}, written by people\nhost: 127.0.0.1\nport: 8317\nauth-dir: ${join(home, 'auths')}\ndebug: false\nrequest-retry: 1 # for all\napi-keys:\n    - sk-test-${name}\n`,
  );
  const sandbox = await startSandbox({
    file,
    port: 0,
    host: '127.0.0.1',
    env: { MANAGEMENT_PASSWORD: KEY },
    api: i % 2 === 0 ? 'v7' : 'v8',
  });
  const gateway: Gateway = {
    name,
    sandbox,
    file,
    desired,
    mode: i % 4 < 2 ? 'enforce' : 'apply',
    declared: {},
    panel: new Map(),
    added: new Set(),
    isFaulty: false,
  };
  await push(gateway);
  return gateway;
}

/** Each replica has a directory of its own for what isn't in the database. */
async function writeSettings(replica: number): Promise<void> {
  const targets = gateways.map(({ name, sandbox, desired, mode }) => ({
    name,
    url: sandbox.url,
    key: '${env:HOLDFAST_KEY}',
    desired: [desired],
    mode,
    adopted: true,
    policy: { ownership: { 'api-keys': 'entries' }, allow: ['takeover', 'literal-secret'] },
  }));
  const database = { postgres: '${env:DATABASE_URL}', 'encryption-key': '${env:STATE_KEY}' };
  await writeFile(
    join(dir, settingsOf(replica)),
    JSON.stringify({
      version: 1,
      targets,
      daemon: { drift: '*/4 * * * * *' },
      state: { dir: `state-${replica}`, ...(databaseUrl !== undefined && database) },
    }),
  );
}

const settingsOf = (replica: number): string => `holdfast-${replica}.yaml`;

/** Other values for what the files declare. */
async function push(gateway: Gateway): Promise<void> {
  gateway.declared = {
    debug: random() < 0.5,
    'request-retry': below(9) + 1,
    'max-retry-interval': below(60) + 1,
    ...(random() < 0.7 && { 'oauth-excluded-models': { claude: [`model-${below(5)}`, 'model-x'] } }),
    'api-keys': [`sk-test-${gateway.name}`, ...(random() < 0.5 ? [`sk-test-second-${below(3)}`] : [])],
  };
  await writeFile(join(gateway.desired, 'gateway.yaml'), JSON.stringify(gateway.declared, null, 2));
}

/** A person in the panel. Resolves to whether the gateway accepted it. */
async function inPanel(
  { sandbox, isFaulty }: Gateway,
  method: string,
  path: string,
  body: unknown,
): Promise<boolean> {
  if (isFaulty) return false; // a gateway that has read an empty file saves an empty configuration
  try {
    const response = await fetch(`${sandbox.url}/v0/management/${path}`, {
      method,
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json', 'user-agent': 'panel' },
      body: JSON.stringify(body),
    });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

const PANEL: Readonly<Record<string, () => unknown>> = {
  'ws-auth': () => random() < 0.5,
  'logs-max-total-size-mb': () => below(500) + 1,
  'quota-exceeded/switch-project': () => random() < 0.5,
};

/** What nobody declares must stay: if it is there after a while, the gateway didn't lose it by itself. */
async function editInPanel(gateway: Gateway): Promise<void> {
  const path = pick(Object.keys(PANEL));
  const value = PANEL[path]?.();
  gateway.panel.delete(path);
  if (!(await inPanel(gateway, 'PUT', path, { value }))) return;
  await sleep(SETTLED_MS);
  if (gateway.isFaulty || !(await holds(gateway, path, value)))
    return count('panel edits that the gateway lost');
  gateway.panel.set(path, value);
  count('panel edits');
  note(`${gateway.name}: panel ${path} = ${String(value)}`);
}

async function addKeyInPanel(gateway: Gateway): Promise<void> {
  const key = `sk-test-panel-${gateway.added.size}-${below(1000)}`;
  if (!(await inPanel(gateway, 'PATCH', 'api-keys', { old: key, new: key }))) return;
  await sleep(SETTLED_MS);
  if (gateway.isFaulty || !(await listed(gateway)).includes(key))
    return count('client keys that the gateway lost');
  gateway.added.add(key);
  count('client keys added in the panel');
}

/** Both in the file and in memory. */
async function holds(gateway: Gateway, path: string, value: unknown): Promise<boolean> {
  const steps = path.split('/');
  return (await views(gateway)).every((view) => at(view, steps) === value);
}

const at = (view: unknown, steps: readonly string[]): unknown =>
  steps.reduce<unknown>((node, step) => (node as Record<string, unknown> | undefined)?.[step], view);

/** Client keys that both the file and the memory list. */
async function listed(gateway: Gateway): Promise<readonly string[]> {
  const [first = [], second = first] = (await views(gateway)).map((view) => {
    const keys = at(view, ['api-keys']);
    return Array.isArray(keys) ? (keys as string[]) : [];
  });
  return first.filter((key) => second.includes(key));
}

/** What runs, and what the file says where it has the same layout. */
async function views({ sandbox }: Gateway): Promise<readonly unknown[]> {
  const response = await fetch(`${sandbox.url}/v0/management/config`, {
    headers: { authorization: `Bearer ${KEY}` },
  }).catch(() => undefined);
  const memory: unknown = response?.ok ? await response.json().catch(() => undefined) : undefined;
  const file: unknown = parse(sandbox.states().file ?? '');
  return at(file, ['config-version']) === undefined ? [memory, file] : [memory];
}

async function drift(gateway: Gateway): Promise<void> {
  if (await inPanel(gateway, 'PUT', 'request-retry', { value: 90 + below(9) }))
    count('edits of declared values');
}

const FAULTS: readonly (readonly [FaultName, string])[] = [
  ['save-failure', '2'],
  ['lost-update', '400'],
  ['empty-read', '2'],
  ['slow', '300'],
  ['reset-before-write', '1'],
  ['reset-after-write', '1'],
  ['error-on-request', '2:500'],
  ['drop-writes', 'request-retry'],
  ['garbage-body', '/config'],
  ['empty-body', '/config'],
];

async function fault(gateway: Gateway): Promise<void> {
  if (gateway.isFaulty) return;
  const [name, argument] = pick(FAULTS);
  note(`${gateway.name}: fault ${name}`);
  gateway.isFaulty = true;
  gateway.panel.clear(); // a failing save can lose what was there
  gateway.sandbox.fault(name, argument);
  count(`fault ${name}`);
  await sleep(1000 + below(4000));
  gateway.sandbox.clearFaults();
  await gateway.sandbox.settled();
  gateway.isFaulty = false;
}

async function restart(gateway: Gateway): Promise<void> {
  if (gateway.isFaulty) return;
  note(`${gateway.name}: restart`);
  count('restarts of a gateway');
  await gateway.sandbox.restart();
}

interface Daemon {
  child: ChildProcess;
  readonly replica: number;
  isPaused: boolean;
}

function startDaemon(replica: number): ChildProcess {
  const child = spawn(process.execPath, [BIN, 'run', '--settings', settingsOf(replica), '--log', 'json'], {
    cwd: dir,
    env: {
      PATH: process.env['PATH'],
      HOLDFAST_KEY: KEY,
      STATE_KEY,
      ...(databaseUrl !== undefined && { DATABASE_URL: databaseUrl }),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let own = '';
  outputs.push(() => own);
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (part: string) => {
      own += part;
    });
  return child;
}

const hasEnded = ({ child }: Daemon): boolean => child.exitCode !== null || child.signalCode !== null;

async function stopDaemon(daemon: Daemon, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  if (hasEnded(daemon)) return;
  const ended = new Promise((done) => daemon.child.once('exit', done));
  daemon.child.kill(signal);
  await ended;
}

async function killDaemon(): Promise<void> {
  const daemon = pick(daemons);
  if (daemon.isPaused) return;
  const signal = pick(['SIGKILL', 'SIGKILL', 'SIGTERM'] as const);
  note(`daemon ${daemon.replica}: ${signal}`);
  count(`daemon ${signal}`);
  await stopDaemon(daemon, signal);
  await sleep(below(2000));
  daemon.child = startDaemon(daemon.replica);
}

/** Longer than a lease, where another replica can take over. */
const LONG_PAUSE_MS = 70_000;

async function pauseDaemon(): Promise<void> {
  const daemon = pick(daemons);
  if (daemons.some(({ isPaused }) => isPaused)) return;
  const isLong = daemons.length > 1 && random() < 0.5;
  note(`daemon ${daemon.replica}: SIGSTOP`);
  count(isLong ? 'daemon SIGSTOP for longer than a lease' : 'daemon SIGSTOP');
  daemon.isPaused = true;
  daemon.child.kill('SIGSTOP');
  const over = sleep(isLong ? LONG_PAUSE_MS : 500 + below(4000)).then(() => {
    daemon.child.kill('SIGCONT');
    daemon.isPaused = false;
    return undefined;
  });
  if (!isLong) await over;
}

async function breakConnections(): Promise<void> {
  if (!server || databaseUrl === undefined) return;
  note('database: connections break');
  count('breaks of all connections to the database');
  await server.cutConnections(databaseUrl);
}

async function act(): Promise<void> {
  const gateway = pick(gateways);
  const choice = random();
  if (random() < 0.1) await breakConnections();
  if (choice < 0.35) {
    note(`${gateway.name}: push`);
    await push(gateway);
    count('pushes');
  } else if (choice < 0.55) void editInPanel(gateway);
  else if (choice < 0.65) void addKeyInPanel(gateway);
  else if (choice < 0.75) await drift(pick(gateways.filter(({ mode }) => mode === 'enforce')));
  else if (choice < 0.87) void fault(gateway);
  else if (choice < 0.91) await restart(gateway);
  else if (choice < 0.96) await killDaemon();
  else await pauseDaemon();
}

/** One more push, and time for everything to be applied. */
async function comeToRest(): Promise<void> {
  await sleep(6000); // faults and edits under way
  for (const gateway of gateways) {
    gateway.sandbox.clearFaults();
    await push(gateway);
  }
  while (daemons.some(({ isPaused }) => isPaused)) await sleep(500);
  for (const daemon of daemons) {
    if (!hasEnded(daemon)) continue;
    const { exitCode, signalCode } = daemon.child;
    failures.push(`the daemon ended by itself with ${exitCode ?? signalCode}`);
    daemon.child = startDaemon(daemon.replica);
  }
  const limit = performance.now() + REST_MS;
  while (performance.now() < limit) {
    const differences = await Promise.all(gateways.map(differencesOf));
    if (differences.every(({ length }) => length === 0)) return;
    await sleep(500);
  }
}

/** As text; lists are sets here. */
const sorted = (value: unknown): string =>
  JSON.stringify(value, (_, node: unknown) =>
    Array.isArray(node) ? (node as unknown[]).toSorted() : node,
  ) ?? 'missing';

/** What of the declared the gateway doesn't have. */
async function differencesOf(gateway: Gateway): Promise<readonly string[]> {
  const keys = await listed(gateway);
  const all = await views(gateway);
  return Object.entries(gateway.declared).flatMap(([path, value]) => {
    if (path === 'api-keys')
      return (value as string[]).every((key) => keys.includes(key)) ? [] : [`${path} isn't as the files say`];
    const found = all.map((view) => sorted(at(view, [path])));
    return found.every((one) => one === sorted(value))
      ? []
      : [`${path} is ${found.join(' and ')}, and the files say ${sorted(value)}`];
  });
}

async function check(gateway: Gateway): Promise<void> {
  const { name, panel, added, file } = gateway;
  for (const path of await differencesOf(gateway)) failures.push(`${name}: ${path}`);
  for (const [path, value] of panel)
    if (!(await holds(gateway, path, value))) failures.push(`${name}: ${path} of the panel was lost`);
  const keys = await listed(gateway);
  for (const key of added) if (!keys.includes(key)) failures.push(`${name}: ${key} of the panel was lost`);
  const text = await readFile(file, 'utf8');
  if (parse(text) === null) failures.push(`${name}: its file is empty`);
}

const allOutput = (): string => outputs.map((own) => own()).join('\n');

/** No secret in the log, and no state that needs a person. */
function checkOutput(): void {
  const output = allOutput();
  if (/sk-test-|an encryption key/.test(output)) failures.push('the log of the daemon contains a secret');
  for (const line of output.split('\n').filter((each) => each.startsWith('{'))) {
    const { outcome } = JSON.parse(line) as { readonly outcome?: string };
    if (outcome !== undefined) count(`outcome ${outcome}`);
    if (outcome === 'rollback-failed') failures.push(`a rollback failed: ${line.slice(0, 300)}`);
  }
}

const dir = await mkdtemp(join(tmpdir(), 'holdfast-soak-'));
say(`seed ${values.seed}, ${values.minutes} minutes, ${values.gateways} gateways, in ${dir}`);
const server = values.state === 'postgres' ? await startPostgres() : undefined;
const databaseUrl = await server?.newDatabase();
const gateways = await Promise.all(
  Array.from({ length: Number(values.gateways) }, (_, i) => startGateway(i)),
);
const daemons: Daemon[] = [];
for (let replica = 0; replica < Number(values.replicas); replica += 1) {
  await writeSettings(replica);
  daemons.push({ child: startDaemon(replica), replica, isPaused: false });
}

try {
  const end = performance.now() + Number(values.minutes) * 60_000;
  while (performance.now() < end) {
    await act();
    await sleep(100 + below(900));
  }
  await comeToRest();
} finally {
  await Promise.all(daemons.map((daemon) => stopDaemon(daemon, 'SIGTERM')));
}
await Promise.all(gateways.map(check));
checkOutput();
await Promise.all(gateways.map(({ sandbox }) => sandbox.stop()));
await server?.stop();
for (const [what, times] of [...counts].toSorted(([a], [b]) => a.localeCompare(b))) say(`${times} × ${what}`);
if (failures.length === 0) {
  await rm(dir, { recursive: true, force: true });
  say('Everything is as the files say, and nothing was lost.');
} else {
  await writeFile(join(dir, 'daemon.log'), allOutput());
  for (const failure of failures) say(`FAILED: ${failure}`);
  say(`The log of the daemon and all files are in ${dir}. Repeat with --seed ${values.seed}.`);
  process.exitCode = 1;
}
