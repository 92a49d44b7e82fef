// `holdfast history [ID]`.
import { Argument, type Command } from 'commander';
import { fail } from '../nouns/problem.ts';
import type { HistoryEntry } from '../nouns/state.ts';
import { historyEntryText, historyText } from '../report/history-text.ts';
import type { Io } from './io.ts';
import { gatewayOptions, onCall, type PlanFlags } from './options.ts';
import { openSession } from './session.ts';
import { show } from './show.ts';

interface Flags extends PlanFlags {
  readonly limit: string;
}

export function define(command: Command, io: Io): void {
  const history = gatewayOptions(command)
    .addArgument(new Argument('[id]', 'show one entry whole'))
    .option('--limit <n>', 'how many entries', '20')
    .addHelpText('after', '\nExamples:\n  $ holdfast history\n  $ holdfast history 3f2a9c1b04d7');
  onCall(history, (flags: Flags, id) => run(id, flags, io));
}

async function run(id: string | undefined, flags: Flags, io: Io): Promise<void> {
  await using session = await openSession(flags, io);
  const entries: (HistoryEntry & { target: string })[] = [];
  for (const { name } of session.targets) {
    const limit = id === undefined ? Number(flags.limit) : undefined;
    entries.push(...(await session.store.history(name, limit)).map((entry) => ({ ...entry, target: name })));
  }
  if (id === undefined) {
    const newest = entries.toSorted((a, b) => b.at - a.at).slice(0, Number(flags.limit));
    return show(io, flags, 'history', { entries: newest }, (style) => historyText(newest, style));
  }
  const found = entries.find((entry) => entry.id === id || entry.id.startsWith(id));
  if (!found) throw fail('HF1004', `there is no history entry "${id}"`);
  show(io, flags, 'history', { entry: found }, (style) => historyEntryText(found, style));
}
