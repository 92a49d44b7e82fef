// Logs over time (history, checks): one line of JSON per entry, appended and synced, shortened when it becomes long.
import { open } from 'node:fs/promises';
import { explained, FILE_MODE, readText, writeWhole } from './disk.ts';

/** When a log is shortened, and to how many entries at most. */
export interface Bounds {
  readonly bytes: number;
  readonly kept: number;
}

export async function appendLine(file: string, entry: object, bounds: Bounds): Promise<void> {
  const line = `${JSON.stringify(entry)}\n`;
  const size = await explained(file, () => appendSynced(file, line));
  if (size > bounds.bytes) await shorten(file, bounds);
}

/** First ends a line that a crash left incomplete, so that it damages no other. Returns the size of the file. */
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

async function shorten(file: string, { bytes, kept: most }: Bounds): Promise<void> {
  const kept = linesOf((await readText(file)) ?? '').slice(-most);
  while (kept.length > 1 && Buffer.byteLength(kept.join('\n')) > bytes / 2)
    kept.splice(0, Math.ceil(kept.length / 2));
  await writeWhole(file, `${kept.join('\n')}\n`);
}

const linesOf = (text: string): string[] => text.split('\n').filter((line) => line !== '');

/**
 * Newest first. Skips an incomplete line, which is the entry of a process that died while it wrote, and a line that
 * doesn't pass `isSound`.
 */
export async function readLines<Entry extends object>(
  file: string,
  limit: number,
  isSound: (entry: unknown) => boolean,
): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  for (const line of linesOf((await readText(file)) ?? '').toReversed()) {
    if (entries.length >= limit) break;
    const entry = parsed(line);
    if (isSound(entry)) entries.push(entry as Entry); // as `isSound` asks for
  }
  return entries;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
