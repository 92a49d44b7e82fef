// `npm run dev`: a sandbox gateway, the daemon on desired-state/ against it, and the dashboard. A change below src/ starts
// the daemon again and reloads open pages. The gateway keeps what it holds until you stop all of it.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { watch } from 'chokidar';
import { askedGeneration, startGateway } from '../src/demo/generation.ts';

const ROOT = resolve(import.meta.dirname, '..');
const DIR = join(ROOT, '.holdfast', 'npm-run-dev');
const PORT = Number(process.env['PORT'] ?? 8080);
const RELOADS = '/dev/reloads';
const SCRIPT = `<script>new EventSource('${RELOADS}').onmessage = () => location.reload()</script>`;
/** Editors write several files at once. */
const DEBOUNCE_MS = 200;

await rm(DIR, { recursive: true, force: true });
await mkdir(DIR, { recursive: true });
const sandbox = await startGateway(askedGeneration(), join(DIR, 'config.yaml'));
const daemonPort = await freePort();
const settings = join(DIR, 'holdfast.yaml');
await writeFile(
  settings,
  JSON.stringify({
    version: 1,
    daemon: { drift: '*/10 * * * * *', http: { listen: `127.0.0.1:${daemonPort}`, auth: 'none' } },
    targets: [{ name: 'sandbox', url: sandbox.url, desired: [join(ROOT, 'desired-state')] }],
  }),
);

const pages = new Set<ServerResponse>();
let daemon = startDaemon();
let timer: NodeJS.Timeout | undefined;
const watcher = watch(join(ROOT, 'src'), { ignoreInitial: true }).on('all', () => {
  clearTimeout(timer);
  timer = setTimeout(() => void restart(), DEBOUNCE_MS);
});
const proxy = createServer(answer).listen(PORT, '127.0.0.1', () => {
  const { port } = proxy.address() as AddressInfo; // of a server that listens on a port
  process.stdout.write(`Dashboard: http://127.0.0.1:${port}\nGateway:   ${sandbox.url}, key mgmt-secret-1\n`);
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop());

function startDaemon(): ChildProcess {
  const place = ['--settings', settings, '--state', join(DIR, 'state')];
  const args = ['run', '--log', 'text', '--mode', 'enforce', '--variables', join(ROOT, '.env.example')];
  return spawn(process.execPath, [join(ROOT, 'bin/holdfast.js'), ...args, ...place], {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, HOLDFAST_KEY: 'mgmt-secret-1' },
  });
}

async function endDaemon(): Promise<void> {
  if (daemon.exitCode !== null || daemon.signalCode !== null) return;
  const ended = new Promise((done) => daemon.once('exit', done));
  daemon.kill('SIGTERM');
  await ended;
}

async function restart(): Promise<void> {
  await endDaemon();
  daemon = startDaemon();
  for (const page of pages) page.write('data: changed\n\n');
}

async function stop(): Promise<void> {
  clearTimeout(timer);
  await Promise.all([watcher.close(), endDaemon()]);
  proxy.close();
  proxy.closeAllConnections();
  await sandbox.stop();
}

function answer(incoming: IncomingMessage, outgoing: ServerResponse): void {
  if (incoming.url !== RELOADS) return forward(incoming, outgoing);
  outgoing.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  outgoing.write(': open\n\n');
  pages.add(outgoing);
  outgoing.on('close', () => pages.delete(outgoing));
}

/** Passes everything on; a page gets the script that reloads it. A daemon that starts is waited for. */
function forward(incoming: IncomingMessage, outgoing: ServerResponse, tries = 50): void {
  const headers = { ...incoming.headers, 'accept-encoding': 'identity' };
  const { url: path = '/', method } = incoming;
  const onward = request({ host: '127.0.0.1', port: daemonPort, path, method, headers }, (answered) => {
    const isPage = answered.headers['content-type']?.startsWith('text/html') === true;
    const { headers: answeredHeaders } = answered;
    if (isPage)
      for (const name of ['content-security-policy', 'content-length']) delete answeredHeaders[name];
    outgoing.writeHead(answered.statusCode ?? 502, answeredHeaders);
    answered.pipe(outgoing, { end: !isPage });
    if (isPage) answered.once('end', () => outgoing.end(SCRIPT));
  });
  onward.once('error', () => {
    const isStarting = tries > 1 && !outgoing.headersSent && (method === 'GET' || method === 'HEAD');
    if (isStarting) setTimeout(() => forward(incoming, outgoing, tries - 1), 100);
    else outgoing.destroy();
  });
  outgoing.once('close', () => onward.destroy());
  if (method === 'GET' || method === 'HEAD') onward.end();
  else incoming.pipe(onward);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  const { port } = server.address() as AddressInfo; // of a server that listens on a port
  await new Promise((done) => server.close(done));
  return port;
}
