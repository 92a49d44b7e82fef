// A token over http, against git's own server program behind a small one of ours.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { seal } from '../../../src/domain/secret.ts';
import type { GitSettings } from '../../../src/settings/daemon-source.ts';
import { follow, leave, type Remote, remote, settingsFor } from './remote.ts';

const TOKEN = 'git-token-0001';
const BASIC = Buffer.from(`robot:${TOKEN}`).toString('base64');
const BACKEND = join(execFileSync('git', ['--exec-path'], { encoding: 'utf8' }).trim(), 'git-http-backend');

const servers: ReturnType<typeof createServer>[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
  await leave();
});

interface Forge {
  readonly url: string;
  readonly asked: { readonly authorization: string | undefined; readonly commandLines: string }[];
}

async function forge(one: Remote, answer = backend): Promise<Forge> {
  const asked: Forge['asked'] = [];
  const server = createServer((request, response) => {
    const { authorization } = request.headers;
    asked.push({ authorization, commandLines: commandLines() });
    if (authorization !== `Basic ${BASIC}`)
      return void response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
    answer(request, response, one.dir);
  });
  servers.push(server);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/remote.git`, asked };
}

/** CGI in a dozen lines: enough for git. */
function backend(request: IncomingMessage, response: ServerResponse, root: string): void {
  const { pathname, search } = new URL(request.url ?? '/', 'http://localhost');
  const child = spawn(BACKEND, [], {
    env: {
      PATH: process.env['PATH'],
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: pathname,
      QUERY_STRING: search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      REMOTE_USER: 'robot',
    },
  });
  request.pipe(child.stdin);
  const parts: Buffer[] = [];
  child.stdout.on('data', (part: Buffer) => parts.push(part));
  child.on('close', () => {
    const whole = Buffer.concat(parts);
    const end = whole.indexOf('\r\n\r\n');
    for (const line of whole.subarray(0, end).toString().split('\r\n')) {
      const [name = '', value = ''] = line.split(/: (.*)/s);
      if (name === 'Status') response.statusCode = Number.parseInt(value, 10);
      else response.setHeader(name, value);
    }
    response.end(whole.subarray(end + 4));
  });
}

/** What `ps` would show to everybody at this moment. */
function commandLines(): string {
  if (!existsSync('/proc/self/cmdline')) return '';
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((id) => readOrNothing(join('/proc', id, 'cmdline')).replaceAll('\0', ' '))
    .join('\n');
}

function readOrNothing(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function withToken(one: Remote, url: string, token = TOKEN): GitSettings {
  return settingsFor(one, { url, token: { username: 'robot', token: seal(token) } });
}

describe('a repository behind a token', () => {
  const when = existsSync(BACKEND) ? test : test.skip;
  if (!existsSync(BACKEND)) console.warn('skipped: there is no git http-backend on this machine');

  when('is read with it, and the token shows up nowhere', async () => {
    const one = await remote();
    const first = await one.push({ 'a.yaml': 'a: 1\n' });
    const { url, asked } = await forge(one);
    const following = await follow(withToken(one, url));
    expect([following.commit(), following.problem()]).toEqual([first, '']);
    const second = await one.push({ 'a.yaml': 'a: 2\n' });
    await following.ask();
    expect(following.commit()).toBe(second);

    expect(asked.length).toBeGreaterThan(2);
    // Includes the process that fetches, so that the check is meaningful.
    if (existsSync('/proc/self/cmdline')) expect(asked[0]?.commandLines).toContain('git fetch');
    const files = readdirSync(join(one.dir, 'state'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'));
    expect(files.length).toBeGreaterThan(10);
    const shown = [...asked.map((one) => one.commandLines), ...files, ...following.notes];
    shown.push(JSON.stringify([following.source.view(), following.source.settings()]));
    for (const text of shown) for (const secret of [TOKEN, BASIC]) expect(text).not.toContain(secret);
  });

  when('refuses another one, and says what to do', async () => {
    const one = await remote();
    await one.push({ 'a.yaml': 'a: 1\n' });
    const { url } = await forge(one);
    const following = await follow(withToken(one, url, 'git-token-0002'));
    expect(following.problem()).toMatch(/^HF7012/);
    expect(following.notes[0]).toContain('auth');
    expect(following.notes.join('')).not.toContain('git-token-0002');
  });

  when('may answer with an error, or with a page of somebody else', async () => {
    const one = await remote();
    const broken = await forge(one, (_request, response) => void response.writeHead(502).end());
    expect((await follow(withToken(one, broken.url))).problem()).toMatch(/^HF7011/);
    const page = await forge(one, (_request, response) => void response.end('<html>Sign in</html>'));
    // To git this is an old server without a single branch.
    expect((await follow(withToken(one, page.url))).problem()).toMatch(/^HF7013/);
  });

  when('may stand still: the question ends, what is in force stays', async () => {
    const one = await remote();
    const good = await one.push({ 'a.yaml': 'a: 1\n' });
    let isStill = false;
    const { url } = await forge(one, (request, response, root) => {
      if (!isStill) backend(request, response, root);
    });
    const bounds = {
      fetchMs: 2000,
      localMs: 30_000,
      mirrorBytes: 1e9,
      checkoutBytes: 1e6,
      checkoutFiles: 100,
    };
    const following = await follow(withToken(one, url), { bounds });
    expect(following.commit()).toBe(good);
    isStill = true;
    await following.ask();
    expect([following.commit(), following.problem()]).toEqual([
      good,
      `HF7011: ${url} didn't respond in time`,
    ]);
  });

  when('leads elsewhere: the token does not follow, whatever is said there', async () => {
    const one = await remote();
    const heard: (string | undefined)[] = [];
    const elsewhere = createServer(({ headers }, response) => {
      heard.push(headers.authorization);
      response.end('ok'); // to git an old server, to which it sends more requests
    });
    servers.push(elsewhere);
    await new Promise<void>((resolve) => {
      elsewhere.listen(0, '127.0.0.1', resolve);
    });
    const { url } = await forge(one, ({ url: path = '' }, response) => {
      const location = `http://localhost:${(elsewhere.address() as AddressInfo).port}${path}`;
      response.writeHead(302, { location }).end();
    });
    const following = await follow(withToken(one, url));
    expect(following.files()).toBeUndefined();
    expect(heard).not.toContain(`Basic ${BASIC}`);
    expect(following.problem()).toBe(
      `HF7011: ${url} redirects to another address, and Holdfast doesn't send the token there`,
    );
    expect(following.notes[0]).toContain('to the address of the redirect');
  });
});
