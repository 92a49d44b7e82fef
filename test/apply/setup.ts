// A gateway, a desired state and an engine in one line, and another writer to the same gateway.
import { mkdtemp, readFile, rm, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Checkpoint,
  type Context,
  Crash,
  type ReconcileRequest,
  check,
  reconcile,
  recover,
  restore,
} from '../../src/apply/apply.ts';
import { loadDesired } from '../../src/desired/desired.ts';
import { createClient } from '../../src/gateway/client/http-client.ts';
import type { Event } from '../../src/domain/outcome/event.ts';
import type { Outcome } from '../../src/domain/outcome/outcome.ts';
import { seal } from '../../src/domain/secret.ts';
import type { Mode, Policy, Target } from '../../src/domain/target.ts';
import type { Sandbox, SandboxOptions } from '../../src/sandbox/sandbox.ts';
import { authMemoryOf } from '../../src/state/auth-memory.ts';
import { openFileStore } from '../../src/state/files/files.ts';
import type { PortableStore, Store } from '../../src/state/store.ts';
import { type VirtualClock, virtualSandbox } from '../support/virtual-clock.ts';

export const MANAGEMENT_KEY = 'mgmt-secret-1';

export const GATEWAY_FILE = `# kept by hand
host: 127.0.0.1
port: 8317
auth-dir: AUTH_DIR
remote-management:
  allow-remote: false
  disable-control-panel: true
debug: false
request-retry: 1
api-keys:
  - sk-test-0001 # team a
  - sk-test-0002
openai-compatibility:
  - name: openrouter
    base-url: https://openrouter.example/api/v1
    api-key-entries:
      - api-key: sk-test-up-1
    models:
      - name: moonshotai/kimi-k2
        alias: kimi
a-future-key: 1
`;

/** The same gateway after it has become one of v8. */
export const GATEWAY_FILE_V8 = `# kept by hand
server:
    host: 127.0.0.1
    port: 8317
oauth:
    auth-dir: AUTH_DIR
management:
    allow-remote: false
    disable-control-panel: true
observability:
    logs:
        debug: false
routing:
    retry:
        request-retry: 1
access:
    api-keys:
        - sk-test-0001 # team a
        - sk-test-0002
api-keys:
    openai-compatibility:
        - name: openrouter
          base-url: https://openrouter.example/api/v1
          keys:
            - api-key: sk-test-up-1
          models:
            - name: moonshotai/kimi-k2
              alias: kimi
config-version: 8
`;

/** Declares everything that the gateway has, so that only what a test changes differs. */
export const DESIRED = `debug: false
request-retry: 1
api-keys:
  - \${env:TEAM_A}
  - \${env:TEAM_B}
openai-compatibility:
  - name: openrouter
    base-url: https://openrouter.example/api/v1
    api-key-entries:
      - api-key: \${env:UPSTREAM}
    models:
      - name: moonshotai/kimi-k2
        alias: kimi
`;

export interface SetupOptions {
  readonly file?: string;
  readonly desired?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly gatewayEnv?: Readonly<Record<string, string>>;
  readonly faults?: readonly string[];
  readonly mode?: Mode;
  readonly adopted?: boolean;
  readonly keys?: readonly string[];
  readonly policy?: Partial<Policy>;
  readonly models?: readonly string[];
  readonly delays?: SandboxOptions['delays'];
  /** The generation of the gateway. `v7` */
  readonly api?: SandboxOptions['api'];
  readonly generation?: SandboxOptions['generation'];
  /** `api` of the target. `auto` */
  readonly setting?: Target['api'];
  readonly build?: SandboxOptions['build'];
}

export interface Fixture {
  readonly context: Context;
  readonly sandbox: Sandbox;
  readonly clock: VirtualClock;
  readonly store: PortableStore;
  readonly events: readonly Event[];
  declare(text: string, env?: Readonly<Record<string, string>>): Promise<void>;
  reconcile(request?: ReconcileRequest, more?: Partial<Context>): Promise<Outcome>;
  check(request?: ReconcileRequest): Promise<Outcome>;
  recover(): Promise<Outcome>;
  restore(backup: { readonly id: string } | 'latest'): Promise<Outcome>;
  /** Runs until the checkpoint, where the process dies; the dead owner's lock is removed. */
  crashAt(point: Checkpoint, request?: ReconcileRequest): Promise<void>;
  /** A request by others to the Management API, settled. */
  panel(method: string, path: string, body?: unknown): Promise<number>;
  /** The same, and the gateway may still be loading it. */
  panelNow(method: string, path: string, body?: unknown): Promise<number>;
  file(): Promise<string>;
  writeFile(text: string): Promise<void>;
  /** Status of `/v1/models` for a caller. */
  admits(key?: string): Promise<boolean>;
  /** Takes it down before `teardown` does. */
  leave(): Promise<void>;
}

const open = new Set<() => Promise<void>>();

/** For afterEach. */
export async function teardown(): Promise<void> {
  for (const leave of open) await leave();
}

