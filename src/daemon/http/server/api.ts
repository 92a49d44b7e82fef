// What the files of the HTTP API share: the type of the server, a group of routes, the declaration of a route.
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

/** Adds routes to the server, in their own scope. */
export type Routes = (server: ApiServer) => void | Promise<void>;

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * Required access. Below `/api`, the default is `read` for GET and `operate` for everything else. Elsewhere the
     * default is everyone, so a protected route there must declare it.
     */
    role?: 'anyone' | 'read' | 'operate';
  }
  interface FastifyRequest {
    /** The identity of the caller; undefined if the route is for everyone. */
    who: Who | undefined;
  }
}
