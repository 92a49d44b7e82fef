// One JSON record in one file. A damaged one is moved aside and reported, never silently taken for a missing one.
import { readdir, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fail, problem, type Problem } from '../nouns/problem.ts';
import { explained, orMissing, readText, writeWhole } from './disk.ts';

/**
 * Undefined where there is none. Rejects with HF6005 where it is damaged, or not what `isSound` asks for; the next call
 * finds none.
 */
export async function readRecord(
  file: string,
  now: number,
  isSound: (record: unknown) => boolean = () => true,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const text = await readText(file);
  if (text === undefined) return undefined;
  const record = parsed(text);
  if (record !== undefined && isSound(record)) return record;
  const aside = `${file}.damaged-${now}`;
  await explained(file, () => rename(file, aside));
  throw fail('HF6005', `${file} is damaged; it was moved to ${aside}`);
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}

export async function writeRecord(file: string, record: object): Promise<void> {
  await writeWhole(file, `${JSON.stringify(record)}\n`);
}

/** What was moved aside in a directory and is still there. */
export async function damagedIn(dir: string): Promise<readonly Problem[]> {
  const names = (await explained(dir, () => readdir(dir).catch(orMissing))) ?? [];
  return names
    .filter((name) => /\.damaged-\d+$/.test(name))
    .toSorted()
    .map((name) =>
      problem(
        'HF6005',
        `${basename(dirname(join(dir, name)))}/${name} is a damaged record that was moved aside`,
        {
          severity: 'warning',
          remedy: `Look at ${join(dir, name)}; delete it when nothing in it is needed.`,
        },
      ),
    );
}
