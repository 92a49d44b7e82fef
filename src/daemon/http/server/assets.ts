// The files of the dashboard: served from memory, validated by their tag, and the page itself for any unknown
// address.
import { gzipSync } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { fail } from '../../../domain/problem/problem.ts';
import type { Routes } from './api.ts';

export interface WebAsset {
  readonly bytes: Uint8Array;
  /** Media type. */
  readonly type: string;
  /** With its quotes. */
  readonly etag: string;
}

/** By path: `/index.html`, `/assets/…`. */
export type WebAssets = ReadonlyMap<string, WebAsset>;

const PAGE = '/index.html';
/** The name of each file there contains its hash. */
const UNCHANGING = '/assets/';
/** Never pages, whatever a browser requests. */
const NO_PAGE = /^\/(?:api|hooks|assets)(?:\/|$)/;

export function assetRoutes(assets: WebAssets): Routes {
  const packed = new Map<WebAsset, Buffer>();
  const gzipOf = (asset: WebAsset): Buffer => {
    const bytes = packed.get(asset) ?? gzipSync(asset.bytes, { level: 9 });
    packed.set(asset, bytes);
    return bytes;
  };
  return (server) => {
    server.get('/*', { schema: { hide: true } }, async (request, reply) => {
      const path = pathOf(request);
      const asset = assets.get(path);
      if (!asset && isPage(request, path)) return reply.redirect(rootFrom(path), 302);
      if (!asset) throw fail('HF7043', 'there is nothing at this path');
      reply.header('etag', asset.etag).header('vary', 'accept-encoding');
      reply.header(
        'cache-control',
        path.startsWith(UNCHANGING) ? 'public, max-age=31536000, immutable' : 'no-cache',
      );
      if (request.headers['if-none-match'] === asset.etag) return reply.code(304).send();
      return sendAsset(request, reply.type(asset.type), asset, gzipOf);
    });
  };
}

function pathOf({ url }: FastifyRequest): string {
  const path = url.split('?')[0] ?? '/';
  return path === '/' ? PAGE : path;
}

function isPage({ headers }: FastifyRequest, path: string): boolean {
  return !NO_PAGE.test(path) && (headers.accept ?? '').includes('text/html');
}

/** Relative: a proxy may have put everything below a path of its own. */
function rootFrom(path: string): string {
  return path.split('/').length <= 2 ? './' : '../'.repeat(path.split('/').length - 2);
}

function sendAsset(
  { headers }: FastifyRequest,
  reply: FastifyReply,
  asset: WebAsset,
  gzipOf: (asset: WebAsset) => Buffer,
): FastifyReply {
  const packs = /^(?:text\/|application\/(?:javascript|json|manifest)|image\/svg)/.test(asset.type);
  if (!packs || !/\bgzip\b/.test(String(headers['accept-encoding'] ?? '')))
    return reply.send(Buffer.from(asset.bytes));
  return reply.header('content-encoding', 'gzip').send(gzipOf(asset));
}
