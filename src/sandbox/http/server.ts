// The HTTP server: one catch-all route, so that paths, methods and bodies are handled as by the gateway's router (C
// v0 §1.1, §1.6) and not as by ours.
import { createServer } from 'node:http';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';

export interface Incoming {
  readonly method: string;
  /** Decoded, without the query. */
  readonly path: string;
  readonly rawQuery: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: FastifyRequest['headers'];
  readonly body: string;
  /** Address of the socket. */
  readonly peer: string;
}

export interface Outgoing {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** `reset`: the connection breaks instead. `endless`: the body never ends. */
  readonly transport?: 'reset' | 'endless';
}

const CORS: Readonly<Record<string, string>> = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Methods': 'GET, POST, PUT, PATCH, DELETE, OPTIONS',
  'Access-Control-Allow-Headers': '*',
  'Access-Control-Expose-Headers':
    'X-CPA-TRACE-ID, X-CPA-VERSION, X-CPA-COMMIT, X-CPA-BUILD-DATE, X-CPA-SUPPORT-PLUGIN, X-CPA-HOME-VERSION, X-CPA-HOME-BUILD-DATE, X-SERVER-VERSION, X-SERVER-BUILD-DATE, Location, Retry-After, X-Request-Id, OpenAI-Request-Id',
};

const MAX_BODY = 512 * 1024 * 1024;
const ENDLESS_CHUNK = ' '.repeat(64 * 1024);
const ENDLESS_MS = 20;

/** A server that calls `answer` for every request. It isn't listening yet. */
export function httpServer(answer: (request: Incoming) => Promise<Outgoing>): FastifyInstance {
  const app = Fastify({
    bodyLimit: MAX_BODY,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    serverFactory: (handler) =>
      // As the gateway, it never closes an idle connection.
      createServer({ keepAliveTimeout: 0 }, (request, response) => {
        delete request.headers['content-type']; // It has no influence (C v0 §3.0).
        handler(request, response);
      }),
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  const handle = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    send(reply, await answer(incoming(request)));
  };
  app.all('/*', handle);
  app.setNotFoundHandler(handle);
  return app;
}

function incoming(request: FastifyRequest): Incoming {
  const [path = '', ...query] = (request.raw.url ?? '/').split('?');
  const rawQuery = query.join('?');
  return {
    method: request.method,
    path: decoded(path),
    rawQuery,
    query: firstOfEach(new URLSearchParams(rawQuery)),
    headers: request.headers,
    body: typeof request.body === 'string' ? request.body : '',
    peer: request.socket.remoteAddress ?? '',
  };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function firstOfEach(params: URLSearchParams): Record<string, string> {
  const query: Record<string, string> = {};
  for (const [name, value] of params) query[name] ??= value;
  return query;
}

function send(reply: FastifyReply, { status, headers, body, transport }: Outgoing): void {
  reply.hijack();
  const { raw } = reply;
  if (transport === 'reset') {
    raw.socket?.resetAndDestroy();
    return;
  }
  raw.writeHead(status, {
    ...CORS,
    ...headers,
    ...(transport ? {} : { 'Content-Length': Buffer.byteLength(body) }),
  });
  if (transport !== 'endless') {
    raw.end(body);
    return;
  }
  const timer = setInterval(() => raw.write(ENDLESS_CHUNK), ENDLESS_MS);
  raw.on('close', () => clearInterval(timer));
}
