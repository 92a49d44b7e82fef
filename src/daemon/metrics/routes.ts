// `/metrics`: for tokens with read access, or for everyone if the settings allow it.
import type { FastifyInstance } from 'fastify';
import type { HttpSettings } from '../../settings/settings.ts';
import type { Routes } from '../http/server/api.ts';
import type { Metrics } from './metrics.ts';

export function metricsRoutes(
  metrics: Pick<Metrics, 'expose' | 'contentType'>,
  settings: Pick<HttpSettings, 'metrics'>,
): Routes {
  const role = settings.metrics === 'public' ? 'anyone' : 'read';
  return (server) => {
    server.get('/metrics', { config: { role }, schema: { hide: true } }, async (_request, reply) => {
      const text = await metrics.expose();
      return reply.type(metrics.contentType).header('cache-control', 'no-store').send(text);
    });
  };
}

/** Counts the server's responses by declared route; must be added before the routes. */
export function countAnswers(server: FastifyInstance, { answered }: Pick<Metrics, 'answered'>): void {
  server.addHook('onResponse', async ({ method, routeOptions }, reply) => {
    answered(method, routeOptions.url ?? 'none', reply.statusCode);
  });
}
