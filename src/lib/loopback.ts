// Whether a host is this machine: what travels to it leaves nothing to read on the way. A name that only begins like an
// address of it (`127.example.com`) is not.
import { isIP } from 'node:net';

/** By an address, brackets or not, or by its usual name. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '');
  return bare === 'localhost' || bare === '::1' || (isIP(bare) === 4 && bare.startsWith('127.'));
}
