// What a server sends for the dashboard: the built files of the package or, in a checkout, the sources bundled in
// memory, with the same choice as in bin/holdfast.js. Doesn't know routes, headers or sessions.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative } from 'node:path';
import { packageFile } from '../lib/package-files.ts';

interface WebAsset {
  readonly bytes: Buffer;
  /** For `Content-Type`. */
  readonly type: string;
  /** For `ETag`, quotes included. */
  readonly etag: string;
}

let assets: Promise<ReadonlyMap<string, WebAsset>> | undefined;

/**
 * By path: `/index.html`, and files below `/assets/`, whose names contain their hash so that they can be cached
 * forever. The page refers to the others relatively, so it works below any prefix. Cached. Rejects if the package is
 * broken.
 */
export function webAssets(): Promise<ReadonlyMap<string, WebAsset>> {
  assets ??= load();
  return assets;
}

async function load(): Promise<ReadonlyMap<string, WebAsset>> {
  const files = existsSync(packageFile('src/web/client')) ? await fromSources() : await fromBuild();
  return new Map([...files].map(([name, bytes]) => [`/${name}`, assetOf(name, bytes)]));
}

async function fromSources(): Promise<ReadonlyMap<string, Buffer>> {
  const { bundle } = await import('./bundle.ts');
  return bundle();
}

async function fromBuild(): Promise<ReadonlyMap<string, Buffer>> {
  const root = packageFile('dist/web');
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const read = paths.map(async (path) => [relative(root, path), await readFile(path)] as const);
  return new Map(await Promise.all(read));
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

function assetOf(name: string, bytes: Buffer): WebAsset {
  return {
    bytes,
    type: TYPES[extname(name)] ?? 'application/octet-stream',
    etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`,
  };
}
