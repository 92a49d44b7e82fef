// `daemon.http` of the settings: where the HTTP API listens and who can use it. Tokens are sealed as soon as they
// are read. Knows no server.
import { isLoopback } from '../lib/loopback.ts';
import { isIP, isIPv6 } from 'node:net';
import { createSecureContext } from 'node:tls';
import { resolve } from 'node:path';
import { type Position, type Problem, problem, type ProblemDetails } from '../domain/problem/problem.ts';
import type { Code } from '../domain/problem/codes.ts';
import { type Sealed, seal } from '../domain/secret.ts';
import type { Located, LocatedMap, LocatedScalar } from '../yaml/located.ts';
import { readTextFile } from '../input/text-file.ts';

/** `read` can view, `operate` can also trigger actions. */
export type HttpRole = 'read' | 'operate';

export interface HttpToken {
  /** For people: in logs and in the history. */
  readonly name: string;
  readonly role: HttpRole;
  readonly token: Sealed<string>;
}

export interface HttpSettings {
  /** An address without brackets, or a name; port 0 uses any free one. */
  readonly listen: { readonly host: string; readonly port: number };
  readonly auth: 'token' | 'none';
  /** Names are unique; at least one if `auth` is `token`. */
  readonly tokens: readonly HttpToken[];
  /** Everyone who reaches the server can read /metrics; absent: everyone with the role `read`. */
  readonly metrics?: 'public';
  /** The address of the server for browsers, if there is a proxy in front. */
  readonly publicUrl?: URL;
  /** Addresses and networks whose `X-Forwarded-*` headers are trusted. */
  readonly trustedProxies: readonly string[];
  /** PEM texts. */
  readonly tls?: { readonly cert: string; readonly key: Sealed<string> };
}

export const DEFAULT_LISTEN = { host: '127.0.0.1', port: 8318 } as const;
/** Minimum characters: shorter secrets could be guessed over the network. */
const SHORTEST_TOKEN = 16;
const MAKE_ONE = 'create one with `openssl rand -hex 32`';

export interface ReadHttp {
  readonly http?: HttpSettings;
  readonly problems: readonly Problem[];
  /** Absolute paths of the files that were read. */
  readonly files: readonly string[];
}

/** `node` has passed the schema; without it, there is no HTTP API. Relative paths start at `dir`. */
export async function httpOf(node: Located | undefined, dir: string): Promise<ReadHttp> {
  if (node?.kind !== 'map') return { problems: [], files: [] };
  const found = new Findings();
  const listen = listenOf(scalarIn(node, 'listen'), found);
  const auth = textIn(node, 'auth') === 'none' ? 'none' : 'token';
  const tokens = auth === 'none' ? [] : tokensOf(node, found);
  const publicUrl = publicUrlOf(scalarIn(node, 'public-url'), found);
  const tls = await tlsOf(node, dir, found);
  const http: HttpSettings = {
    listen,
    auth,
    tokens,
    ...(textIn(node, 'metrics') === 'public' && { metrics: 'public' as const }),
    trustedProxies: proxiesOf(node, found),
    ...(publicUrl && { publicUrl }),
    ...(tls && { tls }),
  };
  checkExposure(http, node, found);
  const failed = found.problems.some(({ severity }) => severity === 'error');
  return { ...(!failed && { http }), problems: found.problems, files: found.files };
}

/** For redaction by value. */
export function secretsOfHttp({ tokens, tls }: HttpSettings): string[] {
  return [...tokens.map(({ token }) => token.open()), ...(tls ? [tls.key.open()] : [])];
}

class Findings {
  readonly problems: Problem[] = [];
  readonly files: string[] = [];

  add(code: Code, message: string, details: ProblemDetails): void {
    this.problems.push(problem(code, message, details));
  }
}

/** `HOST:PORT`, IPv6 in brackets. */
function listenOf(written: LocatedScalar | undefined, found: Findings): HttpSettings['listen'] {
  if (!written || written.unresolved) return DEFAULT_LISTEN;
  const match = /^(?:\[([^\]]+)\]|([^:[\]\s/]+)):(\d{1,5})$/.exec(String(written.value));
  const [, bracketed, plain, digits] = match ?? [];
  const port = Number(digits);
  if (match && port <= 65_535 && (bracketed === undefined || isIPv6(bracketed)))
    return { host: bracketed ?? plain ?? '', port };
  found.add('HF1012', `\`daemon.http.listen\`: "${String(written.value)}" isn't HOST:PORT`, {
    position: written.position,
    remedy: 'For example, write 127.0.0.1:8318 or [::1]:8318.',
  });
  return DEFAULT_LISTEN;
}

function tokensOf(node: LocatedMap, found: Findings): readonly HttpToken[] {
  const operator = scalarIn(node, 'token');
  const listed = itemsIn(node, 'tokens').filter((item) => item.kind === 'map');
  const read = [
    ...(operator ? [{ name: 'operator', role: 'operate' as const, written: operator }] : []),
    ...listed.map((item) => ({
      name: textIn(item, 'name') ?? '',
      role: textIn(item, 'role') === 'operate' ? ('operate' as const) : ('read' as const),
      written: scalarIn(item, 'token'),
    })),
  ];
  if (read.length === 0) noToken(node.position, found);
  const tokens = read.flatMap(({ written, ...who }) => {
    if (!written || written.unresolved) return [];
    checkLength(written, found);
    return [{ ...who, token: seal(String(written.value)), position: written.position }];
  });
  checkTwice(tokens, found);
  return tokens.map(({ name, role, token }) => ({ name, role, token }));
}

