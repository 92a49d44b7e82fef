// The description of the API itself.
import type { Routes } from '../server/api.ts';

export const documentRoutes: Routes = (server) => {
  const schema = { hide: true };
  server.get('/openapi.json', { config: { role: 'anyone' }, schema }, async () => server.swagger());
};
