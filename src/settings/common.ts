// What settings from a file and settings from flags have in common: addresses, modes, allowances, the digest key.
import { isLoopback } from '../lib/loopback.ts';
import { randomBytes } from 'node:crypto';
import { type Position, type Problem, problem } from '../domain/problem/problem.ts';
import { type Sealed, seal } from '../domain/secret.ts';
import type { Allowance, Mode, Policy } from '../domain/target.ts';
import { parseAllowance } from './policy.ts';
import type { SettingsFlags } from './shape.ts';

/** `setting` names where the text came from, for messages. */
export function urlOf(
  text: string,
  { setting, position }: { readonly setting: string; readonly position?: Position | undefined },
): { url?: URL; problems: readonly Problem[] } {
  const wrong = (message: string, remedy: string): { problems: Problem[] } => ({
    problems: [problem('HF1012', `${setting} ${message}`, { position, remedy })],
  });
  const example = 'Use the root address of the gateway, for example http://127.0.0.1:8317.';
  const url = URL.parse(text);
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    return wrong("isn't an http or https URL", example);
  if (url.username !== '' || url.password !== '')
    return wrong('contains a user or password', 'Set the management key as `key`, not in the URL.');
  if (/\/v\d+\/management\/?$/.test(url.pathname)) return wrong('points to the management API', example);
  if (url.pathname.endsWith('/management.html')) return wrong("points to the gateway's panel", example);
  if (url.search !== '' || url.hash !== '') return wrong('contains a query or a fragment', example);
  return { url, problems: isExposed(url) ? [exposed(setting, url, position)] : [] };
}

function isExposed(url: URL): boolean {
  return url.protocol === 'http:' && !isLoopback(url.hostname);
}

function exposed(setting: string, url: URL, position: Position | undefined): Problem {
  const message = `${setting}: the management key is sent unencrypted to ${url.host}`;
  return problem('HF1018', message, { position, severity: 'warning' });
}

export function modeOf(text: unknown): Mode | undefined {
  return text === 'observe' || text === 'apply' || text === 'enforce' ? text : undefined;
}

/** Without any key, a random one: digests and fingerprints are then valid only in this process. */
export function digestKeyOf(configured: string | undefined, keys: readonly Sealed<string>[]): Sealed<string> {
  return configured === undefined ? (keys[0] ?? seal(randomBytes(32).toString('hex'))) : seal(configured);
}

/** `--allow` and `--prune` on top of a policy. */
export function withFlags(
  policy: Policy,
  flags: SettingsFlags,
): { policy: Policy; problems: readonly Problem[] } {
  const read = (flags.allow ?? []).map(parseAllowance);
  const allow = read.filter((one): one is Allowance => typeof one !== 'string');
  const problems = read
    .filter((one) => typeof one === 'string')
    .map((reason) =>
      problem('HF1001', `--allow: ${reason}`, { remedy: 'Write `--allow guard` or `--allow guard:path`.' }),
    );
  const pruned = flags.prune === undefined ? {} : { prune: flags.prune };
  return { policy: { ...policy, ...pruned, allow: [...policy.allow, ...allow] }, problems };
}
