// The command line as a client of a running daemon: `--via URL`. It returns what the same command would return
// locally, so a CI job needs neither state nor keys of gateways.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Static, type TSchema, Type } from 'typebox';
import { Check } from 'typebox/value';
import { openAgent, type Send } from '../../gateway/client/undici.ts';
import { isCode } from '../../domain/problem/codes.ts';
import { exitOf, type Outcome } from '../../domain/outcome/outcome.ts';
import { fail, HoldfastError, type Problem, problem } from '../../domain/problem/problem.ts';
import {
  AdoptedView,
  type AdoptRequest,
  type ApplyRequest,
  ConfigurationView,
  HistoryEntryView,
  HistoryView,
  type LiveEvent,
  Outcome as OutcomeView,
  type PlanRequest,
  PlanView,
  ProblemView,
  TargetsView,
} from '../../api-schema/views.ts';
import { RolloutAnswer } from '../../api-schema/rollout.ts';
import type { RolloutAction } from '../../domain/state/rollout.ts';
import type { Io } from '../../compose/io.ts';
import type { Routed, RemoteFlags } from '../io/remote-options.ts';
import { eventsIn } from './events.ts';

export interface Remote extends AsyncDisposable {
  targets(): Promise<TargetsView>;
  /** What happens, until the daemon ends the stream. The first one says to load everything, so that nothing is missed. */
  events(): AsyncGenerator<LiveEvent>;
  plan(target: string, request: PlanRequest): Promise<Outcome>;
  /** Resolves when it is finished, however long that takes. */
  apply(target: string, request: ApplyRequest): Promise<Outcome>;
  /** Read from the gateway now. */
  configuration(target: string): Promise<ConfigurationView>;
  /** A commit on a branch of the repository that the daemon follows. */
  adopt(target: string, request: AdoptRequest): Promise<AdoptedView>;
  rollout(): Promise<RolloutAnswer>;
  control(action: RolloutAction): Promise<RolloutAnswer>;
  history(target: string, limit: number): Promise<HistoryView>;
  /** Undefined: there is none with this ID. */
  entry(target: string, id: string): Promise<HistoryEntryView | undefined>;
}

/** Throws HF1001 for flags about how to do what the daemon does, HF7049 for files that can't be read. */
export async function openRemote(flags: Routed<RemoteFlags>, io: Io): Promise<Remote> {
  refuseOthers(flags);
  const base = baseOf(flags.via);
  const token = await tokenOf(flags, io);
  if (token !== undefined) io.hide?.([token]);
  const ca = flags.viaCa === undefined ? undefined : await textOf(flags.viaCa, '--via-ca', io);
  const { agent, send } = openAgent({
    headersTimeout: PATIENCE,
    bodyTimeout: PATIENCE,
    pipelining: 0, // no keep-alive: a person may take longer to confirm than the daemon keeps a connection
    connect: { timeout: CONNECTING, ...(ca !== undefined && { ca }) },
  });
  const isWatched = flags.output === 'text' && !flags.quiet;
  const connection = {
    base,
    send,
    token,
    signal: io.signal,
    show: (isWatched && io.transient) || (() => {}),
  };
  const ask = asker(connection);
  const at = (target: string, rest: string): string => `targets/${encodeURIComponent(target)}/${rest}`;
  return {
    targets: () => ask(TargetsView, 'GET', 'targets'),
    events: () => eventsOf(connection),
    async plan(target, request) {
      const { plan, outcome } = await ask(PlanView, 'POST', at(target, 'plan'), request);
      if (!outcome) throw notUnderstood(base, 'a plan without an outcome');
      return known(base, { ...outcome, ...(plan && { plan }) });
    },
    apply: async (target, request) =>
      known(base, await ask(OutcomeView, 'POST', at(target, 'actions/apply'), request)),
    configuration: (target) => ask(ConfigurationView, 'GET', at(target, 'configuration')),
    adopt: (target, request) => ask(AdoptedView, 'POST', at(target, 'actions/adopt'), request),
    rollout: () => ask(RolloutAnswer, 'GET', 'rollout'),
    control: (action) => ask(RolloutAnswer, 'POST', `rollout/actions/${action}`, {}),
    history: (target, limit) => ask(HistoryView, 'GET', at(target, `history?limit=${limit}`)),
    async entry(target, id) {
      try {
        return await ask(HistoryEntryView, 'GET', at(target, `history/${encodeURIComponent(id)}`));
      } catch (error) {
        if (error instanceof HoldfastError && error.problems[0]?.code === 'HF1004') return undefined;
        throw error;
      }
    },
    [Symbol.asyncDispose]: () => agent.destroy(),
  };
}

const SECOND = 1000;
const CONNECTING = 10 * SECOND;
/** ms: an apply of thousands of keys on a slow gateway, and other work queued before it. */
const PATIENCE = 30 * 60 * SECOND;

const OTHERS = {
  settings: '--settings',
  url: '--url',
  key: '--key',
  keyFile: '--key-file',
  gatewayConfig: '--gateway-config',
  state: '--state',
  desired: '--desired',
  base: '--base',
  variables: '--variables',
} as const;

function refuseOthers(flags: RemoteFlags): void {
  for (const [name, flag] of Object.entries(OTHERS))
    if (flags[name as keyof typeof OTHERS] !== undefined)
      throw fail(
        'HF1001',
        `${flag} can't be used with --via, because the daemon has its own ${flag === '--base' ? 'memory' : 'settings for it'}`,
        {
          remedy: `Remove ${flag} or --via.`,
        },
      );
}

