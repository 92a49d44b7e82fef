// Many gateways in one process, for `bench/fleet.ts`: each port answers as the sandbox gateway at URL does, from answers
// that were fetched once. `node bench/fleet-gateways.ts COUNT URL` prints the ports. After SIGUSR2, a tenth of them hang.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const [count, sandbox] = [Number(process.argv[2]), process.argv[3] ?? ''];
const answers = new Map<string, Promise<Answer>>();
const hanging = new Set<number>();

/** Of the connection to the sandbox, not of the answer. */
const OF_THE_CONNECTION = new Set(['connection', 'keep-alive', 'transfer-encoding', 'date']);

async function answerTo(path: string, authorization: string): Promise<Answer> {
  const response = await fetch(`${sandbox}${path}`, { headers: { authorization } });
  const headers = [...response.headers].filter(([name]) => !OF_THE_CONNECTION.has(name));
  const body = Buffer.from(await response.arrayBuffer());
  return { status: response.status, headers: Object.fromEntries(headers), body };
}

async function respond(
  { url: path = '/', headers }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const known = answers.get(path) ?? answerTo(path, headers.authorization ?? '');
  answers.set(path, known);
  const answer = await known;
  response.writeHead(answer.status, { ...answer.headers, 'content-length': answer.body.length });
  response.end(answer.body);
}

const listener: RequestListener = (request, response) => {
  if (!hanging.has(request.socket.localPort ?? 0)) void respond(request, response);
};

const ports: number[] = [];
for (let i = 0; i < count; i += 1) {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  ports.push((server.address() as AddressInfo).port); // of a TCP server
}
process.on('SIGUSR2', () => {
  for (const port of ports.slice(0, Math.ceil(count / 10))) hanging.add(port);
});
process.stdout.write(`${JSON.stringify(ports)}\n`);
