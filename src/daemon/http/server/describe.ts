// The OpenAPI document of the API, generated from the schemas of the routes.
import swagger from '@fastify/swagger';
import type { ApiServer } from './api.ts';

/** Before any route is added. */
export async function describeRoutes(server: ApiServer, version: string): Promise<void> {
  await server.register(swagger, {
    // Schemas keep their names.
    refResolver: { buildLocalReference: ({ $id }, _base, _fragment, i) => String($id ?? `schema-${i}`) },
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Holdfast',
        version,
        description:
          'The state of the targets of a running `holdfast run`, and the actions that you can request. Times are milliseconds since the epoch. Errors are problem details (RFC 9457).',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: '/' }],
      security: [{ token: [] }, { session: [] }],
      components: {
        securitySchemes: {
          token: { type: 'http', scheme: 'bearer', description: 'a token of `daemon.http` in the settings' },
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: 'holdfast',
            description: 'from POST /api/v1/session',
          },
        },
      },
    },
  });
}
