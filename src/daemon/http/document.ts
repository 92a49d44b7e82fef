// The OpenAPI document without a daemon, for the copy in docs/; a test compares it with the routes.
import type { DaemonOperations } from '../core/daemon-operations.ts';
import { createAccess } from './server/access.ts';
import { assemble } from './http.ts';
import { createStreams } from './server/stream.ts';

/** As `GET /api/v1/openapi.json` returns it. */
export async function openApiDocument(version: string): Promise<object> {
  const clock = { now: () => 0, sleep: async (): Promise<void> => {} };
  const redact = <T>(value: T): T => value;
  const options = { version, clock, redact, note: () => {}, failed: () => {} };
  const operations = {} as DaemonOperations; // describing the routes calls none of them
  const parts = { operations, options, access: createAccess(clock), streams: createStreams({ redact }) };
  const listen = { host: '127.0.0.1', port: 0 };
  const http = { listen, auth: 'token', tokens: [], trustedProxies: [] } as const;
  const server = await assemble({ ...parts, startedAt: 0, drift: () => '' }, http);
  const document = server.swagger();
  await server.close();
  return document;
}
