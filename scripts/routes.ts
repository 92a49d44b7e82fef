// Proves `explain route` on a real gateway: random configurations, every model asked for over each protocol, and the
// credential that the request reached. The gateway must be on this machine; its configuration is put back at the end.
// Usage: see docs/testing.md.
import { writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { parse, stringify } from 'yaml';
import { channelsWithoutModels } from '../src/gateway/routing/credentials.ts';
import type { Tree } from '../src/lib/value.ts';
import { disagreements, type ObservedCase, type Reached } from '../test/support/observed-routes.ts';
import { seeded } from './random.ts';

const { values } = parseArgs({
  options: {
    gateway: { type: 'string', default: 'http://127.0.0.1:8317' },
    key: { type: 'string', default: process.env['MANAGEMENT_PASSWORD'] ?? '' },
    runs: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    record: { type: 'string' },
  },
});

/** Longer than the gateway's watcher and a reload. */
const SETTLED_MS = 900;
const CLIENT_KEY = 'sk-test-client';
const FAMILIES = [
  'gemini-api-key',
  'claude-api-key',
  'codex-api-key',
  'vertex-api-key',
  'xai-api-key',
] as const;
const NAMES = ['m1', 'm2', 'M1', 'vendor/m3', 'gemini-2.5-pro', 'claude-sonnet-4-5'];

const random = seeded(Number(values.seed));
const below = (limit: number): number => Math.floor(random() * limit);
const pick = <T>(all: readonly T[]): T => all[below(all.length)] as T; // never empty here
const chance = (share: number): boolean => random() < share;
const times = <T>(count: number, make: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));

let keys = 0;
const freshKey = (): string => `sk-test-up-${(keys += 1)}`;
const models = (): Tree[] =>
  times(1 + below(3), () => ({ name: pick(NAMES), ...(chance(0.6) && { alias: pick(NAMES) }) }));

function randomEntry(upstream: string, family: string): Tree {
  const isOpenAi = family === 'codex-api-key' || family === 'xai-api-key';
  return {
    'api-key': freshKey(),
    'base-url': isOpenAi ? `${upstream}/v1` : upstream,
    ...(chance(0.7) && { models: models() }),
    ...(chance(0.4) && { priority: below(3) }),
    ...(chance(0.3) && { weight: below(3) }),
    ...(chance(0.3) && { prefix: pick(['p', 'q']) }),
    ...(chance(0.2) && { headers: { 'X-Team': pick(['a', 'b']) } }),
    ...(chance(0.3) && { 'excluded-models': [pick(['*', 'm*', 'M1', '*pro', 'gemini-2.5-pro'])] }),
  };
}

const randomProvider = (upstream: string, i: number): Tree => ({
  name: `${pick(['Kimi', 'deep', 'openai-compatible-x'])}${i}`,
  'base-url': `${upstream}/v1`,
  ...(chance(0.15) && { disabled: true }),
  ...(chance(0.3) && { priority: below(3) }),
  ...(chance(0.3) && { prefix: 'p' }),
  'api-key-entries': times(1 + below(3), () => ({
    'api-key': freshKey(),
    ...(chance(0.3) && { weight: below(3) }),
  })),
  models: models(),
});

function randomConfig(base: Tree, upstream: string): Tree {
  const families = FAMILIES.filter(() => chance(0.4)).map((family) => [
    family,
    times(1 + below(2), () => randomEntry(upstream, family)),
  ]);
  return {
    ...base,
    'api-keys': [CLIENT_KEY],
    'force-model-prefix': chance(0.3),
    // A credential that failed would rest, and another one would be seen.
    'disable-cooling': true,
    'max-retry-credentials': 1,
    routing: { strategy: pick(['round-robin', 'fill-first', 'weighted-round-robin', 'rr']) },
    ...Object.fromEntries(families),
    'openai-compatibility': times(below(4), (i) => randomProvider(upstream, i)),
  };
}

