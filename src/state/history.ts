// What happened to one target: a line of JSON an entry, appended and synced, shortened when it has grown long.
import { open } from 'node:fs/promises';
import type { HistoryEntry } from '../nouns/state.ts';
import { explained, FILE_MODE, readText, writeWhole } from './disk.ts';

const MOST_BYTES = 4 * 1024 * 1024;
const KEPT = 1000;

export async function appendHistory(file: string, entry: HistoryEntry): Promise<void> {
  const line = `${JSON.stringify(entry)}\n`;
  const size = await explained(file, () => appendSynced(file, line));
  if (size > MOST_BYTES) await shorten(file);
}

/** A line that a crash has torn is ended first, so that it spoils no other. Returns the size of the file. */
async function appendSynced(file: string, line: string): Promise<number> {
  const handle = await open(file, 'a+', FILE_MODE);
  try {
    const { size } = await handle.stat();
    const last = Buffer.alloc(1);
    if (size > 0) await handle.read(last, 0, 1, size - 1);
    await handle.appendFile(size > 0 && last[0] !== 10 ? `\n${line}` : line);
    await handle.sync();
    return size + Buffer.byteLength(line);
  } finally {
    await handle.close();
  }
}

async function shorten(file: string): Promise<void> {
  const kept = linesOf((await readText(file)) ?? '').slice(-KEPT);
  while (kept.length > 1 && Buffer.byteLength(kept.join('\n')) > MOST_BYTES / 2)
    kept.splice(0, Math.ceil(kept.length / 2));
  await writeWhole(file, `${kept.join('\n')}\n`);
}

const linesOf = (text: string): string[] => text.split('\n').filter((line) => line !== '');

/** Newest first. A torn line is passed over: it is the entry of a process that died while it wrote. */
export async function readHistory(file: string, limit: number): Promise<readonly HistoryEntry[]> {
  const entries: HistoryEntry[] = [];
  for (const line of linesOf((await readText(file)) ?? '').toReversed()) {
    if (entries.length >= limit) break;
    const entry = parsed(line);
    if (entry) entries.push(entry);
  }
  return entries;
}

function parsed(line: string): HistoryEntry | undefined {
  try {
    return JSON.parse(line) as HistoryEntry;
  } catch {
    return undefined;
  }
}
