// Access control: identifies the caller, checks the access of the route, and limits failed tokens.
import rateLimit from '@fastify/rate-limit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { fail } from '../../../domain/problem/problem.ts';
import type { HttpSettings } from '../../../settings/settings.ts';
import type { Access, Who } from './access.ts';
import type { ApiServer } from './api.ts';
import { isForeign, isStrangeHost } from './origin.ts';

export interface Guard {
  /** The holder of this token; counts a wrong one for the address. Rejects with HF7037, HF7041. */
  login(request: FastifyRequest, reply: FastifyReply, token: string): Promise<Who>;
}

export interface Door {
  readonly http: HttpSettings;
  readonly access: Access;
  /** The name of the session's cookie. */
  readonly cookie: string;
  readonly note: (level: 'info' | 'warn', text: string) => void;
}

const MINUTE = 60_000;
/** Wrong tokens per minute from one address (one /64 for IPv6). */
const WRONG_TOKENS = 10;

/** Runs before every route of the server, including those of plugins. */
export async function standGuard(server: ApiServer, door: Door): Promise<Guard> {
  const { http, access, note } = door;
  await server.register(rateLimit, {
    global: false,
    errorResponseBuilder: (_request, { max, after }) =>
      fail('HF7041', `only ${max} of these requests are allowed in this period; try again in ${after}`),
  });
  const wrong = server.createRateLimit({ max: WRONG_TOKENS, timeWindow: MINUTE });

  const login: Guard['login'] = async (request, reply, token) => {
    const before = await wrong(request, { increment: false });
    if (!before.isAllowed && before.remaining <= 0) throw tooMany(reply, before.ttlInSeconds);
    const who = access.byToken(token);
    if (who) return who;
    const after = await wrong(request);
    if (!after.isAllowed && after.remaining === 0)
      note('warn', `${request.ip} sent ${WRONG_TOKENS} wrong tokens within a minute and must wait`);
    throw fail('HF7037', "the token isn't in the settings");
  };

  const whoAsks = async (request: FastifyRequest, reply: FastifyReply): Promise<Who> => {
    const bearer = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (bearer !== undefined) return login(request, reply, bearer);
    const session = request.cookies[door.cookie];
    const who = access.everyone() ?? (session === undefined ? undefined : access.bySession(session, true));
    if (!who) throw fail('HF7037', 'this needs a token');
    return who;
  };

  server.decorateRequest('who', undefined);
  server.addHook('onRequest', async (request, reply) => {
    if (http.auth === 'none' && isStrangeHost(request, http))
      throw fail('HF7040', `"${request.hostname}" isn't a name of this server`);
    const needed = roleFor(request);
    if (needed === 'anyone') return refuseForeign(request, http, undefined);
    request.who = await whoAsks(request, reply);
    refuseForeign(request, http, request.who);
    if (needed === 'operate' && request.who.role !== 'operate')
      throw fail('HF7038', `the token "${request.who.name}" has read-only access`);
  });
  return { login };
}

function tooMany(reply: FastifyReply, seconds: number): Error {
  reply.header('retry-after', String(seconds));
  return fail('HF7041', `too many wrong tokens from this address; try again in ${seconds} s`);
}

/** Where AI agents ask. */
export const MCP_PATH = '/mcp';

const isMcp = ({ routeOptions }: FastifyRequest): boolean => routeOptions.url === MCP_PATH;
const isApi = (request: FastifyRequest): boolean =>
  isMcp(request) || (request.routeOptions.url?.startsWith('/api/') ?? false);
const isSafe = ({ method }: FastifyRequest): boolean => method === 'GET' || method === 'HEAD';

function roleFor(request: FastifyRequest): 'anyone' | 'read' | 'operate' {
  const { role } = request.routeOptions.config;
  if (role !== undefined) return role;
  if (!isApi(request)) return 'anyone';
  return isSafe(request) ? 'read' : 'operate';
}

/** A cookie that a browser sends automatically isn't enough to change anything. */
function refuseForeign(request: FastifyRequest, http: HttpSettings, who: Who | undefined): void {
  if (!isApi(request)) return;
  // No page of another site speaks MCP, whatever token it has.
  const isPageOfMcp = isMcp(request) && request.headers.origin !== undefined;
  if (!isPageOfMcp && (isSafe(request) || who?.by === 'token')) return;
  if (isForeign(request, http))
    throw fail('HF7039', "this request came from another site, or doesn't state its origin");
}
