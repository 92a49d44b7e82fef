// Converts git's error output to a problem that a person can act on. What isn't about the remote is about our copy.
import type { Code } from '../../domain/problem/codes.ts';
import { fail, type HoldfastError } from '../../domain/problem/problem.ts';
import type { GitSettings } from '../../settings/daemon-source.ts';
import { type GitFailure, TOO_LONG } from './program.ts';

/** In this order: the most specific first. */
const KNOWN: readonly (readonly [code: Code, said: RegExp])[] = [
  ['HF7019', /host key verification failed|no .* host key is known/i],
  [
    'HF7012',
    /authentication failed|could not read (?:username|password)|permission denied \(|terminal prompts disabled|access denied|error: 40[13]\b|repository not found|invalid credentials/i,
  ],
  ['HF7013', /couldn't find remote ref|not our ref|no such remote ref|unadvertised object/i],
  [
    'HF7011',
    /unable to access|could not resolve|could not read from remote|connection|timed out|time-out|early eof|rpc failed|hung up|remote error|does not appear to be a git repository|repository .* does not exist|repository '.*' not found|no route to host|network is unreachable|transport '.*' not allowed|dumb http/i,
  ],
];

const REDIRECTED = /returned error: 30[1-8]\b/;

/** Undefined if the cause is on this disk, not at the remote. */
export function remoteProblem(failure: GitFailure, settings: GitSettings): HoldfastError | undefined {
  if (failure.message === TOO_LONG)
    return fail('HF7011', `${shownUrl(settings)} didn't respond in time`, {}, { cause: failure });
  if (settings.token && REDIRECTED.test(failure.message))
    return fail(
      'HF7011',
      `${shownUrl(settings)} redirects to another address, and Holdfast doesn't send the token there`,
      { remedy: 'Set `daemon.source.git.url` to the address of the redirect.' },
      { cause: failure },
    );
  const found = KNOWN.find(([, said]) => said.test(failure.message));
  if (!found) return undefined;
  return fail(found[0], `${shownUrl(settings)}: ${saying(failure, settings)}`, {}, { cause: failure });
}

export function localProblem(failure: unknown, settings: GitSettings): HoldfastError {
  const said = failure instanceof Error ? saying(failure, settings) : String(failure);
  return fail('HF7018', `the copy of ${shownUrl(settings)} can't be used: ${said}`, {}, { cause: failure });
}

/** The URL for output. It contains no password, because settings refuse one. */
export function shownUrl({ url }: GitSettings): string {
  return url;
}

const MAX_SAID = 300;

/** The line with the reason, without what a server may have repeated of a token. */
function saying({ message }: Error, { token }: GitSettings): string {
  const lines = message.split('\n').map((line) => line.trim());
  const telling =
    lines.find((line) => /^(?:fatal|error|ERROR):/.test(line)) ?? lines.find((line) => line !== '');
  const secret = token?.token.open();
  const said = secret === undefined ? telling : telling?.replaceAll(secret, '…');
  return (said ?? 'git failed without a message').replace(/^(?:fatal|error|ERROR): /, '').slice(0, MAX_SAID);
}
