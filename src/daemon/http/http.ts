// The HTTP API as a service of the daemon: listens where the settings say, follows them while it runs, and sends
// events to listeners.
import type { DaemonSettings, HttpSettings } from '../../settings/settings.ts';
import type { LiveEvent } from '../../api-schema/views.ts';
import type { DaemonOperations } from '../core/daemon-operations.ts';
import type { Service } from '../core/service.ts';
import { type Access, createAccess } from './server/access.ts';
import type { ApiServer, Routes } from './server/api.ts';
import { assetRoutes } from './server/assets.ts';
import { hookRoutes } from './server/hooks.ts';
import { liveReporter } from './server/live.ts';
import { listening } from './server/listen.ts';
import type { HttpOptions } from './server/options.ts';
import { actionRoutes } from './routes/actions.ts';
import { configurationRoutes } from './routes/configuration.ts';
import { documentRoutes } from './routes/documents.ts';
import { eventRoutes } from './routes/events.ts';
import { mcpRoutes } from './routes/mcp.ts';
import { planRoutes } from './routes/plan.ts';
import { recordRoutes } from './routes/records.ts';
import { rolloutRoutes } from './routes/rollout.ts';
import { sessionRoutes } from './routes/session.ts';
import { targetRoutes } from './routes/targets.ts';
import { createServer, type Entrance } from './server/server.ts';
import { createStreams, type Streams } from './server/stream.ts';

export interface HttpService extends Service {
  /** Notifies listeners of something that no outcome contains. */
  publish(event: LiveEvent): void;
  /** Where it listens; undefined if it doesn't. */
  address(): URL | undefined;
}

export function httpService(operations: DaemonOperations, options: HttpOptions): HttpService {
  return new Http(operations, options);
}

/** The parts of the server that don't depend on the settings. */
export interface Assembly {
  readonly operations: DaemonOperations;
  readonly options: HttpOptions;
  readonly access: Access;
  readonly streams: Streams;
  readonly startedAt: number;
  /** Cron expression of the drift check. */
  readonly drift: () => string;
}

export async function assemble(parts: Assembly, http: HttpSettings): Promise<ApiServer> {
  const { operations, options, access, streams } = parts;
  const { hook, mcp, routes = () => [] } = options;
  const api = (entrance: Entrance): readonly Routes[] => [
    sessionRoutes(entrance),
    targetRoutes(operations, { ...options, startedAt: parts.startedAt, drift: parts.drift }),
    planRoutes(operations),
    recordRoutes(operations),
    configurationRoutes(operations),
    actionRoutes(operations, options),
    rolloutRoutes(operations, options),
    eventRoutes(streams, entrance),
    documentRoutes,
  ];
  const root = [
    ...routes(http),
    ...(hook ? [hookRoutes(hook)] : []),
    ...(mcp ? [mcpRoutes(mcp)] : []),
    ...(await dashboard(options)),
  ];
  return createServer({ ...options, http, access, api, root, closing: () => streams.end() });
}

/** Without the files of the dashboard, the API still works. */
async function dashboard({ assets, failed }: HttpOptions): Promise<readonly Routes[]> {
  try {
    return assets ? [assetRoutes(await assets())] : [];
  } catch (error) {
    failed(error);
    return [];
  }
}

class Http implements HttpService {
  readonly reporter: NonNullable<Service['reporter']>;
  readonly #assembly: Assembly;
  #drift = '';
  #followed: HttpSettings | undefined;
  #server: ApiServer | undefined;
  #address: URL | undefined;

  constructor(operations: DaemonOperations, options: HttpOptions) {
    const { clock, redact, failed, events } = options;
    const now = (): number => clock.now();
    const streams = createStreams({ redact, ...events });
    const access = createAccess(clock);
    const drift = (): string => this.#drift;
    this.#assembly = { operations, options, access, streams, startedAt: now(), drift };
    this.reporter = liveReporter(operations, streams, { now, failed });
  }

  publish(event: LiveEvent): void {
    this.#assembly.streams.publish(event);
  }

  address(): URL | undefined {
    return this.#address;
  }

  /** Rejects with HF7032 and HF7033; then nothing has changed. */
  async follow({ http, drift }: DaemonSettings): Promise<void> {
    this.#drift = drift;
    const before = this.#followed;
    if (http && before && this.#server && placeOf(http) === placeOf(before))
      this.#assembly.access.follow(http);
    else if (http) await this.#move(http, before);
    else await this.#close(this.#server);
    this.#followed = http;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close(this.#server);
  }

  /** For another address: listens there first, and then stops here. For the same address, that isn't possible. */
  async #move(http: HttpSettings, before: HttpSettings | undefined): Promise<void> {
    const old = this.#server;
    if (before && addressOf(before) === addressOf(http)) await this.#close(old);
    const server = await assemble(this.#assembly, http);
    this.#assembly.access.follow(http);
    try {
      this.#address = await listening(server, http);
    } catch (error) {
      if (before) this.#assembly.access.follow(before);
      await server.close();
      throw error;
    }
    this.#server = server;
    if (old) await closed(old);
    const { note, listening: announce } = this.#assembly.options;
    const { origin } = this.#address;
    if (announce) announce(origin);
    else note('info', `dashboard and HTTP API at ${origin}`);
  }

  async #close(server: ApiServer | undefined): Promise<void> {
    this.#server = undefined;
    this.#address = undefined;
    if (server) await closed(server);
  }
}

const addressOf = ({ listen }: HttpSettings): string => `${listen.host} ${listen.port}`;

/** Everything that a running server can't change: all except the tokens. */
function placeOf(http: HttpSettings): string {
  const { listen, auth, metrics, publicUrl, trustedProxies, tls } = http;
  return JSON.stringify([listen, auth, metrics, publicUrl?.href, trustedProxies, tls?.cert, tls?.key.open()]);
}

/** How long to wait for running requests, in ms. */
const PATIENCE = 5000;

async function closed(server: ApiServer): Promise<void> {
  const timer = setTimeout(() => server.server.closeAllConnections(), PATIENCE);
  try {
    await server.close();
  } finally {
    clearTimeout(timer);
  }
}