/** Ends with a slash: the API lies below it, behind a proxy too. */
function baseOf(text: string): URL {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.search !== '')
    throw fail('HF1001', "--via isn't the address of a daemon", {
      remedy: 'For example, write --via https://holdfast.example, and set the token in HOLDFAST_TOKEN.',
    });
  return new URL(url.href.replace(/\/*$/, '/'));
}

async function tokenOf({ viaTokenFile }: RemoteFlags, io: Io): Promise<string | undefined> {
  if (viaTokenFile === undefined) return io.env['HOLDFAST_TOKEN']?.trim() || undefined;
  const token = (await textOf(viaTokenFile, '--via-token-file', io)).trim();
  if (token === '') throw fail('HF7049', `--via-token-file: ${viaTokenFile} is empty`);
  return token;
}

async function textOf(file: string, flag: string, { cwd }: Io): Promise<string> {
  try {
    return await readFile(resolve(cwd, file), 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw fail('HF7049', `${flag}: ${file} can't be read (${code ?? 'unknown reason'})`);
  }
}

interface Connection {
  readonly base: URL;
  readonly send: Send;
  readonly token: string | undefined;
  readonly signal: AbortSignal;
  /** Shows what is waited for. */
  readonly show: (line: string) => void;
}

type Ask = <S extends TSchema>(
  schema: S,
  method: 'GET' | 'POST',
  path: string,
  body?: object,
) => Promise<Static<S>>;

function asker(connection: Connection): Ask {
  const { base, show, signal } = connection;
  return async (schema, method, path, body) => {
    show(`waiting for the daemon at ${base.origin}`);
    const answer = await exchange(connection, method, path, body)
      .then(async (response) => ({ status: response.statusCode, text: await response.body.text() }))
      .catch((error: unknown) => {
        throw unreached(base, error, method === 'POST', signal);
      })
      .finally(() => show(''));
    return understood(base, schema, answer);
  };
}

function exchange(
  { base, send, token, signal }: Connection,
  method: 'GET' | 'POST',
  path: string,
  body?: object,
  more: { readonly accept?: string; readonly bodyTimeout?: number } = {},
): ReturnType<Send> {
  const url = new URL(`api/v1/${path}`, base);
  const { accept = 'application/json', ...options } = more;
  return send({
    origin: url.origin,
    path: url.pathname + url.search,
    method,
    signal,
    ...options,
    headers: {
      accept,
      'x-holdfast': '1',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
}

/** ms: the daemon says something every 15 s. */
const SILENCE = 45 * SECOND;

async function* eventsOf(connection: Connection): AsyncGenerator<LiveEvent> {
  const { base, signal } = connection;
  const more = { accept: 'text/event-stream', bodyTimeout: SILENCE };
  try {
    const { statusCode, body } = await exchange(connection, 'GET', 'events', undefined, more);
    if (statusCode !== 200) understood(base, Type.Never(), { status: statusCode, text: await body.text() });
    yield { kind: 'settings' };
    yield* eventsIn(body);
  } catch (error) {
    throw error instanceof HoldfastError ? error : unreached(base, error, false, signal);
  }
}

function unreached(base: URL, error: unknown, mayBeAtIt: boolean, signal: AbortSignal): HoldfastError {
  const { code, message } = error as NodeJS.ErrnoException;
  const why = signal.aborted ? 'canceled' : (CONNECTION[code ?? ''] ?? code ?? message);
  const begun = mayBeAtIt && code !== 'ECONNREFUSED';
  return fail('HF7047', `the daemon at ${base.origin} didn't respond: ${why}`, {
    remedy: begun
      ? `The daemon may have started anyway. Check \`holdfast history --via ${base.href}\` before you try again.`
      : undefined,
  });
}

const CONNECTION: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens at this address',
  ENOTFOUND: "this name can't be resolved",
  ECONNRESET: 'the connection was interrupted',
  UND_ERR_SOCKET: 'the connection was interrupted',
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
  UND_ERR_HEADERS_TIMEOUT: 'no response in time',
  UND_ERR_BODY_TIMEOUT: 'nothing came for a while',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed; name it with --via-ca',
  SELF_SIGNED_CERT_IN_CHAIN:
    'its certificate is from an unknown authority; name that authority with --via-ca',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'its certificate is from an unknown authority; name that authority with --via-ca',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    'its certificate is from an unknown authority; name that authority with --via-ca',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
};

function understood<S extends TSchema>(
  base: URL,
  schema: S,
  { status, text }: { readonly status: number; readonly text: string },
): Static<S> {
  const value = parsed(text);
  if (status >= 200 && status < 300) {
    if (Check(schema, value)) return value;
    throw notUnderstood(base, `responded with ${status}, but not like a daemon`);
  }
  if (!Check(ProblemView, value)) throw notUnderstood(base, `responded with ${status}`);
  throw refusal(base, value);
}

/** What the daemon says in its own codes; another version may have codes that are not known here. */
function refusal(base: URL, { problems = [], detail, title, status }: ProblemView): HoldfastError {
  const found = problems.flatMap(({ code, message, remedy, path }): Problem[] =>
    isCode(code) ? [problem(code, `the daemon at ${base.origin}: ${message}`, { remedy, path })] : [],
  );
  if (found.length > 0) return new HoldfastError(found);
  return notUnderstood(base, `responded with ${status}: ${detail ?? title}`);
}

function notUnderstood(base: URL, what: string): HoldfastError {
  return fail('HF7048', `the server at ${base.origin} ${what}`);
}

/** An outcome that this version knows the exit code of. */
function known(base: URL, outcome: Outcome): Outcome {
  if (Number.isInteger(exitOf(outcome))) return outcome;
  throw notUnderstood(base, `responded with an outcome that this version does not know: ${outcome.kind}`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
