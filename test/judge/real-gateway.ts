// A gateway, real or a sandbox, with a working directory (settings, desired state, state), the command line run in
// it, and another writer. Everything here overwrites the
// gateway's configuration; see docs/testing.md.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { main } from '../../src/cli/main.ts';
import type { Io } from '../../src/compose/io.ts';
import { isTree, type Tree } from '../../src/lib/value.ts';
import { type JudgedGateway, type JudgedOptions, openJudged } from '../support/judged-gateway.ts';

export { isReal, isWhole, withFile, withRestart } from '../support/judged-gateway.ts';

/** Longer than the watcher's 150 ms and a reload (C v0 §10.2). */
const SETTLED = 500;

let gateway: JudgedGateway | undefined;

/** The one that judges now. */
export function judge(): JudgedGateway {
  if (!gateway) throw new Error('no gateway is judging');
  return gateway;
}

export const pause = (ms: number): Promise<void> => judge().clock.sleep(ms);
export const settled = (): Promise<void> => pause(SETTLED);

/** Scenarios that need a gateway, whose file is restored at the end. */
export function judged(name: string, scenarios: () => void, options: JudgedOptions = {}): void {
  describe(name, () => {
    let original = '';
    beforeAll(async () => {
      gateway = await openJudged(options);
      hand.key = gateway.key;
      original = await ask('GET', 'config.yaml');
    });
    afterAll(async () => {
      await load(original);
      await judge().close();
      gateway = undefined;
    });
    scenarios();
  });
}

export async function restart(): Promise<void> {
  await judge().restart?.();
  await settled();
}

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** The management key in force, by hand; scenarios that rotate it change it. */
export const hand = { key: '' };

/** One request to the Management API, by hand. */
export async function request(method: string, path: string, body?: string, key = hand.key): Promise<Answer> {
  const answer = await fetch(`${judge().url}/v0/management/${path}`, {
    method,
    headers: { authorization: `Bearer ${key}` },
    ...(body !== undefined && { body }),
  });
  return { status: answer.status, body: await answer.text() };
}

export async function ask(method: string, path: string, body?: string): Promise<string> {
  const { status, body: text } = await request(method, path, body);
  if (status !== 200) throw new Error(`${method} ${path}: ${status} ${text}`);
  return text;
}

/** A field write by others, settled. */
export async function panel(path: string, value: unknown): Promise<void> {
  await ask('PUT', path, JSON.stringify(value));
  await settled();
}

let toggled = false;
/** An unrelated field write: it makes the gateway merge its memory into its file (C v0 §6.2). */
export async function unrelatedWrite(): Promise<void> {
  toggled = !toggled;
  await panel('debug', { value: toggled });
}

/** Replaces the whole configuration and makes the running gateway follow. */
export async function load(text: string): Promise<void> {
  await ask('PUT', 'config.yaml', text);
  await settled();
}

/** Replaces the configuration by this text, but for what the gateway listens on and how it lets us in. */
export async function start(text: string): Promise<void> {
  const { host, port, tls, 'auth-dir': auths, ...rest } = parse(await file()) as Tree;
  const management = rest['remote-management'];
  const kept = {
    host,
    port,
    tls,
    'auth-dir': auths,
    'remote-management': { ...(isTree(management) && management), 'disable-control-panel': true },
  };
  await load(`${text}${stringify(kept, { keepUndefined: false })}`);
}

export const memory = async (): Promise<Tree> => JSON.parse(await ask('GET', 'config')) as Tree;
export const file = (): Promise<string> => ask('GET', 'config.yaml');

/** Status of `/v1/models` for a caller. */
export async function admits(key?: string): Promise<number> {
  const headers = key === undefined ? {} : { authorization: `Bearer ${key}` };
  const answer = await fetch(`${judge().url}/v1/models`, { headers });
  await answer.text();
  return answer.status;
}

export interface Result {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

export interface RealGateway {
  readonly dir: string;
  readonly env: Record<string, string>;
  declare(tree: Tree | string): Promise<void>;
  settings(more: Settings): Promise<void>;
  /** Makes the command line ask, as on a terminal; this answers. */
  answer?: () => Promise<string>;
  /** Runs the command line as a process would, with `--output text` by default. */
  holdfast(...argv: readonly string[]): Promise<Result>;
  leave(): Promise<void>;
}

export interface Settings {
  readonly target?: Tree;
  readonly policy?: Tree;
  readonly daemon?: Tree;
}

/** Answers what the guards ask about a gateway that is there to be overwritten. */
const ALLOWED = ['literal-secret', 'last-upstream', 'mass-delete', 'takeover', 'release-secret'];

export async function openRealGateway(desired: Tree | string, more: Settings = {}): Promise<RealGateway> {
  const dir = await mkdtemp(join(tmpdir(), 'holdfast-judge-'));
  await mkdir(join(dir, 'desired'));
  const env: Record<string, string> = { JUDGE_KEY: judge().key };
  const realGateway: RealGateway = {
    dir,
    env,
    declare: (tree) =>
      writeFile(
        join(dir, 'desired', 'gateway.yaml'),
        typeof tree === 'string' ? tree : stringify(tree, { aliasDuplicateObjects: false }),
      ),
    settings: (settings) => writeFile(join(dir, 'holdfast.yaml'), settingsText(settings)),
    holdfast: (...argv) => call(realGateway, argv),
    leave: () => rm(dir, { recursive: true, force: true }),
  };
  await realGateway.settings(more);
  await realGateway.declare(desired);
  return realGateway;
}

function settingsText({ target, policy, daemon }: Settings): string {
  return stringify({
    version: 1,
    targets: [
      { name: 'judged', url: judge().url, key: ['${env:JUDGE_KEY}'], desired: ['desired'], ...target },
    ],
    policy: { allow: ALLOWED, ...policy },
    ...(daemon && { daemon }),
  });
}

/** The process as the command line sees it, and its output. */
export function ioOf({ dir, env, answer }: RealGateway): {
  readonly io: Io;
  readonly said: { out: string; err: string };
} {
  const said = { out: '', err: '' };
  const io: Io = {
    out: (text) => void (said.out += text),
    err: (text) => void (said.err += text),
    env: { PATH: process.env['PATH'], NO_COLOR: '1', ...env },
    cwd: dir,
    clock: judge().clock,
    stdoutIsTerminal: answer !== undefined,
    stderrIsTerminal: answer !== undefined,
    stdinIsTerminal: answer !== undefined,
    stdin: async () => '',
    ask: answer ?? (async () => 'y'),
    signal: new AbortController().signal,
    exit: 0,
  };
  return { io, said };
}

async function call(realGateway: RealGateway, argv: readonly string[]): Promise<Result> {
  const { io, said } = ioOf(realGateway);
  const before = process.exitCode;
  await main(argv, io);
  process.exitCode = before;
  return { exit: io.exit, ...said };
}

/** Nothing differs, in memory and in the file. */
export async function inSync(realGateway: RealGateway): Promise<void> {
  const { exit, out, err } = await realGateway.holdfast('drift');
  expect({ exit, text: exit === 0 ? '' : out + err }).toEqual({ exit: 0, text: '' });
}

/** Declares it and applies it; there was something to write. */
export async function writes(realGateway: RealGateway, tree: Tree | string): Promise<Result> {
  await realGateway.declare(tree);
  const result = await realGateway.holdfast('apply', '--yes');
  const text = result.out + result.err;
  expect({ exit: result.exit, text: result.exit === 0 ? '' : text }).toEqual({ exit: 0, text: '' });
  expect(text).toMatch(/applied and verified/);
  return result;
}
