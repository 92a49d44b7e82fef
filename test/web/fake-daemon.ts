// The daemon's HTTP API with answers that a test sets: the words of src/wire, a session cookie, a stream of events. It
// knows no gateway; the real daemon is in test/daemon.
import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { ServerResponse } from 'node:http';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { RolloutAnswer } from '../../src/api-schema/rollout.ts';
import type {
  HistoryView,
  LiveEvent,
  PlanView,
  ProblemView,
  Role,
  TargetsView,
} from '../../src/api-schema/views.ts';
import { webAssets } from '../../src/web/assets.ts';
import { BACKUP_DIFF, BACKUPS, CONFIGURATION, HISTORY, LOOKS, planViews, targetsView } from './fleet.ts';

export const TOKENS: Readonly<Record<string, Role>> = {
  'tok-operate-0001': 'operate',
  'tok-read-0001': 'read',
};

/** After this number of wrong tokens, a login isn't tried any more. */
const TRIES = 3;

interface Asked {
  readonly path: string;
  readonly body: unknown;
}

export interface FakeDaemon extends AsyncDisposable {
  readonly url: string;
  /** What pages are answered; tests change it. */
  view: TargetsView;
  plans: Readonly<Record<string, PlanView>>;
  rollout: RolloutAnswer;
  history: HistoryView['entries'];
  /** Answers of POST by the end of its path; 202 and nothing where there is none. */
  answers: Record<string, unknown>;
  /** What was posted below `targets`. */
  readonly asked: Asked[];
  /** Milliseconds that answers for targets wait; a status that they fail with. */
  failing: number | undefined;
  push(event: LiveEvent): void;
  /** Ends all streams, as a restart does; later ones are refused until `heal`. */
  cutStreams(): void;
  heal(): void;
  expireSessions(): void;
  forgetTries(): void;
}

export async function startFakeDaemon(): Promise<FakeDaemon> {
  const server = fastify({ forceCloseConnections: true });
  const sessions = new Map<string, string>();
  const streams = new Set<ServerResponse>();
  let [tries, cut] = [0, false];
  const daemon: FakeDaemon = {
    url: '',
    view: targetsView(),
    plans: planViews,
    rollout: { strategy: false },
    history: HISTORY.entries,
    answers: {},
    asked: [],
    failing: undefined,
    push: (event) => streams.forEach((stream) => stream.write(frame(event))),
    cutStreams() {
      cut = true;
      for (const stream of streams) stream.destroy();
    },
    heal: () => (cut = false),
    expireSessions: () => sessions.clear(),
    forgetTries: () => (tries = 0),
    [Symbol.asyncDispose]: () => server.close(),
  };
  const seated = (request: FastifyRequest): string | undefined =>
    sessions.get(/session=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1] ?? '');

  await serveAssets(server);
  server.addHook('onRequest', async (request, reply) => {
    if (!request.url.startsWith('/api/') || request.url === '/api/v1/session') return;
    if (!seated(request)) return problem(reply, 401, 'Log in first');
    if (daemon.failing !== undefined && request.url.startsWith('/api/v1/targets'))
      return problem(reply, daemon.failing, "The state directory can't be read");
  });

  server.get('/api/v1/session', (request, reply) => {
    const token = seated(request);
    if (token === undefined) return problem(reply, 401, 'Log in first');
    return { name: 'operator', role: TOKENS[token], auth: 'token' };
  });
  server.post<{ Body: { token: string } }>('/api/v1/session', (request, reply) => {
    if (tries >= TRIES) return problem(reply.header('retry-after', '30'), 429, 'Too many wrong tokens');
    if (!(request.body.token in TOKENS)) {
      tries += 1;
      return problem(reply, 401, 'Wrong token');
    }
    const id = randomUUID();
    sessions.set(id, request.body.token);
    return reply.header('set-cookie', `session=${id}; HttpOnly; SameSite=Strict; Path=/`).send({});
  });
  server.delete('/api/v1/session', (_, reply) => {
    sessions.clear();
    return reply.code(204).send();
  });

  server.get('/api/v1/targets', () => daemon.view);
  server.get<{ Params: { name: string } }>(
    '/api/v1/targets/:name/plan',
    ({ params }) => daemon.plans[params.name] ?? {},
  );
  server.get<{ Querystring: { since?: string } }>('/api/v1/targets/:name/looks', ({ query }) => ({
    looks: LOOKS.looks.filter(({ at }) => at >= Number(query.since ?? 0)),
    more: query.since !== undefined,
  }));
  server.get<{ Querystring: { limit?: string } }>('/api/v1/targets/:name/history', ({ query }) => {
    const entries = daemon.history.slice(0, Number(query.limit));
    return { entries, more: entries.length < daemon.history.length };
  });
  server.get<{ Params: { id: string } }>(
    '/api/v1/targets/:name/history/:id',
    ({ params: { id } }, reply) =>
      daemon.history.find((entry) => entry.id.startsWith(id) || entry.backup === id) ??
      problem(reply, 404, `there is no history entry "${id}"`),
  );
  server.get('/api/v1/targets/:name/configuration', () => CONFIGURATION);
  server.get('/api/v1/targets/:name/backups', () => BACKUPS);
  server.get('/api/v1/targets/:name/backups/:id/diff', () => BACKUP_DIFF);
  const act = (request: FastifyRequest, reply: FastifyReply): unknown => {
    const path = request.url.replace('/api/v1/targets/', '');
    daemon.asked.push({ path, body: request.body });
    if (TOKENS[seated(request) ?? ''] !== 'operate')
      return problem(reply, 403, 'This token has read-only access');
    const answer = daemon.answers[path.split('/').at(-1) ?? ''];
    return isProblem(answer)
      ? problem(reply, answer.status, answer.title)
      : (answer ?? reply.code(202).send());
  };
  server.post('/api/v1/targets/:name/plan', act);
  server.post('/api/v1/targets/:name/actions/:action', act);

  server.get('/api/v1/rollout', () => daemon.rollout);
  server.post('/api/v1/rollout/actions/:action', (request) => {
    daemon.asked.push({ path: request.url.replace('/api/v1/', ''), body: request.body });
    return daemon.rollout;
  });

  server.get('/api/v1/events', (request, reply) => {
    if (cut) return problem(reply, 503, 'Starting');
    reply.hijack();
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    reply.raw.write('retry: 200\n\n');
    streams.add(reply.raw);
    request.raw.on('close', () => streams.delete(reply.raw));
  });

  await server.listen({ host: '127.0.0.1', port: 0 });
  const { port } = server.server.address() as AddressInfo; // listens on TCP
  return Object.assign(daemon, { url: `http://127.0.0.1:${port}/` });
}

const frame = (event: LiveEvent): string => `event: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`;

const isProblem = (answer: unknown): answer is ProblemView =>
  typeof answer === 'object' && answer !== null && 'status' in answer && 'title' in answer;

function problem(reply: FastifyReply, status: number, title: string): FastifyReply {
  return reply.code(status).type('application/problem+json').send({ type: 'about:blank', title, status });
}

/** As the daemon serves them: nothing from elsewhere, nothing inline. */
const POLICY = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'";

async function serveAssets(server: FastifyInstance): Promise<void> {
  for (const [path, { bytes, type, etag }] of await webAssets())
    server.get(path === '/index.html' ? '/' : path, (_, reply) =>
      reply.headers({ 'content-type': type, etag, 'content-security-policy': POLICY }).send(bytes),
    );
}
