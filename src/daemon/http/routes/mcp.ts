// `/mcp`: passes requests of AI agents to the MCP server, with the identity of their token. Knows nothing of the protocol.
import type { FastifyRequest } from 'fastify';
import { fail } from '../../../domain/problem/problem.ts';
import type { Routes } from '../server/api.ts';
import { MCP_PATH } from '../server/guard.ts';
import type { ServeMcp } from '../server/options.ts';

/** Bytes: a patch of a large file. */
const BODY_LIMIT = 1024 * 1024;
const CALLS_A_MINUTE = 300;

export function mcpRoutes(serve: ServeMcp): Routes {
  return (server) => {
    server.route({
      method: ['GET', 'POST', 'DELETE'],
      url: MCP_PATH,
      exposeHeadRoute: false,
      bodyLimit: BODY_LIMIT,
      // What a tool needs beyond that, the MCP server checks.
      config: { role: 'read', rateLimit: { max: CALLS_A_MINUTE, timeWindow: '1 minute' } },
      schema: { hide: true },
      async handler(request, reply) {
        const { who } = request;
        // The dashboard's cookie is for the dashboard.
        if (!who || who.by === 'session') throw fail('HF7037', 'this needs a token');
        const gone = new AbortController();
        reply.raw.once('close', () => gone.abort());
        const response = await serve(webRequest(request, gone.signal), request.body, who);
        return reply.header('cache-control', 'no-store').header('x-accel-buffering', 'no').send(response);
      },
    });
  };
}

/** Without its body, which is parsed already. */
function webRequest({ method, url, headers, protocol, host }: FastifyRequest, signal: AbortSignal): Request {
  const copied = new Headers();
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined && name !== 'authorization') copied.set(name, String(value));
  return new Request(new URL(url, `${protocol}://${host}`), { method, headers: copied, signal });
}
