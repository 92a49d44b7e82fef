// `/healthz` and `/readyz`: 200 or 503, with the findings. Without a token, because process supervisors have none.
import type { FastifyReply } from 'fastify';
import type { Routes } from '../http/server/api.ts';
import type { Finding } from './finding.ts';
import type { Health } from './health.ts';

export function healthRoutes(health: Health): Routes {
  const options = { config: { role: 'anyone' }, schema: { hide: true } } as const;
  return (server) => {
    server.get('/healthz', options, (_request, reply) => answer(reply, health.alive()));
    server.get('/readyz', options, async (_request, reply) => answer(reply, await health.ready()));
  };
}

function answer(reply: FastifyReply, findings: readonly Finding[]): FastifyReply {
  const ok = findings.every((finding) => finding.ok);
  return reply
    .code(ok ? 200 : 503)
    .header('cache-control', 'no-store')
    .send({ status: ok ? 'ok' : 'failing', findings });
}
