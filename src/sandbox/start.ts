// Starts the embedded gateway on a config.yaml and returns its handle. In-process, so a test can use any number.
import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { type Memory } from '../gateway/model/model.ts';
import { isTree } from '../lib/value.ts';
import { fail } from '../domain/problem/problem.ts';
import { answer, type Answering } from './http/answering.ts';
import { authOf, secretIn } from './http/auth.ts';
import { realClock } from './gateway/clock.ts';
import { generationOf } from './gateway/dialect.ts';
import { diskOf } from './gateway/disk.ts';
import { faultsOf } from './gateway/faults.ts';
import { type Gateway, type GatewayOptions, startGateway } from './gateway/gateway.ts';
import { hasTemplateKeys } from './http/proxy.ts';
import { DELAYS, type LoggedRequest, type Sandbox, type SandboxOptions } from './sandbox.ts';
import { httpServer } from './http/server.ts';
import { isFailure } from '../yaml/failure.ts';

const DEFAULT_COST = 4;

/** One life of the process: from its start to its end. */
interface Process {
  readonly gateway: Gateway;
  readonly app: FastifyInstance;
  readonly port: number;
  readonly host: string;
  /** The value of the file at its start; 0 if it had none. */
  readonly portInFile: number;
}

/** Rejects with a HoldfastError if the gateway wouldn't start with this file, or the port is in use. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const faults = faultsOf(options.faults ?? []);
  const requests: LoggedRequest[] = [];
  const start = async (port: number | undefined): Promise<Process> =>
    startProcess(options, port, faults, (logged) => requests.push(logged), end);
  let running: Process | undefined;
  const end = async (): Promise<void> => {
    const ending = running;
    running = undefined;
    ending?.gateway.stop();
    await ending?.app.close();
  };

  running = await start(options.port);
  let last = running;
  /** A port given from outside replaces the one in the file; if the file's port changes, the new one is used. */
  const nextPort = (): number | undefined => {
    if (options.port === undefined) return undefined;
    return portInFile(options) === last.portInFile ? last.port : 0;
  };
  return {
    get url() {
      return `http://${hostInUrl(last.host)}:${last.port}`;
    },
    get port() {
      return last.port;
    },
    file: options.file,
    stop: end,
    restart: async () => {
      await end();
      try {
        running = await start(nextPort());
      } catch {
        return false;
      }
      last = running;
      return true;
    },
    fault: (name, argument) => {
      faults.set(name, argument);
    },
    clearFaults: (name) => {
      faults.clear(name);
    },
    states: () => last.gateway.states(),
    settled: () => last.gateway.settled(),
    requests,
    clearRequests: () => {
      requests.length = 0;
    },
  };
}

/** Throws HF1081 where the real process would exit at its start. */
function usableGateway(options: GatewayOptions): Gateway {
  if (!existsSync(options.path))
    throw fail('HF1081', `${options.path} doesn't exist`, { remedy: 'Name an existing config.yaml.' });
  const gateway = startGateway(options);
  if (isFailure(gateway)) throw fail('HF1081', `the gateway would not start: ${gateway.message}`);
  const refusal = unusable(gateway.memory());
  if (refusal === undefined) return gateway;
  gateway.stop();
  throw fail('HF1081', `the gateway would not start: ${refusal}`);
}

async function startProcess(
  options: SandboxOptions,
  port: number | undefined,
  faults: Answering['faults'],
  log: (request: LoggedRequest) => void,
  die: () => Promise<void>,
): Promise<Process> {
  const delays = { ...DELAYS, ...options.delays };
  const clock = options.clock ?? realClock;
  const env = options.env ?? {};
  const { dialect, hasTree, version } = generationOf(options.api ?? 'v7');
  const gateway = usableGateway({
    path: options.file,
    dialect,
    delays,
    clock,
    faults,
    home: env['HOME'],
    bcryptCost: options.bcryptCost ?? DEFAULT_COST,
  });
  const envSecret = (env['MANAGEMENT_PASSWORD'] ?? '').trim();
  const localPassword = options.password ?? '';
  let managementKnown = envSecret !== '' || localPassword !== '';
  const context: Answering = {
    dialect,
    hasTree,
    generation: options.generation ?? 'B',
    gateway,
    auth: authOf({ envSecret, localPassword, now: () => clock.now() }),
    faults,
    buildHeaders: buildHeaders(options, version),
    watchesTemplateKeys: hasTemplateKeys(gateway.runtime()),
    managementKnown: () => (managementKnown ||= secretIn(gateway.runtime()) !== ''),
    bcryptMs: delays.bcryptMs,
    clock,
    die: () => {
      setImmediate(() => void die());
    },
  };
  const app = httpServer(async (request) => {
    const given = await answer(context, request);
    const { method, path, rawQuery: query } = request;
    log({ method, path, query, status: given.transport === 'reset' ? 0 : given.status, at: clock.now() });
    return given;
  });
  const host = options.host ?? String(gateway.memory()['host'] ?? '');
  const listenPort = port ?? Number(gateway.memory()['port'] ?? 0);
  try {
    await app.listen({ port: listenPort, host: host === '' ? '::' : host });
  } catch (error) {
    gateway.stop();
    throw fail('HF1083', `Can't listen on ${host}:${listenPort}: ${String(error)}`, {}, { cause: error });
  }
  const { port: bound } = app.server.address() as AddressInfo; // A TCP server has such an address.
  return { gateway, app, port: bound, host, portInFile: Number(gateway.memory()['port'] ?? 0) };
}

/** What stops the real process at start: a port out of range, missing TLS files (C v0 §5.2). */
function unusable(memory: Memory): string | undefined {
  const port = Number(memory['port'] ?? 0);
  if (port < 0 || port > 65_535) return `the port ${port} is out of range`;
  const tls = memory['tls'];
  return isTree(tls) && tls['enable'] === true ? 'the sandbox has no TLS' : undefined;
}

function portInFile({ file, api = 'v7' }: SandboxOptions): number {
  const loaded = generationOf(api).dialect.start(diskOf(file).read() ?? '', {});
  return loaded.ok ? Number(loaded.memory['port'] ?? 0) : 0;
}

function buildHeaders({ build = {} }: SandboxOptions, version: string): Record<string, string> {
  return {
    'X-CPA-VERSION': build.version ?? version,
    'X-CPA-COMMIT': build.commit ?? 'none',
    'X-CPA-BUILD-DATE': build.buildDate ?? 'unknown',
    'X-CPA-SUPPORT-PLUGIN': build.supportsPlugins === false ? '0' : '1',
  };
}

function hostInUrl(host: string): string {
  if (host === '' || host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}