const manage = async (method: string, path: string, body?: string): Promise<string> => {
  const answer = await fetch(`${values.gateway}/v0/management/${path}`, {
    method,
    headers: { authorization: `Bearer ${values.key}` },
    ...(body !== undefined && { body }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return text;
};

const CHAT = { messages: [{ role: 'user', content: 'hello' }] };
const PROTOCOLS: readonly ((model: string) => readonly [path: string, body: object])[] = [
  (model) => ['/v1/chat/completions', { model, ...CHAT }],
  (model) => ['/v1/messages', { model, max_tokens: 8, ...CHAT }],
  (model) => ['/v1/responses', { model, input: 'hello' }],
  (model) => [
    `/v1beta/models/${model}:generateContent`,
    { contents: [{ role: 'user', parts: [{ text: 'hello' }] }] },
  ],
];

let reached: Reached | undefined;

/** Notes who was asked for what, and answers enough for the gateway to be content. */
function upstreamAnswer(request: IncomingMessage, response: ServerResponse): void {
  let body = '';
  request.on('data', (part: Buffer) => (body += part.toString()));
  request.on('end', () => {
    const { headers, url = '' } = request;
    const bearer = String(headers['authorization'] ?? '').replace(/^Bearer /, '');
    const key = bearer || String(headers['x-goog-api-key'] ?? headers['x-api-key'] ?? '');
    const asked = (body.startsWith('{') ? (JSON.parse(body) as { model?: string }) : {}).model;
    reached = { key, model: asked ?? /models\/([^:]+):/.exec(url)?.[1] ?? '' };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ id: 'x', choices: [], content: [], candidates: [], usage: {} }));
  });
}

async function ask(model: string): Promise<Reached | undefined> {
  const protocol = pick(PROTOCOLS.filter((_, i) => i < 3 || !model.includes('/')));
  const [path, body] = protocol(model);
  reached = undefined;
  const answer = await fetch(`${values.gateway}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${CLIENT_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  await answer.text();
  return reached;
}

async function observe(): Promise<ObservedCase> {
  const memory = JSON.parse(await manage('GET', 'config')) as Tree;
  const builtIn: Record<string, readonly string[]> = {};
  for (const channel of new Set(channelsWithoutModels(memory))) {
    const { models: own } = JSON.parse(await manage('GET', `model-definitions/${channel}`)) as {
      models: { id: string }[];
    };
    builtIn[channel] = own.map(({ id }) => id);
  }
  const answer = await fetch(`${values.gateway}/v1/models`, {
    headers: { authorization: `Bearer ${CLIENT_KEY}` },
  });
  const { data } = (await answer.json()) as { data: { id: string }[] };
  const listed = data.map(({ id }) => id).toSorted();
  const ours = [...listed, 'no-such-model'].filter(
    (model) =>
      model === 'no-such-model' || NAMES.some((name) => model === name || model.endsWith(`/${name}`)),
  );
  const routes: { model: string; reached: Reached[] }[] = [];
  for (const model of ours) {
    const seen: Reached[] = [];
    for (let i = 0; i < 8; i += 1) {
      const one = await ask(model);
      if (one) seen.push(one);
    }
    routes.push({ model, reached: seen });
  }
  return { memory, builtIn, listed, routes };
}

async function main(): Promise<void> {
  const upstream = createServer(upstreamAnswer);
  await new Promise<void>((listening) => upstream.listen(0, '127.0.0.1', listening));
  const address = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
  const original = await manage('GET', 'config.yaml');
  const { host, port, tls, 'auth-dir': auths, 'remote-management': remote } = parse(original) as Tree;
  const base = JSON.parse(
    JSON.stringify({ host, port, tls, 'auth-dir': auths, 'remote-management': remote }),
  ) as Tree;
  const cases: ObservedCase[] = [];
  let wrong = 0;
  try {
    for (let run = 0; run < Number(values.runs); run += 1) {
      await manage('PUT', 'config.yaml', stringify(randomConfig(base, address)));
      await sleep(SETTLED_MS);
      const observed = await observe();
      cases.push(observed);
      for (const text of disagreements(observed)) {
        wrong += 1;
        process.stdout.write(`configuration ${run}: ${text}\n`);
      }
    }
  } finally {
    await manage('PUT', 'config.yaml', original);
    upstream.close();
  }
  const routes = cases.reduce((sum, one) => sum + one.routes.length, 0);
  process.stdout.write(`${cases.length} configurations, ${routes} routes, ${wrong} disagreements\n`);
  if (values.record !== undefined) writeFileSync(values.record, `${JSON.stringify(cases)}\n`);
  process.exitCode = wrong > 0 ? 1 : 0;
}

if (import.meta.main) await main();
