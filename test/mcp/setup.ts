// Agents in front of a sandbox gateway: clients of the official SDK, connected in memory to the server that `holdfast mcp`
// serves on standard input and output, or over HTTP to a daemon.
import { EventEmitter, once } from 'node:events';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { InMemoryTransport } from '@modelcontextprotocol/server';
import { mcpService } from '../../src/cli/mcp/daemon-service.ts';
import { localHost } from '../../src/cli/mcp/local-host.ts';
import { redactingIo } from '../../src/cli/io/redacting-io.ts';
import { main } from '../../src/cli/main.ts';
import type { Io } from '../../src/compose/io.ts';
import { servicesFor } from '../../src/compose/services.ts';
import type { Session } from '../../src/compose/session.ts';
import { openTargetSet } from '../../src/compose/target-set.ts';
import { runDaemon } from '../../src/daemon/daemon.ts';
import { createGitSource } from '../../src/daemon/git/source.ts';
import type { Reporter } from '../../src/daemon/core/reporter.ts';
import type { Outcome, OutcomeKind } from '../../src/domain/outcome/outcome.ts';
import type { Target } from '../../src/domain/target.ts';
import { createMemory } from '../../src/mcp/memory.ts';
import { createServer } from '../../src/mcp/server.ts';
import type { McpPolicy } from '../../src/mcp/types.ts';
import { openTerminal, type Terminal, type TerminalOptions } from '../cli/terminal.ts';

export const KEY = 'management-key-for-tests';
export const OPERATOR = 'test-token-of-the-agent';
export const READER = 'test-token-of-a-reader';

export interface Answer {
  readonly ok: boolean;
  readonly exit: number;
  readonly result: Record<string, never>;
  readonly problems: readonly { readonly code: string; readonly message: string; readonly remedy: string }[];
  readonly omitted: readonly unknown[];
}

export interface Agent {
  readonly client: Client;
  /** The structured result. */
  call(name: string, args?: Record<string, unknown>): Promise<Answer>;
  /** What the person says to questions, and the questions. */
  approve: boolean;
  readonly questions: string[];
}

export interface AgentOptions {
  readonly token?: string;
  /** Of the client. Default: the one with sessions. */
  readonly protocol?: 'current' | 'earlier';
  /** Default: true. */
  readonly asks?: boolean;
  readonly policy?: Partial<McpPolicy>;
}

export interface World extends AsyncDisposable {
  readonly terminal: Terminal;
  readonly env: Readonly<Record<string, string>>;
  agent(options?: AgentOptions): Promise<Agent>;
  /** As a person uses the gateway's own API. */
  manage(method: string, path: string, body?: unknown): Promise<void>;
}

export interface WorldOptions extends Pick<TerminalOptions, 'api'> {
  readonly gateway: string;
  readonly files: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
}

