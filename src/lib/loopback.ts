// Whether a host is this machine, so that requests to it never leave it. A name that only begins like a loopback
// address (`127.example.com`) isn't.
import { isIP } from 'node:net';

/** By an address, with or without brackets, or by its usual name. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '');
  return bare === 'localhost' || bare === '::1' || (isIP(bare) === 4 && bare.startsWith('127.'));
}
