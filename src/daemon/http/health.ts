// Whether the process lives, and whether it can do its work.
import type { Routes } from './api.ts';

export const healthRoutes: Routes = (server) => {
  const answer = async (): Promise<{ status: string }> => ({ status: 'ok' });
  server.get('/healthz', { schema: { hide: true } }, answer);
  server.get('/readyz', { schema: { hide: true } }, answer);
};