function noToken(position: Position, found: Findings): void {
  const remedy = `Write \`token: "\${env:HOLDFAST_TOKEN}"\`, and ${MAKE_ONE}. On loopback, you can set \`auth: none\` instead.`;
  found.add('HF7030', '`daemon.http` has no token, so anyone could use it', { position, remedy });
}

function checkLength({ value, position, reference }: LocatedScalar, found: Findings): void {
  if (String(value).length < SHORTEST_TOKEN) {
    const message = `A token of the HTTP API has fewer than ${SHORTEST_TOKEN} characters`;
    found.add('HF7031', message, { position, remedy: `Use a long random one: ${MAKE_ONE}.` });
  }
  if (reference === undefined)
    found.add('HF2060', 'A token of the HTTP API is in plain text in the settings', {
      position,
      severity: 'warning',
      remedy: 'Refer to it: token: "${env:HOLDFAST_TOKEN}".',
    });
}

/** A name identifies the requester, so a token equal to its name would be revealed. */
function checkTwice(tokens: readonly (HttpToken & { readonly position: Position })[], found: Findings): void {
  const names = new Set<string>();
  const texts = new Set<string>();
  for (const { name, token, position } of tokens) {
    if (names.has(name)) found.add('HF1014', `Two tokens of the HTTP API are called "${name}"`, { position });
    if (texts.has(token.open()))
      found.add('HF1014', `The token of "${name}" is also the token of another name`, { position });
    names.add(name);
    texts.add(token.open());
  }
}

function publicUrlOf(written: LocatedScalar | undefined, found: Findings): URL | undefined {
  if (!written || written.unresolved) return undefined;
  const url = URL.parse(String(written.value));
  const isOrigin = url && /^https?:$/.test(url.protocol) && `${url.origin}/` === url.href;
  if (isOrigin) return url;
  found.add('HF1012', "`daemon.http.public-url` isn't the root of an http or https address", {
    position: written.position,
    remedy: 'Write the address that browsers show, without a path, for example https://holdfast.example.',
  });
  return undefined;
}

function proxiesOf(node: LocatedMap, found: Findings): readonly string[] {
  return itemsIn(node, 'trusted-proxies').flatMap((item) => {
    if (item.kind !== 'scalar' || item.unresolved) return [];
    const text = String(item.value);
    if (isNetwork(text)) return [text];
    found.add('HF1012', `\`daemon.http.trusted-proxies\`: "${text}" is neither an address nor a network`, {
      position: item.position,
      remedy: 'For example, write 10.0.0.5 or 10.0.0.0/8.',
    });
    return [];
  });
}

/**
 * `10.0.0.0/8`, `fd00::/8`, or one address. With a network that contains everyone, everyone could choose an address.
 */
function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  if (bits === undefined) return true;
  return /^\d{1,3}$/.test(bits) && Number(bits) > 0 && Number(bits) <= (version === 4 ? 32 : 128);
}

async function tlsOf(node: LocatedMap, dir: string, found: Findings): Promise<HttpSettings['tls']> {
  const tls = node.members.get('tls')?.node;
  if (tls?.kind !== 'map') return undefined;
  const [cert, key] = [await pemIn(tls, 'cert', dir, found), await pemIn(tls, 'key', dir, found)];
  if (cert === undefined || key === undefined) return undefined;
  try {
    createSecureContext({ cert, key });
    return { cert, key: seal(key) };
  } catch {
    found.add(
      'HF1012',
      "`daemon.http.tls`: the certificate and the key don't match, or one of them isn't valid",
      {
        position: tls.position,
        remedy: 'Name the PEM file of the certificate with its chain, and the PEM file of its private key.',
      },
    );
    return undefined;
  }
}

/** PEM text, or the file that contains it. */
async function pemIn(
  tls: LocatedMap,
  name: 'cert' | 'key',
  dir: string,
  found: Findings,
): Promise<string | undefined> {
  const written = scalarIn(tls, name);
  if (!written || written.unresolved) return undefined;
  const text = String(written.value);
  if (text.includes('-----BEGIN')) return text;
  const file = resolve(dir, text);
  found.files.push(file);
  const read = await readTextFile(file, text);
  if ('text' in read) return read.text;
  const remedy = 'Correct the path, or the permissions of the file.';
  found.add('HF1012', `\`daemon.http.tls.${name}\`: ${read.problem.message}`, {
    position: written.position,
    remedy,
  });
  return undefined;
}

function checkExposure(
  { listen, auth, tls, publicUrl }: HttpSettings,
  node: LocatedMap,
  found: Findings,
): void {
  if (isLoopback(listen.host)) return;
  const position = scalarIn(node, 'listen')?.position ?? node.position;
  if (auth === 'none')
    found.add(
      'HF7034',
      `\`auth: none\` on ${listen.host} would give access to everyone who can connect to it`,
      {
        position,
      },
    );
  else if (!tls && publicUrl?.protocol !== 'https:')
    found.add('HF7035', `tokens are sent unencrypted to ${listen.host}:${listen.port}`, {
      position,
      severity: 'warning',
    });
}

function scalarIn(node: LocatedMap, name: string): LocatedScalar | undefined {
  const member = node.members.get(name)?.node;
  return member?.kind === 'scalar' ? member : undefined;
}

function textIn(node: LocatedMap, name: string): string | undefined {
  const found = scalarIn(node, name);
  return found && !found.unresolved ? String(found.value) : undefined;
}

function itemsIn(node: LocatedMap, name: string): readonly Located[] {
  const member = node.members.get(name)?.node;
  return member?.kind === 'list' ? member.items : [];
}
