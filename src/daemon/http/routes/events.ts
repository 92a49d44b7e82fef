// The stream of server-sent events: what changes while a client listens.
import { Type } from 'typebox';
import type { Routes } from '../server/api.ts';
import type { Entrance } from '../server/server.ts';
import type { Streams } from '../server/stream.ts';

export function eventRoutes(streams: Streams, { access, cookie }: Entrance): Routes {
  return (server) => {
    server.get(
      '/events',
      {
        exposeHeadRoute: false, // it would listen forever, without a client
        schema: {
          tags: ['events'],
          summary: 'Changes, as server-sent events',
          description:
            'Each event is a JSON object whose `kind` is the name of the event: `target` (with the view of a target), `look`, `plan`, `history` (reload those of `target`), `source`, `rollout` (reload it), `settings` (reload everything). `Last-Event-ID` continues where the connection was interrupted.',
          response: {
            200: Type.Unsafe<unknown>({
              description: 'events',
              content: { 'text/event-stream': { schema: Type.String() } },
            }),
          },
        },
      },
      async (request, reply) => {
        const id = request.headers['last-event-id'];
        const session = request.cookies[cookie.name];
        const { by } = request.who ?? {};
        // Stops for a session that ended, or a token that was removed from the settings.
        const token = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
        const mayListen = (): boolean => {
          if (by === 'nothing') return access.everyone() !== undefined;
          return by === 'token'
            ? access.byToken(token) !== undefined
            : access.bySession(session ?? '', false) !== undefined;
        };
        const stream = streams.open(typeof id === 'string' ? id : undefined, mayListen);
        return reply
          .header('cache-control', 'no-store, no-transform')
          .header('x-accel-buffering', 'no')
          .type('text/event-stream')
          .send(stream);
      },
    );
  };
}