async function openPlace({ gateway, files, env = {}, api }: WorldOptions) {
  const terminal = await openTerminal(files, gateway, { ...(api && { api }) });
  const { sandbox, dir, clock } = terminal;
  const variables = { HOLDFAST_KEY: KEY, HOLDFAST_URL: sandbox.url, OPERATOR, READER, ...env };
  const stop = new AbortController();
  const io: Io = {
    out: () => {},
    err: () => {},
    env: { PATH: process.env['PATH'], ...variables },
    cwd: dir,
    clock,
    stdoutIsTerminal: false,
    stderrIsTerminal: true,
    stdinIsTerminal: false,
    stdin: async () => '',
    ask: async () => '',
    signal: stop.signal,
    exit: 0,
    run: main,
  };
  const manage: World['manage'] = async (method, path, body) => {
    const answer = await fetch(`${sandbox.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    await sandbox.settled();
  };
  return { terminal, env: variables, io, stop, manage };
}

/** `holdfast mcp`, as an agent's program starts it. */
export async function openLocal(options: WorldOptions): Promise<World> {
  const { terminal, env, io, stop, manage } = await openPlace(options);
  const clients: Client[] = [];
  return {
    terminal,
    env,
    manage,
    async agent({ policy = {}, ...asked } = {}) {
      const host = await localHost({ output: 'text', color: false }, io);
      const [ours, theirs] = InMemoryTransport.createLinkedPair();
      await createServer({ ...host, policy: { ...host.policy, ...policy } }, createMemory()).connect(ours);
      const agent = agentOf(asked);
      clients.push(agent.client);
      await agent.client.connect(theirs);
      return agent;
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) await client.close();
      stop.abort();
      await terminal[Symbol.asyncDispose]();
    },
  };
}

/** The rest of the settings of a daemon that serves agents. */
export const DAEMON = `daemon:
  drift: "0 0 1 1 *"
  http:
    listen: 127.0.0.1:0
    tokens:
      - { name: agent, role: operate, token: "\${env:OPERATOR}" }
      - { name: reader, role: read, token: "\${env:READER}" }
`;

/** `holdfast run`, with `holdfast.yaml` among the files. */
export interface DaemonWorld extends World {
  readonly url: URL;
  /** Resolves with the next outcome of this kind that the daemon reports. */
  reported(kind: OutcomeKind): Promise<Outcome>;
}

export async function openDaemon(options: WorldOptions): Promise<DaemonWorld> {
  const { terminal, env, io: bare, stop, manage } = await openPlace(options);
  const io = redactingIo(bare, main);
  const { clock } = terminal;
  const listening = Promise.withResolvers<string>();
  const outcomes = new EventEmitter();
  const faults: unknown[] = [];
  const reported: DaemonWorld['reported'] = async (kind) => {
    const [outcome] = await once(outcomes, kind);
    return outcome as Outcome; // the only thing that is told
  };
  const reporter: Reporter = {
    started: () => {},
    event: () => {},
    outcome: (outcome) => void outcomes.emit(outcome.kind, outcome),
    note: () => {},
    failed: (error) => faults.push(error),
    listening: listening.resolve,
  };
  const checked = reported('in-sync');
  const source = createGitSource({ clock, note: reporter.note, signal: stop.signal });
  const sessions = new WeakMap<readonly Target[], Session>();
  const ended = runDaemon({
    async open() {
      const opened = await openTargetSet({ output: 'text', color: false }, io, source, () => {});
      sessions.set(opened.targets, opened.session);
      return opened;
    },
    clock,
    reporter,
    signal: stop.signal,
    services: servicesFor({ source, reporter, io, mcp: mcpService({ sessions, io, note: reporter.note }) }),
  });
  ended.catch(listening.reject);
  const url = new URL('/mcp', await listening.promise);
  await checked;
  const clients: Client[] = [];
  return {
    terminal,
    env,
    manage,
    url,
    reported,
    async agent({ token = OPERATOR, ...asked } = {}) {
      const agent = agentOf(asked);
      clients.push(agent.client);
      const headers = { authorization: `Bearer ${token}` };
      await agent.client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }));
      return agent;
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) await client.close();
      stop.abort();
      await ended;
      await terminal[Symbol.asyncDispose]();
    },
  };
}

/** No call is too long for a client whose server is on a virtual clock. */
const PATIENCE = { timeout: 600_000 };

function agentOf({ protocol = 'earlier', asks = true }: Omit<AgentOptions, 'token' | 'policy'>): Agent {
  const client = new Client(
    { name: 'test', version: '1.0.0' },
    {
      capabilities: asks ? { elicitation: {} } : {},
      ...(protocol === 'current' && { versionNegotiation: { mode: 'auto' as const } }),
    },
  );
  const agent: Agent = {
    client,
    approve: true,
    questions: [],
    async call(name, args = {}) {
      const answer: unknown = await client.callTool({ name, arguments: args }, PATIENCE);
      return (answer as { readonly structuredContent: Answer }).structuredContent; // checked by the client
    },
  };
  if (asks)
    client.setRequestHandler('elicitation/create', ({ params }) => {
      agent.questions.push(params.message);
      return { action: 'accept', content: { approve: agent.approve } };
    });
  return agent;
}
