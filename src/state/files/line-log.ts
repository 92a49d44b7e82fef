// Logs over time (history, checks): one line of JSON per entry, appended and synced, shortened when it becomes long.
import { open } from 'node:fs/promises';
import { explained, FILE_MODE, readText, writeWhole } from './disk.ts';

/** When a log is shortened, and to how many entries at most. */
export interface Bounds {
  readonly bytes: number;
  readonly kept: number;
}

/** `inPlaceOf`: the line that takes the place of those that are removed when the log is shortened. */
export async function appendLine(
  file: string,
  text: string,
  bounds: Bounds,
  inPlaceOf: (removed: readonly string[]) => string | undefined = () => undefined,
): Promise<void> {
  const size = await explained(file, () => appendSynced(file, `${text}\n`));
  if (size > bounds.bytes) await shorten(file, bounds, inPlaceOf);
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

async function shorten(
  file: string,
  { bytes, kept: most }: Bounds,
  inPlaceOf: (removed: readonly string[]) => string | undefined,
): Promise<void> {
  const lines = await allLines(file);
  const kept = lines.slice(-most);
  while (kept.length > 1 && Buffer.byteLength(kept.join('\n')) > bytes / 2)
    kept.splice(0, Math.ceil(kept.length / 2));
  const first = inPlaceOf(lines.slice(0, lines.length - kept.length));
  await replaceLines(file, first === undefined ? kept : [first, ...kept]);
}

export const replaceLines = (file: string, lines: readonly string[]): Promise<void> =>
  writeWhole(file, lines.map((line) => `${line}\n`).join(''));

/** Oldest first, incomplete ones included. */
export const allLines = async (file: string): Promise<readonly string[]> =>
  linesOf((await readText(file)) ?? '');

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
  for (const line of (await allLines(file)).toReversed()) {
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
