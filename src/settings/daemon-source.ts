// `daemon.source.git` of holdfast.yaml: which repository to follow, how to reach it, who can announce a push.
import { isLoopback } from '../lib/loopback.ts';
import { isAbsolute, join, normalize, resolve } from 'node:path';
import type { Position, Problem } from '../domain/problem/problem.ts';
import { problem } from '../domain/problem/problem.ts';
import { type Sealed, seal } from '../domain/secret.ts';
import { parseDuration } from '../lib/duration.ts';
import { type Located, type LocatedMap, type LocatedScalar, nodeAt } from '../yaml/located.ts';
import { leadsUp } from '../lib/paths.ts';
import { type ForgeAccess, pullRequestsOf } from './daemon-pull-requests.ts';

/** What to follow: the tip of a branch, a tag, or one commit by its full ID. */
export interface GitRef {
  readonly kind: 'branch' | 'tag' | 'commit';
  readonly name: string;
}

export interface GitSettings {
  /** Without user and password, except the user of ssh. A local path is absolute. */
  readonly url: string;
  readonly ref: GitRef;
  /** Where `desired` directories and references start, relative to the root of the repository; `.` for the root. */
  readonly path: string;
  /** ms between two fetches. */
  readonly everyMs: number;
  /** What a branch without the commit in effect means: a mistake, or the normal way of working in this repository. */
  readonly forcePush: 'hold' | 'follow';
  /** For http and https. */
  readonly token?: { readonly username: string; readonly token: Sealed<string> };
  /** Absolute files; without them, ssh uses those of its user. */
  readonly ssh: { readonly key?: string; readonly knownHosts?: string };
  /** Absolute file in the format of ssh-keygen(1), "ALLOWED SIGNERS"; commits by others are refused. */
  readonly allowedSigners?: string;
  readonly webhook?: { readonly secret: Sealed<string> };
  /** Where the daemon opens pull requests for what it adopts. */
  readonly pullRequests?: ForgeAccess;
  /** Absolute directory for the mirror and the checkouts, below the state directory. */
  readonly dir: string;
}

export interface FoundSource {
  readonly source?: GitSettings;
  readonly problems: readonly Problem[];
  /** Absolute paths whose change can change what is followed. */
  readonly files: readonly string[];
}

/** ms between two fetches if the settings have no value. */
const MINUTE = 60_000;

/** `from` is where relative paths start; `stateDir` is absolute. */
export function gitSourceOf(root: LocatedMap, from: string, stateDir: string): FoundSource {
  const git = nodeAt(root, ['daemon', 'source', 'git']);
  if (git?.kind !== 'map') return { problems: [], files: [] };
  const file = (...steps: readonly string[]): string | undefined => {
    const text = textAt(git, ...steps);
    return text === undefined ? undefined : resolve(from, text);
  };
  const [key, knownHosts] = [file('auth', 'ssh-key'), file('auth', 'known-hosts')];
  const allowedSigners = file('verify', 'allowed-signers');
  const address = addressOf(git, from);
  const secret = textAt(git, 'webhook', 'secret');
  const token = tokenOf(git);
  const pulls = pullRequestsOf(git);
  const outside = desiredIn(root)
    .map(outsideProblem)
    .filter((one) => one !== undefined);
  const problems = [
    ...outside,
    ...address.problems,
    ...refProblems(git),
    ...pathProblems(git),
    ...tokenProblems(git),
    ...pulls.problems,
  ];
  const files = [key, knownHosts, allowedSigners].filter((path) => path !== undefined);
  if (address.url === undefined) return { problems, files };
  const source: GitSettings = {
    url: address.url,
    ref: refOf(git),
    path: normalize(textAt(git, 'path') ?? '.').replace(/\/+$/, ''),
    everyMs: parseDuration(textAt(git, 'every') ?? '') ?? MINUTE,
    forcePush: textAt(git, 'force-push') === 'follow' ? 'follow' : 'hold',
    ...(token && { token }),
    ssh: { ...(key !== undefined && { key }), ...(knownHosts !== undefined && { knownHosts }) },
    ...(allowedSigners !== undefined && { allowedSigners }),
    ...(secret !== undefined && { webhook: { secret: seal(secret) } }),
    ...(pulls.access && { pullRequests: pulls.access }),
    dir: join(stateDir, 'source'),
  };
  return { source, problems, files };
}

/** Its secrets, for redaction by value. */
export function secretsOfSource({ token, webhook, pullRequests }: GitSettings): string[] {
  return [
    ...(pullRequests ? [pullRequests.token.open()] : []),
    ...(token ? [token.token.open(), basicAuthOf(token)] : []),
    ...(webhook ? [webhook.secret.open()] : []),
  ];
}

/** As HTTP sends it, and as a server can repeat it. */
export function basicAuthOf({ username, token }: NonNullable<GitSettings['token']>): string {
  return Buffer.from(`${username}:${token.open()}`).toString('base64');
}

/** Every directory that a target names. */
function desiredIn(root: LocatedMap): LocatedScalar[] {
  const targets = nodeAt(root, ['targets']);
  const nodes = targets?.kind === 'list' ? targets.items : [];
  return nodes
    .flatMap((node) => (node.kind === 'map' ? (node.members.get('desired')?.node ?? []) : []))
    .flatMap((node) => (node.kind === 'list' ? node.items : [node]))
    .filter((node) => node.kind === 'scalar');
}

/** With a git source, desired state can only be in the repository. */
function outsideProblem({ value, position }: LocatedScalar): Problem | undefined {
  const dir = normalize(String(value));
  if (!isAbsolute(dir) && !leadsUp(dir)) return undefined;
  const remedy = 'Write it relative to `path` of `daemon.source.git`, without `..`.';
  return wrong('`desired` leads outside the repository that `daemon.source` follows', position, remedy);
}

