// The server: Fastify with its limits, access control, headers, errors, and the given groups of routes.
import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { fail } from '../../../domain/problem/problem.ts';
import type { HttpSettings } from '../../../settings/settings.ts';
import type { ProblemView } from '../../../api-schema/views.ts';
import type { Access } from './access.ts';
import type { ApiServer, Routes } from './api.ts';
import { describeRoutes } from './describe.ts';
import { type Guard, standGuard } from './guard.ts';
import { addSchemas } from './schemas.ts';
import { PROBLEM_TYPE, problemOf } from './problems.ts';

export interface ServerParts {
  readonly http: HttpSettings;
  readonly access: Access;
  /** The version of Holdfast. */
  readonly version: string;
  /** Redaction by value: the value without any known secret. */
  readonly redact: <T>(value: T) => T;
  readonly note: (level: 'info' | 'warn', text: string) => void;
  /** Called for bugs. */
  readonly failed: (error: unknown) => void;
  /** Below `/api/v1`. */
  readonly api: (entrance: Entrance) => readonly Routes[];
  /** At the root: health, hooks, metrics, the dashboard. */
  readonly root: readonly Routes[];
  /** Called before waiting for connections: ends what would never end by itself. */
  readonly closing: () => void;
  /** Gets the server before any route is added. */
  readonly onServer?: ((server: FastifyInstance) => void) | undefined;
}

/** What the routes of a session require. */
export interface Entrance {
  readonly access: Access;
  readonly guard: Guard;
  readonly cookie: { readonly name: string; readonly secure: boolean };
}

/** Maximum bytes of a body: digests and reasons are small. */
const BODY_LIMIT = 64 * 1024;
const SECOND = 1000;
const PATIENCE = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 15 * SECOND,
  connectionsCheckingInterval: 5 * SECOND,
} as const;

/** Ready to listen. */
export async function createServer(parts: ServerParts): Promise<ApiServer> {
  const { http, access, note } = parts;
  const server = bare(http);
  parts.onServer?.(server as unknown as FastifyInstance); // the same server, without the types of its routes
  const secure = http.tls !== undefined || http.publicUrl?.protocol === 'https:';
  const name = secure ? '__Host-holdfast' : 'holdfast';
  await server.register(helmet, headers(secure));
  await server.register(cookie);
  answerProblems(server, parts);
  const guard = await standGuard(server, { http, access, cookie: name, note });
  server.addHook('preSerialization', async (_request, _reply, payload) => parts.redact(payload));
  server.addHook('preClose', async () => parts.closing());
  await describeRoutes(server, parts.version);
  addSchemas(server);
  const entrance: Entrance = { access, guard, cookie: { name, secure } };
  for (const routes of parts.api(entrance))
    await server.register(async (scope) => routes(scope as ApiServer), { prefix: '/api/v1' }); // of this very server
  for (const routes of parts.root) await server.register(async (scope) => routes(scope as ApiServer));
  await server.ready();
  return server;
}

/** Limits for slow, greedy or silent clients. A long response, such as that of an apply, has no limit. */
function bare({ tls, trustedProxies }: HttpSettings): ApiServer {
  const server = fastify({
    logger: false,
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    bodyLimit: BODY_LIMIT,
    requestTimeout: 20 * SECOND,
    keepAliveTimeout: 65 * SECOND,
    http: PATIENCE,
    return503OnClosing: true,
    // An invalid path never reaches the error handler.
    frameworkErrors: (error, _request, reply) =>
      void sendProblem(reply as FastifyReply, problemOf(error).view),
    ...(tls && { https: { cert: tls.cert, key: tls.key.open(), ...PATIENCE } }),
  }) as unknown as ApiServer; // http or https: the routes don't depend on it
  server.server.maxConnections = 512;
  // Accepts only JSON, which a form of another site can't send.
  server.removeContentTypeParser('text/plain');
  return server;
}

function headers(secure: boolean): Parameters<typeof helmet>[1] {
  const self = ["'self'"];
  const none = ["'none'"];
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: none,
        scriptSrc: self,
        styleSrc: self,
        imgSrc: ["'self'", 'data:'],
        fontSrc: self,
        connectSrc: self,
        manifestSrc: self,
        baseUri: none,
        formAction: self,
        frameAncestors: none,
      },
    },
    referrerPolicy: { policy: 'no-referrer' },
    frameguard: { action: 'deny' },
    strictTransportSecurity: secure,
  };
}

function answerProblems(server: ApiServer, { redact, failed }: ServerParts): void {
  server.setErrorHandler(async (error, _request, reply) => {
    const { view, unexpected } = problemOf(error);
    if (unexpected) failed(error);
    return sendProblem(reply, redact(view));
  });
  server.setNotFoundHandler(async () => {
    throw fail('HF7043', 'there is nothing at this path, or not with this method');
  });
}

function sendProblem(reply: FastifyReply, view: ProblemView): FastifyReply {
  if (view.status === 401) reply.header('www-authenticate', 'Bearer');
  return reply
    .code(view.status)
    .type(PROBLEM_TYPE)
    .serializer((value: unknown) => JSON.stringify(value))
    .send(view);
}
