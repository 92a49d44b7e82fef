// A package registry on loopback that has what the checkout has installed: a real `npm install` without a network. What is
// not among the dependencies of a package, npm does not ask it for, and the program misses it.
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { lockFile, ROOT } from '../../scripts/package/pack.ts';

const run = promisify(execFile);

export interface Registry extends AsyncDisposable {
  readonly url: string;
}

/** Directories of a package below the checkout, one a version. */
type Installed = ReadonlyMap<string, readonly string[]>;

export async function openRegistry(): Promise<Registry> {
  const installed = await installedPackages();
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(request.url ?? '').slice(1);
    const body = await answerTo(path, request.headers.host ?? '', installed).catch(() => undefined);
    response.statusCode = body === undefined ? 404 : 200;
    // npm would use a connection again that this server just closed, if the machine is busy.
    response.setHeader('connection', 'close');
    response.end(body ?? '{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // it listens on a port
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function installedPackages(): Promise<Installed> {
  const found = new Map<string, string[]>();
  for (const path of Object.keys((await lockFile()).packages)) {
    if (path === '' || !existsSync(join(ROOT, path))) continue;
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    found.set(name, [...(found.get(name) ?? []), path]);
  }
  return found;
}

/** `NAME` is its versions, `-/PATH.tgz` one of them. */
async function answerTo(
  path: string,
  host: string,
  installed: Installed,
): Promise<string | Buffer | undefined> {
  const tarball = /^-\/(node_modules\/.*)\.tgz$/.exec(path)?.[1];
  if (tarball !== undefined) return tarballOf(tarball);
  const versions = (installed.get(path) ?? []).map((dir) => versionIn(dir, host));
  if (versions.length === 0) return undefined;
  return JSON.stringify({
    name: path,
    'dist-tags': { latest: versions[0]?.version },
    versions: Object.fromEntries(versions.map((one) => [one.version, one])),
  });
}

function versionIn(dir: string, host: string): { readonly version: string } {
  const own = JSON.parse(readFileSync(join(ROOT, dir, 'package.json'), 'utf8')) as {
    readonly version: string;
  };
  const dist = { tarball: `http://${host}/-/${encodeURIComponent(dir)}.tgz` };
  return Object.assign(own, { dist });
}

async function tarballOf(dir: string): Promise<Buffer> {
  const words = ['-czf', '-', '--exclude=node_modules', '-C', join(ROOT, dirname(dir)), basename(dir)];
  return (await run('tar', words, { encoding: 'buffer', maxBuffer: 256 * 1024 * 1024 })).stdout;
}