const SCHEMES = new Set(['http:', 'https:', 'ssh:', 'file:']);
/** `git@host:path`, as git reads it: a colon before the first slash. */
const SCP_LIKE = /^(?:[A-Za-z0-9._-]+@)?[A-Za-z0-9][A-Za-z0-9.-]*:(?!\/\/)[^\s]+$/;

function addressOf(git: LocatedMap, from: string): { url?: string; problems: readonly Problem[] } {
  const written = scalarAt(git, 'url');
  if (!written || written.unresolved) return { problems: [] };
  const text = String(written.value);
  const refused = (message: string, remedy: string): { problems: Problem[] } => ({
    problems: [wrong(`\`daemon.source.git.url\` ${message}`, written.position, remedy)],
  });
  const form = 'Write https://host/path.git, ssh://git@host/path.git, git@host:path.git, or a local path.';
  // eslint-disable-next-line no-control-regex -- they are what is looked for
  if (/^-|[\u0000-\u001F\u007F]/.test(text)) return refused("isn't the URL of a repository", form);
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text) && !SCP_LIKE.test(text))
    return text.includes('::')
      ? refused('names a helper program', form)
      : { url: resolve(from, text), problems: [] };
  if (text.includes('::')) return refused('names a helper program', form);
  if (!text.includes('://')) return { url: text, problems: [] };
  const url = URL.parse(text);
  if (!url || !SCHEMES.has(url.protocol))
    return refused("doesn't use a protocol that Holdfast allows: https, http, ssh or a path", form);
  if (url.password !== '' || (url.username !== '' && url.protocol.startsWith('http')))
    return refused(
      'contains a user or password',
      'Set them as `auth: { username: …, token: "${env:GIT_TOKEN}" }`.',
    );
  return { url: text, problems: [] };
}

function refOf(git: LocatedMap): GitRef {
  for (const kind of ['branch', 'tag', 'commit'] as const) {
    const name = textAt(git, kind);
    if (name !== undefined) return { kind, name };
  }
  return { kind: 'branch', name: 'main' };
}

/** What git-check-ref-format(1) refuses. */
// eslint-disable-next-line no-control-regex -- they are what is looked for
const NO_REF = /^[-/.]|\.\.|\/\/|\/\.|@\{|[\u0000-\u0020\u007F~^:?*[\\]|(?:\.|\/|\.lock)$/;

function refProblems(git: LocatedMap): Problem[] {
  const given = ['branch', 'tag', 'commit'].filter((kind) => git.members.has(kind));
  const [, second] = given;
  const problems = given.slice(0, 2).flatMap((kind) => {
    const written = scalarAt(git, kind);
    if (kind === 'commit' || !written || written.unresolved || !NO_REF.test(String(written.value))) return [];
    return [
      wrong(
        `\`${kind}\` isn't a valid name of a ${kind}`,
        written.position,
        'Write it as `git branch` or `git tag` shows it.',
      ),
    ];
  });
  const twice = second === undefined ? undefined : scalarAt(git, second);
  if (twice)
    problems.push(
      wrong(`\`${given.join('`, `')}\` can't be used together`, twice.position, 'Keep one of them.'),
    );
  return problems;
}

function pathProblems(git: LocatedMap): Problem[] {
  const written = scalarAt(git, 'path');
  const path = normalize(String(written?.value ?? '.'));
  if (!written || (!isAbsolute(path) && !leadsUp(path))) return [];
  return [
    wrong(
      '`path` leads outside the repository',
      written.position,
      'Name a directory inside it, for example `gateways`.',
    ),
  ];
}

function tokenOf(git: LocatedMap): GitSettings['token'] {
  const token = textAt(git, 'auth', 'token');
  return token === undefined
    ? undefined
    : { token: seal(token), username: textAt(git, 'auth', 'username') ?? 'git' };
}

/** A token is sent only over HTTP, and never where others can read it. */
function tokenProblems(git: LocatedMap): Problem[] {
  const written = scalarAt(git, 'auth', 'token');
  const url = URL.parse(textAt(git, 'url') ?? '');
  if (!written || scalarAt(git, 'url')?.unresolved) return [];
  const found: Problem[] = [];
  if (written.reference === undefined && !written.unresolved) found.push(literal(written.position));
  if (!url?.protocol.startsWith('http'))
    found.push(
      wrong('`auth.token` only works with https', written.position, 'Use `auth: { ssh-key: FILE }` for ssh.'),
    );
  else if (url.protocol === 'http:' && !isLoopback(url.hostname))
    found.push(
      wrong(`\`auth.token\` would be sent unencrypted to ${url.host}`, written.position, 'Use https.'),
    );
  return found;
}

function literal(position: Position): Problem {
  return problem('HF2060', 'A token is in plain text in the settings', {
    position,
    severity: 'warning',
    remedy: 'Refer to it: token: "${env:GIT_TOKEN}".',
  });
}

function wrong(message: string, position: Position, remedy: string): Problem {
  return problem('HF1012', message, { position, remedy });
}

function scalarAt(root: LocatedMap, ...steps: readonly string[]): LocatedScalar | undefined {
  const node: Located | undefined = nodeAt(root, steps);
  return node?.kind === 'scalar' ? node : undefined;
}

function textAt(root: LocatedMap, ...steps: readonly string[]): string | undefined {
  const found = scalarAt(root, ...steps);
  return found && !found.unresolved ? String(found.value) : undefined;
}
