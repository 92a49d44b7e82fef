// Who am I; exchange a token for a cookie; end a session.
import { LoginRequest, type Session } from '../../../api-schema/views.ts';
import type { Who } from '../server/access.ts';
import type { Routes } from '../server/api.ts';
import { answer, nothing } from '../server/schemas.ts';
import type { Entrance } from '../server/server.ts';
import { SESSION_LASTS } from '../server/sessions.ts';

const TAGS = ['session'];

export function sessionRoutes({ access, guard, cookie }: Entrance): Routes {
  const options = { path: '/', httpOnly: true, sameSite: 'strict', secure: cookie.secure } as const;
  const view = ({ name, role }: Who): Session => ({
    name,
    role,
    auth: access.everyone() ? 'none' : 'token',
  });
  return (server) => {
    server.get(
      '/session',
      { schema: { tags: TAGS, summary: 'Who asks', response: answer('Session') } },
      // The guard accepts nobody without an identity.
      async ({ who }) => view(who as Who),
    );

    server.post(
      '/session',
      {
        config: { role: 'anyone' },
        schema: {
          tags: TAGS,
          summary: 'Exchanges a token for a session cookie',
          security: [],
          body: LoginRequest,
          response: answer('Session'),
        },
      },
      async (request, reply) => {
        const everyone = access.everyone();
        if (everyone) return view(everyone);
        const { token } = request.body;
        const who = await guard.login(request, reply, token);
        reply.setCookie(cookie.name, access.begin(token) ?? '', { ...options, maxAge: SESSION_LASTS / 1000 });
        return view(who);
      },
    );

    server.delete(
      '/session',
      {
        config: { role: 'read' },
        schema: {
          tags: TAGS,
          summary: 'Ends the session',
          response: nothing('the session has ended'),
        },
      },
      async (request, reply) => {
        const id = request.cookies[cookie.name];
        if (id !== undefined) access.end(id);
        return reply.clearCookie(cookie.name, options).code(204).send(null);
      },
    );
  };
}
