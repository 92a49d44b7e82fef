// `POST /hooks/git`: bytes in, what the git source answers out. Whether they are signed is the git source's business.
import { HOOK_BODY_BYTES, type hookOf } from '../git/hook.ts';
import type { Routes } from './api.ts';

/** Takes the body as it came, because that is what was signed. */
export type GitHook = ReturnType<typeof hookOf>;

export function hookRoutes(hook: GitHook): Routes {
  return (server) => {
    server.removeAllContentTypeParsers();
    server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    server.post(
      '/hooks/git',
      { bodyLimit: HOOK_BODY_BYTES, schema: { hide: true } },
      async (request, reply) => {
        const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
        const { status, body } = hook(request.headers, bytes);
        return reply.code(status).send(body);
      },
    );
  };
}
