// A daemon with an HTTP API next to a command line: the same settings, files and gateway for both.
import { runDaemon } from '../../../src/daemon/daemon.ts';
import { type HttpService, httpService } from '../../../src/daemon/http/http.ts';
import type { Io } from '../../../src/compose/io.ts';
import { openSession } from '../../../src/compose/session.ts';
import { listener } from '../../daemon/builders.ts';
import { until } from '../../support/until.ts';
import { openTerminal, type Ran, SECRETS, KEY } from '../terminal.ts';

const OPERATOR = 'test-token-of-the-ci-job';
const READER = 'test-token-of-a-reader';

export interface Place {
  readonly reader: string;
  declare(retries: number): Promise<void>;
  /** Others set `request-retry` on the gateway. */
  panel(retries: number): Promise<void>;
  read(file: string): Promise<string>;
  gatewayFile(): Promise<string>;
  write(file: string, text: string): Promise<void>;
  here(...words: string[]): Promise<Ran>;
  via(...words: string[]): Promise<Ran>;
  withToken(token: string | undefined, ...words: string[]): Promise<Ran>;
  onTerminal(asked: string[], answer: string, ...words: string[]): Promise<Ran>;
  holdfast(...words: string[]): Promise<Ran>;
  close(): Promise<void>;
}

const desired = (retries: number): string => `api-keys:\n  - \${env:LAPTOP}\nrequest-retry: ${retries}\n`;

export async function openPlace(mode: string): Promise<Place> {
  const settings = `version: 1
targets: [{ name: home, url: "\${env:HOLDFAST_URL}", key: "\${env:HOLDFAST_KEY}", mode: ${mode}, adopted: true }]
daemon:
  drift: "0 0 1 1 *"
  http:
    listen: 127.0.0.1:0
    tokens:
      - { name: ci, role: operate, token: "\${env:OPERATOR}" }
      - { name: pr, role: read, token: "\${env:READER}" }
`;
  const terminal = await openTerminal({
    'desired-state/gateway.yaml': desired(1),
    'holdfast.yaml': settings,
  });
  const env = { ...SECRETS, HOLDFAST_URL: terminal.sandbox.url, HOLDFAST_KEY: KEY, OPERATOR, READER };
  const stop = new AbortController();
  const told = listener();
  let http: HttpService | undefined;
  const { clock } = terminal;
  const io = { env, cwd: terminal.dir, clock, signal: stop.signal, err: () => {} } as unknown as Io; // what a session uses of it
  const flags = { output: 'text', color: false } as const;
  const ended = runDaemon({
    open: async () => {
      const session = await openSession(flags, io, undefined, { daemon: true });
      return {
        targets: session.targets,
        store: session.store,
        daemon: session.settings.daemon,
        watched: [],
        contextOf: (target, heard) => ({ ...session.contextOf(target), listener: heard }),
        adopt: () => Promise.reject(new Error('no repository')),
        [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
      };
    },
    clock,
    reporter: told.reporter,
    signal: stop.signal,
    services: (desk) => {
      const note = (): void => {};
      const redact = <T>(value: T): T => value;
      http = httpService(desk, {
        version: '0',
        clock,
        redact,
        note,
        failed: told.reporter.failed,
      });
      return [http];
    },
  });
  const looks = (count: number): Promise<void> =>
    until(
      () => told.outcomes.length >= count,
      () => `${count} looks, there are ${told.outcomes.length}`,
    );
  await looks(1);
  const url = (): string => http?.address()?.href ?? '';
  const withToken = (token: string | undefined, ...words: string[]): Promise<Ran> =>
    terminal.runWith({ env: token === undefined ? {} : { HOLDFAST_TOKEN: token } }, ...words, '--via', url());
  return {
    reader: READER,
    declare: async (retries) => {
      const seen = told.outcomes.length;
      await terminal.write('desired-state/gateway.yaml', desired(retries));
      await looks(seen + 1);
    },
    panel: async (retries) => {
      await fetch(`${terminal.sandbox.url}/v0/management/request-retry`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
        body: JSON.stringify({ value: retries }),
      });
      await terminal.sandbox.settled();
    },
    read: terminal.read,
    gatewayFile: () => terminal.read('gateway/config.yaml'),
    write: terminal.write,
    here: (...words) => terminal.runWith({ env }, ...words),
    via: (...words) => withToken(OPERATOR, ...words),
    withToken,
    onTerminal: (asked, answer, ...words) =>
      terminal.runWith(
        {
          env: { HOLDFAST_TOKEN: OPERATOR },
          stdinIsTerminal: true,
          stdoutIsTerminal: true,
          ask: async (question) => {
            asked.push(question);
            return answer;
          },
        },
        ...words,
        '--via',
        url(),
      ),
    holdfast: terminal.run,
    close: async () => {
      stop.abort();
      await ended;
      await terminal[Symbol.asyncDispose]();
    },
  };
}
