// `holdfast api get|put|patch|delete PATH`: direct API access, with the checks that scripts lack.
import { resolve } from 'node:path';
import { Argument, type Command } from 'commander';
import type { ApiResult } from '../../../apply/api/api.ts';
import type { ApiRequest } from '../../../apply/api/request.ts';
import { EXIT } from '../../../domain/problem/exit.ts';
import { fail, HoldfastError } from '../../../domain/problem/problem.ts';
import { seal, type Sealed } from '../../../domain/secret.ts';
import { readTextFile } from '../../../input/text-file.ts';
import { problemsText } from '../../../report/text/problem.ts';
import { type Io, styleOf } from '../../../compose/io.ts';
import { allowOption, gatewayOptions, onCall } from '../../io/options.ts';
import { openCommandSession } from '../../io/session.ts';
import { theTarget } from '../../../compose/session.ts';
import { show } from '../../io/show.ts';
import type { PlanFlags } from '../../../compose/flags.ts';

const METHODS = ['get', 'put', 'patch', 'delete', 'post'] as const;

interface Flags extends PlanFlags {
  readonly data?: string;
  readonly reveal?: boolean;
  readonly destructive?: boolean;
}

export function define(command: Command, io: Io): void {
  const api = allowOption(gatewayOptions(command))
    .addArgument(new Argument('<method>', 'get, put, patch or delete').choices(METHODS))
    .argument(
      '<path>',
      'a path below /v0/management, for example config or api-keys?value=x, or a path that begins with /v8/management',
    )
    .option('--data <json|@file|->', 'the body: JSON, a file, or standard input')
    .option('--reveal', 'show secrets in the response')
    .option('--destructive', 'allow a GET that deletes the data it reads (usage-queue)')
    .addHelpText(
      'after',
      `
Before a write, it reads the configuration. Before a PUT and before any v8 write, it also creates a backup.
After a write, it waits, reads the result, and exits with 6 if the gateway responded with 200 but changed nothing.

Examples:
  $ holdfast api get config
  $ holdfast api patch api-keys --data '{"old":"k1","new":"k2"}'
  $ holdfast api put gemini-api-key --data @list.json
  $ holdfast api delete 'api-keys?value=k1'
  $ holdfast api get /v8/management/config/routing
  $ holdfast api patch /v8/management/config/routing/retry --data '{"request-retry":4}'`,
    );
  onCall(api, (flags: Flags, method, path) => run(String(method), String(path), flags, io));
}

async function run(method: string, path: string, flags: Flags, io: Io): Promise<void> {
  const { callApi } = await import('../../../apply/api/api.ts');
  await using session = await openCommandSession(flags, io);
  const body = flags.data === undefined ? undefined : await bodyOf(flags.data, io);
  const result = await callApi(session.contextOf(theTarget(session, 'api')), {
    method: method.toUpperCase() as ApiRequest['method'],
    path,
    ...(body && { body }),
    ...(flags.reveal && { reveal: true }),
    ...(flags.destructive && { destructive: true }),
  });
  const errors = result.problems.filter(({ severity }) => severity === 'error');
  io.exit = errors.length > 0 ? new HoldfastError(errors).exit : EXIT.ok;
  show(io, flags, 'api', result, () => bodyText(result), { asIs: true });
  if (flags.output === 'text') io.err(afterword(result, flags, io));
}

async function bodyOf(given: string, io: Io): Promise<Sealed<string>> {
  if (given === '-') return seal(await io.stdin());
  if (!given.startsWith('@')) return seal(given);
  const read = await readTextFile(resolve(io.cwd, given.slice(1)), given.slice(1));
  if ('problem' in read) throw fail('HF1001', `--data: ${read.problem.message}`);
  return seal(read.text);
}

function bodyText({ body }: ApiResult): string {
  if (typeof body === 'string') return body === '' ? '' : `${body.replace(/\n$/, '')}\n`;
  return `${JSON.stringify(body, null, 2)}\n`;
}

function afterword(result: ApiResult, flags: Flags, io: Io): string {
  const style = styleOf(io, flags, 'stderr');
  const { effect, backup } = result;
  const said = {
    read: '',
    changed: `changed and verified: ${'paths' in effect ? effect.paths : ''}`,
    same: 'the gateway already had exactly this',
    nothing: '',
    'memory-only': '',
    'file-only': '',
    unread: "sent; this isn't a configuration endpoint, so there is nothing to verify",
    refused: '',
  }[effect.kind];
  const hasFailed = result.problems.some(({ severity }) => severity === 'error');
  const lines = [hasFailed ? '' : said, backup === undefined ? '' : `backup ${backup}`]
    .filter(Boolean)
    .map((line) => `${style.dim(line)}\n`);
  return `${flags.quiet ? '' : lines.join('')}${problemsText(result.problems, style)}`;
}
