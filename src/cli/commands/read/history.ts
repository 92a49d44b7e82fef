// `holdfast history [ID]`.
import { Argument, type Command } from 'commander';
import { fail } from '../../../domain/problem/problem.ts';
import type { HistoryEntry } from '../../../domain/state/state.ts';
import { historyEntryText, historyText } from '../../../report/text/history.ts';
import type { Io } from '../../../compose/io.ts';
import { gatewayOptions, onCall } from '../../io/options.ts';
import type { VerifyFlags } from '../../history/verify.ts';
import { openCommandSession } from '../../io/session.ts';
import { show } from '../../io/show.ts';
import { isRouted, type RemoteFlags, remoteOptions } from '../../io/remote-options.ts';

interface Flags extends RemoteFlags, VerifyFlags {
  readonly limit: string;
}

export function define(command: Command, io: Io): void {
  const history = remoteOptions(gatewayOptions(command))
    .addArgument(new Argument('[id]', 'show all details of one entry'))
    .option('--limit <n>', 'number of entries', '20')
    .option('--verify', 'check that no entry was changed, removed, moved or added by others')
    .option('--head <hash>', 'with --verify: this entry, noted earlier, must be among them')
    .addHelpText(
      'after',
      `
Each entry has the hash of the one before it, under a key of the state. --verify reads the state and
sends no request. Exit code 1: an entry doesn't fit; the first one is named.

Examples:
  $ holdfast history
  $ holdfast history 3f2a9c1b04d7
  $ holdfast history --verify
  $ holdfast history --verify --target home --head 5e1fa0c27d93`,
    );
  onCall(history, (flags: Flags, id) => run(id, flags, io));
}

async function run(id: string | undefined, flags: Flags, io: Io): Promise<void> {
  if (flags.verify || flags.head !== undefined)
    return (await import('../../history/verify.ts')).verifyHistories(id, flags, io);
  const limit = limitOf(flags);
  const entries = await entriesOf(flags, io, id === undefined ? { limit } : { id });
  if (id === undefined) {
    const newest = entries.toSorted((a, b) => b.at - a.at).slice(0, limit);
    return show(io, flags, 'history', { entries: newest }, (style, columns) =>
      historyText(newest, style, columns),
    );
  }
  const found = entries.find((entry) => entry.id === id || entry.id.startsWith(id));
  if (!found) throw fail('HF1004', `there is no history entry "${id}"`);
  show(io, flags, 'history', { entry: found }, (style) => historyEntryText(found, style));
}

type Entry = HistoryEntry & { readonly target: string };

async function entriesOf(
  flags: Flags,
  io: Io,
  asked: { readonly limit: number } | { readonly id: string },
): Promise<readonly Entry[]> {
  if (isRouted(flags)) return (await import('../../remote/commands.ts')).remoteHistory(flags, io, asked);
  await using session = await openCommandSession(flags, io);
  const limit = 'limit' in asked ? asked.limit : undefined;
  const entries: Entry[] = [];
  for (const { name } of session.targets)
    entries.push(...(await session.store.history(name, limit)).map((entry) => ({ ...entry, target: name })));
  return entries;
}

function limitOf({ limit }: Flags): number {
  const count = Number(limit);
  if (Number.isInteger(count) && count > 0 && count <= 1000) return count;
  throw fail('HF1001', `--limit takes a number from 1 to 1000, not "${limit}"`);
}