export async function setup(options: SetupOptions = {}): Promise<Fixture> {
  const dir = await mkdtemp(join(tmpdir(), 'holdfast-apply-'));
  const file = join(dir, 'config.yaml');
  const desiredDir = join(dir, 'desired');
  await mkdir(desiredDir);
  await writeFile(file, (options.file ?? GATEWAY_FILE).replace('AUTH_DIR', join(dir, 'auths')));
  const { sandbox, clock } = await virtualSandbox({
    file,
    port: 0,
    host: '127.0.0.1',
    env: options.gatewayEnv ?? { MANAGEMENT_PASSWORD: MANAGEMENT_KEY },
    ...(options.faults && { faults: options.faults }),
    ...(options.api && { api: options.api }),
    ...(options.generation && { generation: options.generation }),
    ...(options.build && { build: options.build }),
    ...(options.delays && { delays: options.delays }),
  });
  const store = await openFileStore({ dir: join(dir, 'state'), clock });
  const target = targetAt(sandbox.url, desiredDir, options);
  const events: Event[] = [];
  let env: Readonly<Record<string, string>> = {
    TEAM_A: 'sk-test-0001',
    TEAM_B: 'sk-test-0002',
    UPSTREAM: 'sk-test-up-1',
    ...options.env,
  };
  const context: Context = {
    target,
    store,
    clock,
    listener: (event) => events.push(event),
    connect: (lease) => createClient(target, { clock, lease, authMemory: authMemoryOf(store, target.name) }),
    loadDesired: () => loadDesired(target, { env, settingsDir: dir }),
    owner: 'the tests',
    newId: () => Math.random().toString(16).slice(2, 14),
  };
  const leave = async (): Promise<void> => {
    open.delete(leave);
    await sandbox.stop();
    await rm(dir, { recursive: true, force: true });
  };
  open.add(leave);
  const declare = async (text: string, more: Readonly<Record<string, string>> = {}): Promise<void> => {
    env = { ...env, ...more };
    await writeFile(join(desiredDir, 'gateway.yaml'), text);
  };
  await declare(options.desired ?? DESIRED);
  await sandbox.settled();
  return {
    context,
    sandbox,
    clock,
    store,
    events,
    declare,
    reconcile: (request = {}, more = {}) => reconcile({ ...context, ...more }, { waitMs: 0, ...request }),
    check: (request = {}) => check(context, request),
    recover: () => recover(context),
    restore: (backup) => restore(context, { backup }),
    crashAt: (point, request) => crash(context, point, request),
    panel: async (method, path, body) => {
      const status = await panel(sandbox, method, path, body);
      await sandbox.settled();
      return status;
    },
    panelNow: (method, path, body) => panel(sandbox, method, path, body),
    file: () => readFile(file, 'utf8'),
    writeFile: (text) => writeFile(file, text),
    admits: async (key) => (await models(sandbox, key)).ok,
    leave,
  };
}

function targetAt(url: string, desired: string, options: SetupOptions): Target {
  const keys = (options.keys ?? [MANAGEMENT_KEY]).map(seal);
  return {
    name: 'home',
    url: new URL(url),
    keys,
    desired: [desired],
    mode: options.mode ?? 'apply',
    api: options.setting ?? 'auto',
    adopted: options.adopted ?? true,
    probes: { models: options.models ?? [] },
    policy: {
      ignore: [],
      ownership: [],
      allow: [],
      prune: false,
      maxDeletes: { fraction: 1 },
      maxReplaces: { fraction: 1 },
      unknownKeys: 'refuse',
      comments: 'keep',
      memory: 'optional',
      onFailure: 'quarantine',
      bisectTries: 10,
      freeze: [],
      undeclared: 'ignore',
      ...options.policy,
    },
    digestKey: seal('digest-key-1'),
  };
}

async function crash(context: Context, point: Checkpoint, request: ReconcileRequest = {}): Promise<void> {
  const checkpoint = (reached: Checkpoint): void => {
    if (reached === point) throw new Crash(`died at ${point}`);
  };
  const outcome = await reconcile({ ...context, checkpoint }, request).catch((error: unknown) => error);
  if (!(outcome instanceof Crash)) throw new Error(`${point} was not reached: ${JSON.stringify(outcome)}`);
}

async function panel(sandbox: Sandbox, method: string, path: string, body: unknown): Promise<number> {
  const answer = await fetch(`${sandbox.url}/${path.startsWith('v8/') ? path : `v0/management/${path}`}`, {
    method,
    headers: { authorization: `Bearer ${MANAGEMENT_KEY}` },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  await answer.text();
  return answer.status;
}

async function models(sandbox: Sandbox, key: string | undefined): Promise<Response> {
  return fetch(
    `${sandbox.url}/v1/models`,
    key === undefined ? {} : { headers: { authorization: `Bearer ${key}` } },
  );
}

/** A context in which others act directly before our n-th request of a transaction is sent (1: the first). */
export function beforeSending(
  { context }: Fixture,
  nth: number,
  act: () => Promise<unknown>,
): Partial<Context> {
  const { store } = context;
  const writeJournal: Store['writeJournal'] = async (target, journal) => {
    await store.writeJournal(target, journal);
    if (journal.sent === nth && journal.phase === 'open') await act();
  };
  return { store: Object.assign(Object.create(store) as Store, { writeJournal }) };
}

/** A context in which others act during the n-th wait. */
export function duringWait({ context }: Fixture, nth: number, act: () => Promise<unknown>): Partial<Context> {
  let waits = 0;
  const sleep: typeof context.clock.sleep = async (ms, signal) => {
    waits += 1;
    if (waits === nth) await act();
    await context.clock.sleep(ms, signal);
  };
  return { clock: { now: () => context.clock.now(), sleep } };
}
