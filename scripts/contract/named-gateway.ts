// A gateway that somebody names, for recorded cases: refused unless it is empty, saved before the first write, set up
// with the file of each case, and put back at the end.
import { dirname, isAbsolute } from 'node:path';
import { parse } from 'yaml';
import type { Catalog } from '../../src/gateway/catalog/field.ts';
import { loadCatalog } from '../../src/gateway/catalog/catalog.ts';
import { secretsIn } from '../../src/gateway/catalog/secrets.ts';
import { layoutOf } from '../../src/gateway/layout/layouts.ts';
import { isTree, type Tree, treeOf, type Value } from '../../src/lib/value.ts';
import { parseDocument } from '../../src/yaml/document.ts';
import { isFailure } from '../../src/yaml/failure.ts';
import type { Place } from '../../test/contract/support/ask.ts';
import type { RecordedCase, RecordedResponse, Translation } from '../../test/contract/support/recorded.ts';
import { fileDifference } from '../../test/contract/support/same-file.ts';
import type { Subject } from '../../test/contract/support/replay.ts';
import { RECORDED_KEYS } from './skipped.ts';

export interface NamedOptions {
  readonly url: string;
  readonly key: string;
  readonly sleep: (ms: number) => Promise<void>;
  /** Restarts it, and resolves once it was started. Absent: cases with restarts are skipped. */
  readonly restart?: () => Promise<void>;
}

export interface NamedGateway {
  readonly api: 'v7' | 'v8';
  readonly version: string;
  /** Its file before the first write. */
  readonly original: string;
  readonly subject: Subject;
  /** Makes it what it would be if it had been started with the file of the case. Throws Unsettable. */
  start(recorded: RecordedCase): Promise<void>;
  /** Without the accounts that cases made, and with its own file. */
  restore(): Promise<void>;
}

/** A reason not to touch the gateway, with what to do about it. */
export class Refused extends Error {}

/** The file of a case can't be set over the API; the case is skipped. */
export class Unsettable extends Error {}

/** ms that a gateway needs to load a file: longer than its watcher and a reload. */
const SETTLED_MS = 900;

/** Throws Refused. Only reads. */
export async function openNamed({ url, key, sleep, restart }: NamedOptions): Promise<NamedGateway> {
  const api = client(url, key);
  const original = await api.get('/v0/management/config.yaml');
  const content = contentOf(original);
  const port = portIn(content) ?? Number(new URL(url).port);
  const texts = translationFor(content, port);
  await refuseUsed(api, original);
  const file = (): Promise<string> => api.get('/v0/management/config.yaml');
  const put = async (text: string): Promise<void> => {
    await api.send('PUT', '/v0/management/config.yaml', text);
    await sleep(SETTLED_MS);
  };
  const generation = (await api.status('/v8/management/config/config-version')) === 404 ? 'v7' : 'v8';
  const again =
    restart &&
    (async (): Promise<boolean> => {
      await restart();
      return comesUp(api, sleep);
    });
  const place: Place = {
    url,
    texts,
    file,
    header: (value) => RECORDED_KEYS.reduce((now, recorded) => now.replaceAll(recorded, key), value),
  };
  return {
    api: generation,
    version: api.version(),
    original,
    subject: {
      place,
      sleep,
      settled: () => sleep(SETTLED_MS),
      comparable: (response) => withoutBuild(withRecordedPort(response, port)),
      ...(again && { restart: again }),
    },
    async start(recorded) {
      await removeAccounts(api);
      const text = texts.out(recorded.start['config.yaml']);
      if (!(await api.accepts('PUT', '/v0/management/config.yaml', text)))
        throw new Unsettable('starts with a file that the gateway refuses over its API');
      await sleep(SETTLED_MS);
      if (generation === 'v8' && fileDifference(text, await file()) !== undefined)
        throw new Unsettable('starts with a file that the gateway converts when it gets it over its API');
      // It answers before it watches its file.
      if (await again?.()) await sleep(SETTLED_MS);
    },
    async restore() {
      await removeAccounts(api);
      await put(original);
    },
  };
}

function contentOf(text: string): Tree {
  const content = parse(text, { logLevel: 'silent' }) as Value;
  return isTree(content) ? content : {};
}

const portIn = ({ port, server }: Tree): Value | undefined =>
  port ?? (isTree(server) ? server['port'] : undefined);

