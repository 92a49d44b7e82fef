// What a failed exchange means for the user: its HF3xxx code, a message and a remedy. Keys never appear here.
import { fail, type HoldfastError } from '../../domain/problem/problem.ts';
import type { Code } from '../../domain/problem/codes.ts';
import { isTlsCode, type TransportError } from './transport.ts';

/** The destination of the exchange, for messages: origin and path of the target's URL, without user information. */
export interface Place {
  readonly target: string;
  readonly address: string;
  readonly secure: boolean;
}

/** The error for a failed exchange. A write that may have been sent is HF3015, whatever else went wrong. */
export function failureOf(error: TransportError, place: Place, write: boolean): HoldfastError {
  const options = { cause: error };
  const target = place.target;
  if (write && error.phase !== 'connecting')
    return fail(
      'HF3015',
      `${describe(error, place)}, after a write was sent; the gateway may have stored it`,
      { target },
      options,
    );
  return fail(codeFor(error), describe(error, place), { target, remedy: remedyFor(error, place) }, options);
}

function codeFor({ phase, fault, code = '' }: TransportError): Code {
  if (fault === 'unsendable') return 'HF9001';
  if (fault === 'too-large') return 'HF3016';
  if (fault === 'timeout') return phase === 'answering' ? 'HF3017' : 'HF3003';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'HF3002';
  if (code.startsWith('HPE_')) return 'HF3006';
  if (isPlainAgainstTls(code)) return 'HF3005';
  if (isTlsCode(code)) return 'HF3004';
  return phase === 'connecting' ? 'HF3001' : 'HF3014';
}

/** The other side responded to the TLS handshake with something else. */
function isPlainAgainstTls(code: string): boolean {
  return code === 'EPROTO' || code.startsWith('ERR_SSL_');
}

function describe(error: TransportError, { address }: Place): string {
  const because = error.code === undefined ? '' : ` (${error.code})`;
  switch (codeFor(error)) {
    case 'HF3001':
      return error.code === 'ECONNREFUSED'
        ? `nothing listens at ${address}`
        : `${address} can't be reached${because}`;
    case 'HF3002':
      return `the host name in ${address} can't be resolved${because}`;
    case 'HF3003':
      return `${address} didn't respond in time`;
    case 'HF3004':
      return `the certificate of ${address} isn't trusted${because}`;
    case 'HF3005':
      return `${address} doesn't use TLS`;
    case 'HF3006':
      return `the server at ${address} doesn't use HTTP${because}`;
    case 'HF9001':
      return `a request to ${address} couldn't be created, and wasn't sent${because}`;
    case 'HF3016':
      return `the response of ${address} is larger than allowed`;
    case 'HF3017':
      return `the response of ${address} didn't end in time`;
    default:
      return `the connection to ${address} was interrupted${because}`;
  }
}

function remedyFor(error: TransportError, { secure }: Place): string | undefined {
  switch (error.code) {
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
      return 'The certificate is self-signed. Set `tls.ca` of the target to it. `tls.insecure: true` turns verification off.';
    case 'CERT_HAS_EXPIRED':
      return "Renew the gateway's certificate and restart the gateway.";
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return 'The certificate is for another host name. Use that name in the URL of the target.';
    default:
      return codeFor(error) === 'HF3006' && !secure
        ? 'If the gateway has `tls.enable: true`, use https in the URL of the target. Otherwise, another program uses its port.'
        : undefined;
  }
}
