// `POST /hooks/git`: bytes in, what the git source answers out. Whether they are signed is the git source's business.
import type { IncomingHttpHeaders } from 'node:http';
import type { Routes } from './api.ts';

/** Takes the body as it came, because that is what was signed. */
export type GitHook = (headers: IncomingHttpHeaders, body: Buffer) => HookAnswer | Promise<HookAnswer>;

interface HookAnswer {
  readonly status: number;
  readonly body: object;
}

/** Bytes. A push of many commits is described at length. */
const LARGEST_HOOK = 5 * 1024 * 1024;

export function hookRoutes(hook: GitHook): Routes {
  return (server) => {
    server.removeAllContentTypeParsers();
    server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    server.post('/hooks/git', { bodyLimit: LARGEST_HOOK, schema: { hide: true } }, async (request, reply) => {
      const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const { status, body } = await hook(request.headers, bytes);
      return reply.code(status).send(body);
    });
  };
}
