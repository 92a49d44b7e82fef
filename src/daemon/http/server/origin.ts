// Whether a request that a browser sends came from our own pages, and to a name that is ours.
import type { FastifyRequest } from 'fastify';
import { isLoopback } from '../../../lib/loopback.ts';
import type { HttpSettings } from '../../../settings/settings.ts';

type Asked = Pick<FastifyRequest, 'headers' | 'protocol' | 'host'>;

/**
 * Another site may make a browser send this. A request without any sign of where it came from is somebody's script,
 * which says so by a header that another site cannot send without being asked first.
 */
export function isForeign({ headers, protocol, host }: Asked, { publicUrl }: HttpSettings): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') return true;
  const { origin } = headers;
  if (origin !== undefined) return origin !== `${protocol}://${host}` && origin !== publicUrl?.origin;
  return site === undefined && headers['x-holdfast'] !== '1';
}

/**
 * A page whose name was made to lead here (DNS rebinding) sends its own name; it could add the one of a proxy, so both
 * must be ours.
 */
export function isStrangeHost({ host, headers }: Asked, { listen, publicUrl }: HttpSettings): boolean {
  return [host, headers.host ?? host].map(hostName).some((name) => {
    return !isLoopback(name) && name !== listen.host && name !== publicUrl?.hostname;
  });
}

/** Without the port, and without the brackets of IPv6. */
function hostName(host: string): string {
  return URL.parse(`http://${host}`)?.hostname.replaceAll(/^\[|\]$/g, '') ?? host;
}
