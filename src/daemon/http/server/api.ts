// What the files of the HTTP API share: the type of the server, what a group of routes is, what a route says of itself.
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { Who } from './access.ts';

export type ApiServer = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** Adds routes to the server, in a scope of its own. */
export type Routes = (server: ApiServer) => void | Promise<void>;

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * Who has access. Below `/api` by default `read` for GET and `operate` for everything else; elsewhere everybody, so a
     * route there that is not for everybody has to say so.
     */
    role?: 'anyone' | 'read' | 'operate';
  }
  interface FastifyRequest {
    /** Who asks; undefined where the route is for everybody. */
    who: Who | undefined;
  }
}
