// A stand-in for the HTTP API of a daemon: the list of targets and the stream of events, which a test can cut.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LiveEvent, TargetsView, TargetView } from '../../../src/api-schema/views.ts';

export function aTarget(parts: Partial<TargetView> = {}): TargetView {
  return {
    name: 'eu',
    url: 'http://127.0.0.1:8317',
    mode: 'apply',
    standing: 'in-sync',
    released: [],
    contested: [],
    ...parts,
  };
}

export interface FakeDaemon extends AsyncDisposable {
  readonly url: string;
  targets: readonly TargetView[];
  /** Every answer has this status instead. */
  refuses: number | undefined;
  send(event: LiveEvent): void;
  /** Ends the streams. */
  cut(): void;
}

export async function fakeDaemon(targets: readonly TargetView[]): Promise<FakeDaemon> {
  const streams = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    if (daemon.refuses !== undefined) {
      const problems =
        daemon.refuses === 502 ? [] : [{ code: 'HF7040', message: 'refused', remedy: 'log in' }];
      const problem = { type: 'about:blank', title: 'refused', status: daemon.refuses, problems };
      return void response.writeHead(daemon.refuses).end(JSON.stringify(problem));
    }
    if (request.url?.endsWith('/events')) {
      streams.add(response.writeHead(200, { 'content-type': 'text/event-stream' }));
      return void response.write(': hello\n\n');
    }
    const view: TargetsView = {
      version: '0',
      startedAt: 0,
      now: 0,
      drift: '* * * * *',
      stateIsNew: false,
      targets: [...daemon.targets],
    };
    response.end(JSON.stringify(view));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const daemon: FakeDaemon = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    targets,
    refuses: undefined,
    send: (event) => {
      for (const stream of streams) stream.write(`event: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`);
    },
    cut: () => {
      for (const stream of streams) stream.end();
      streams.clear();
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return daemon;
}
