// MCP over streamable HTTP, without a web framework: a request and who sent it in, a response out. Clients of the
// current protocol have no session; those of earlier ones get one, so that the server can ask them questions.
import { randomUUID } from 'node:crypto';
import {
  createMcpHandler,
  isLegacyRequest,
  type McpHttpHandler,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';
import { createMemory } from './memory.ts';
import { type Caller, createServer } from './server.ts';
import { createSessions, type Sessions } from './sessions.ts';
import type { Host } from './types.ts';

export interface HttpServing {
  /** `body`: of a POST, already parsed. */
  serve(request: Request, body: unknown, caller: Caller): Promise<Response>;
  /** Ends every stream and session. */
  close(): Promise<void>;
}

export interface HttpOptions {
  readonly hostFor: (caller: Caller) => Host;
  /** ms since the epoch. */
  readonly now: () => number;
}

const MOST_SUBSCRIPTIONS = 32;

export function serveHttp({ hostFor, now }: HttpOptions): HttpServing {
  const memory = createMemory();
  const sessions: Opening['sessions'] = createSessions(now);
  const handlers = new Map<string, McpHttpHandler>();
  const serverFor = (caller: Caller): ReturnType<typeof createServer> =>
    createServer(hostFor(caller), memory, caller);
  const current = (caller: Caller): McpHttpHandler => {
    const id = `${caller.role} ${caller.name}`;
    const handler =
      handlers.get(id) ??
      createMcpHandler(() => serverFor(caller), { legacy: 'reject', maxSubscriptions: MOST_SUBSCRIPTIONS });
    handlers.set(id, handler);
    return handler;
  };
  return {
    async serve(request, body, caller) {
      const earlier = await isLegacyRequest(request, body);
      if (!earlier) return current(caller).fetch(request, { parsedBody: body });
      return inSession(request, body, caller, { sessions, serverFor });
    },
    async close() {
      await Promise.all([...[...handlers.values()].map((one) => one.close()), sessions.close()]);
      handlers.clear();
    },
  };
}

interface Opening {
  readonly sessions: Sessions<WebStandardStreamableHTTPServerTransport>;
  readonly serverFor: (caller: Caller) => ReturnType<typeof createServer>;
}

async function inSession(
  request: Request,
  body: unknown,
  caller: Caller,
  { sessions, serverFor }: Opening,
): Promise<Response> {
  const id = request.headers.get('mcp-session-id');
  const known = id === null ? undefined : sessions.use(id, caller);
  if (known) return known.handleRequest(request, { parsedBody: body });
  if (id !== null) return refused(404, 'Session not found');
  const transport = new WebStandardStreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    onsessioninitialized: (made) => sessions.add(made, caller, transport),
    onsessionclosed: (ended) => sessions.remove(ended),
  });
  await serverFor(caller).connect(transport);
  const response = await transport.handleRequest(request, { parsedBody: body });
  if (transport.sessionId === undefined) await transport.close(); // it was no request to begin a session
  return response;
}

/** As the protocol has it: the client begins a new session. */
const refused = (status: number, message: string): Response =>
  Response.json({ jsonrpc: '2.0', error: { code: -32_001, message }, id: null }, { status });
