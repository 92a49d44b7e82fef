// `holdfast history --verify`: whether the histories are those that were recorded.
import type { Io } from '../../compose/io.ts';
import { CODES } from '../../domain/problem/codes.ts';
import { EXIT } from '../../domain/problem/exit.ts';
import { fail, problem } from '../../domain/problem/problem.ts';
import { verifiedText } from '../../report/text/history.ts';
import {
  contains,
  historyProblems,
  type VerifiedHistory,
  verifyHistory,
} from '../../state/verify-history.ts';
import { isRouted, type RemoteFlags } from '../io/remote-options.ts';
import { openCommandSession } from '../io/session.ts';
import { show, showWarnings } from '../io/show.ts';

export interface VerifyFlags {
  readonly verify?: boolean;
  readonly head?: string;
}

export async function verifyHistories(
  id: string | undefined,
  flags: RemoteFlags & VerifyFlags,
  io: Io,
): Promise<void> {
  const { head } = flags;
  if (!flags.verify) throw fail('HF1001', '--head is a flag of --verify');
  if (id !== undefined) throw fail('HF1001', '--verify checks whole histories, not one entry');
  if (isRouted(flags))
    throw fail('HF1001', '--verify reads the state itself, and --via asks a daemon', {
      remedy: 'Run it where the state directory or the database can be read.',
    });
  if (head !== undefined && !/^[0-9a-f]{12,64}$/.test(head))
    throw fail('HF1001', `--head takes at least the first 12 digits of a hash, not "${head}"`);
  await using session = await openCommandSession(flags, io);
  const targets: (VerifiedHistory & { readonly target: string })[] = [];
  let isThere = false;
  for (const { name } of session.targets) {
    targets.push({ target: name, ...(await verifyHistory(session.store, name)) });
    if (head !== undefined) isThere ||= contains(await session.store.historyRecords(name), head);
  }
  const isLost = head !== undefined && !isThere;
  const problems = [
    ...targets.flatMap((one) => historyProblems(one.target, one)),
    ...(isLost ? [problem('HF6041', `no history of ${namesOf(targets)} contains an entry ${head}`)] : []),
  ];
  io.exit = problems.length > 0 ? CODES.HF6040.exit : EXIT.ok;
  show(io, flags, 'history', { targets, problems }, (style) => verifiedText(targets, style));
  if (flags.output === 'text') showWarnings(io, flags, problems);
}

const namesOf = (targets: readonly { readonly target: string }[]): string =>
  targets.map(({ target }) => target).join(', ');
