// Binds the address, and reports who has it if it is in use.
import { isIPv6 } from 'node:net';
import { fail } from '../../../domain/problem/problem.ts';
import type { HttpSettings } from '../../../settings/settings.ts';
import type { ApiServer } from './api.ts';

/** The bound address. Rejects with HF7032 and HF7033. */
export async function listening(server: ApiServer, { listen, tls }: HttpSettings): Promise<URL> {
  const scheme = tls ? 'https' : 'http';
  try {
    await server.listen(listen);
  } catch (error) {
    const asked = urlOf(scheme, listen.host, listen.port);
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') throw fail('HF7032', `${asked.host} is in use${await byWhom(asked)}`);
    throw fail('HF7033', `can't listen on ${asked.host}: ${REASONS[code ?? ''] ?? code ?? String(error)}`);
  }
  const bound = server.server.address();
  return urlOf(scheme, listen.host, typeof bound === 'object' && bound ? bound.port : listen.port);
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "ports below 1024 need a privilege that this user doesn't have",
  EADDRNOTAVAIL: "this machine doesn't have this address",
  ENOTFOUND: "this name can't be resolved",
  EAI_AGAIN: "this name can't be resolved",
};

function urlOf(scheme: string, host: string, port: number): URL {
  return new URL(`${scheme}://${isIPv6(host) ? `[${host}]` : host}:${port}`);
}

/** ms for the other server to identify itself. */
const ASKING = 1000;

async function byWhom(address: URL): Promise<string> {
  try {
    const answer = await fetch(new URL('/api/v1/session', address), { signal: AbortSignal.timeout(ASKING) });
    await answer.body?.cancel();
    const isOurs = answer.headers.get('content-type')?.startsWith('application/problem+json');
    return isOurs ? ', perhaps by another Holdfast' : ' by another web server';
  } catch {
    return '';
  }
}
