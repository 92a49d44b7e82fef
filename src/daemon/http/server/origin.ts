// Whether a browser's request came from our own pages, with a host name of ours.
import type { FastifyRequest } from 'fastify';
import { isLoopback } from '../../../lib/loopback.ts';
import type { HttpSettings } from '../../../settings/settings.ts';

type Asked = Pick<FastifyRequest, 'headers' | 'protocol' | 'host'>;

/**
 * Another site can make a browser send this. A request without any sign of its origin comes from a script, which
 * must identify itself with a header that another site can't send without a preflight.
 */
export function isForeign({ headers, protocol, host }: Asked, { publicUrl }: HttpSettings): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') return true;
  const { origin } = headers;
  if (origin !== undefined) return origin !== `${protocol}://${host}` && origin !== publicUrl?.origin;
  return site === undefined && headers['x-holdfast'] !== '1';
}

/** With DNS rebinding, a page sends its own host name; it could add a proxy's header, so both must be ours. */
export function isStrangeHost({ host, headers }: Asked, { listen, publicUrl }: HttpSettings): boolean {
  return [host, headers.host ?? host].map(hostName).some((name) => {
    return !isLoopback(name) && name !== listen.host && name !== publicUrl?.hostname;
  });
}

/** Without the port, and without the brackets of IPv6. */
function hostName(host: string): string {
  return URL.parse(`http://${host}`)?.hostname.replaceAll(/^\[|\]$/g, '') ?? host;
}
