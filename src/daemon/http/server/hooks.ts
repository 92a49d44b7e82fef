// `POST /hooks/git`: passes the raw body to the git source and returns its response. The git source verifies
// signatures.
import { fail } from '../../../domain/problem/problem.ts';
import { HOOK_BODY_BYTES, type hookOf } from '../../git/hook.ts';
import type { Routes } from './api.ts';

/** Keeps the raw body, because that is what was signed. */
export type GitHook = ReturnType<typeof hookOf>;

/** Bodies that are read at once: their senders aren't authenticated yet. */
const AT_ONCE = 16;
/** s */
const LATER = 5;

export function hookRoutes(hook: GitHook): Routes {
  let underWay = 0;
  return (server) => {
    server.addHook('onRequest', async (_request, reply) => {
      if (underWay >= AT_ONCE) {
        reply.header('retry-after', String(LATER)).header('connection', 'close');
        throw fail('HF7041', `${AT_ONCE} webhooks are being processed; send this one again in ${LATER} s`);
      }
      underWay += 1;
      reply.raw.once('close', () => (underWay -= 1));
    });
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