/** `<dir>/auths` is the directory of accounts, `<dir>` the one above it. The gateway keeps its port. */
function translationFor(content: Tree, port: Value): Translation {
  const { 'auth-dir': flat, oauth } = content;
  const auths = flat ?? (isTree(oauth) ? oauth['auth-dir'] : undefined);
  if (typeof auths !== 'string' || !isAbsolute(auths) || dirname(auths) === '/')
    throw new Refused(
      'the gateway has no absolute `auth-dir` below another directory. Set one, for example `auth-dir: /tmp/gateway/auths`, and restart it.',
    );
  const above = dirname(auths);
  return {
    out: (text) =>
      text.replaceAll('<dir>/auths', auths).replaceAll('<dir>', above).replaceAll(RECORDED_PORT, `$1${port}`),
    back: (text) =>
      text
        .replaceAll(auths, '<dir>/auths')
        .replaceAll(above, '<dir>')
        .replaceAll(new RegExp(`^( *port: )${port}$`, 'gm'), '$18317'),
  };
}

const RECORDED_PORT = /^( *port: )8317$/gm;

/** Of a whole configuration in JSON. */
function withRecordedPort(response: RecordedResponse, port: Value): RecordedResponse {
  const body = response.body as Value; // as JSON has no other
  if (!isTree(body) || portIn(body) !== port) return response;
  const own = 'port' in body ? { port: 8317 } : { server: { ...treeOf(body['server']), port: 8317 } };
  return { ...response, body: { ...body, ...own } };
}

const START_TRIES = 100;

/** Whether it answers again. */
async function comesUp(api: Client, sleep: (ms: number) => Promise<void>): Promise<boolean> {
  for (let i = 0; i < START_TRIES; i += 1) {
    const status = await api.status('/healthz').catch(() => 0);
    if (status === 200) return true;
    await sleep(100);
  }
  return false;
}

/** Whoever uses a gateway gave it keys or accounts. */
async function refuseUsed(api: Client, file: string): Promise<void> {
  const empty =
    'Start an empty gateway for this: only `port`, `auth-dir`, and MANAGEMENT_PASSWORD as the key.';
  const secrets = secretsIn(catalogOf(file).root, contentOf(file)).length;
  if (secrets > 0)
    throw new Refused(`the gateway's file contains ${secrets} keys or other secrets. ${empty}`);
  const accounts = await api.accounts();
  if (accounts.length > 0) throw new Refused(`the gateway has ${accounts.length} accounts. ${empty}`);
}

function catalogOf(file: string): Catalog {
  const document = parseDocument(file);
  return loadCatalog(isFailure(document) ? 'legacy' : layoutOf(document));
}

async function removeAccounts(api: Client): Promise<void> {
  for (const name of await api.accounts())
    await api.send('DELETE', `/v0/management/auth-files?name=${encodeURIComponent(name)}`);
}

const BUILD = /^x-cpa-/;

/** Whatever the build is called, and whether it can load plugins. */
const withoutBuild = (response: RecordedResponse): RecordedResponse => ({
  ...response,
  ...(response.headers && {
    headers: Object.fromEntries(
      Object.entries(response.headers).map(([name, value]) => [name, BUILD.test(name) ? '<build>' : value]),
    ),
  }),
});

interface Client {
  get(path: string): Promise<string>;
  status(path: string): Promise<number>;
  send(method: string, path: string, body?: string): Promise<void>;
  accepts(method: string, path: string, body: string): Promise<boolean>;
  accounts(): Promise<readonly string[]>;
  version(): string;
}

function client(url: string, key: string): Client {
  let version = 'unknown';
  const ask = async (method: string, path: string, body?: string): Promise<Response> => {
    const answer = await fetch(new URL(path, url), {
      method,
      headers: { authorization: `Bearer ${key}` },
      redirect: 'manual',
      ...(body !== undefined && { body }),
    }).catch((error: unknown) => {
      throw new Refused(`nothing answers at ${url}: ${causeOf(error)}`);
    });
    version = answer.headers.get('x-cpa-version') ?? version;
    return answer;
  };
  const succeeded = async (method: string, path: string, body?: string): Promise<string> => {
    const answer = await ask(method, path, body);
    const text = await answer.text();
    if (answer.ok) return text;
    const known = [401, 403].includes(answer.status)
      ? ' Check the management key; don’t try again and again, because five failures ban an address.'
      : '';
    throw new Refused(
      `${method} ${path}: the gateway answers ${answer.status} ${text.slice(0, 200)}.${known}`,
    );
  };
  return {
    get: (path) => succeeded('GET', path),
    status: async (path) => (await ask('GET', path)).status,
    send: async (method, path, body) => void (await succeeded(method, path, body)),
    accepts: async (method, path, body) => (await ask(method, path, body)).ok,
    async accounts() {
      const { files = [] } = JSON.parse(await succeeded('GET', '/v0/management/auth-files')) as {
        readonly files?: readonly { readonly name: string }[] | null; // what the gateway answers
      };
      return (files ?? []).map(({ name }) => name);
    },
    version: () => version,
  };
}

function causeOf(error: unknown): string {
  const { cause, message } = error as {
    readonly cause?: { readonly code?: string };
    readonly message: string;
  };
  return cause?.code ?? message;
}
