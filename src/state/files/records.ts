// One JSON record per file. A damaged one is moved aside and reported, never treated as a missing one.
import { readdir, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fail, problem, type Problem } from '../../domain/problem/problem.ts';
import { explained, orMissing, readText, writeWhole } from './disk.ts';

type AnyRecord = Readonly<Record<string, unknown>>;

/** Records of one kind. A record that didn't change since it was read or written here isn't parsed again. */
export interface Records {
  /**
   * Undefined if there is none. Rejects with HF6005 if it is damaged or doesn't pass `isSound`; the next call finds
   * none.
   */
  read(file: string, now: number): Promise<AnyRecord | undefined>;
  /**
   * Replaces the members of `patch`; removes those that are undefined in it. Not safe against another process by
   * itself.
   */
  change(file: string, now: number, patch: object): Promise<void>;
}

/** Files whose last record is cached. */
const REMEMBERED = 16;

export function recordsOf(isSound: (record: unknown) => boolean): Records {
  const remembered = new Map<string, { readonly text: string; readonly record: AnyRecord }>();
  const remember = (file: string, text: string, record: AnyRecord): void => {
    remembered.delete(file);
    remembered.set(file, { text, record });
    const [oldest = file] = remembered.keys();
    if (remembered.size > REMEMBERED) remembered.delete(oldest);
  };
  const read: Records['read'] = async (file, now) => {
    const text = await readText(file);
    if (text === undefined) return undefined;
    const known = remembered.get(file);
    if (known?.text === text) return known.record;
    const record = parsed(text);
    if (record === undefined || !isSound(record)) return moveAside(file, now);
    remember(file, text, record);
    return record;
  };
  return {
    read,
    async change(file, now, patch) {
      const record = patched((await read(file, now)) ?? {}, patch);
      const text = textOf(record);
      await writeWhole(file, text);
      remember(file, text, record);
    },
  };
}

/** As it will be read: without what JSON doesn't keep, and without parts that the caller still uses. */
function patched(record: AnyRecord, patch: object): AnyRecord {
  const kept = JSON.parse(JSON.stringify(patch)) as AnyRecord;
  const members = Object.entries({ ...record, ...kept });
  return Object.fromEntries(
    members.filter(([name]) => !Object.hasOwn(patch, name) || Object.hasOwn(kept, name)),
  );
}

/** `Records.read` for a file that is read once. */
export const readRecord = (file: string, now: number): Promise<AnyRecord | undefined> =>
  recordsOf(() => true).read(file, now);

async function moveAside(file: string, now: number): Promise<never> {
  const aside = `${file}.damaged-${now}`;
  await explained(file, () => rename(file, aside));
  throw fail('HF6005', `${file} is damaged and was moved to ${aside}`);
}

function parsed(text: string): AnyRecord | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as AnyRecord)
      : undefined;
  } catch {
    return undefined;
  }
}

export async function writeRecord(file: string, record: object): Promise<void> {
  await writeWhole(file, textOf(record));
}

const textOf = (record: object): string => `${JSON.stringify(record)}\n`;

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
          remedy: `Look at ${join(dir, name)}. Delete it if you don't need its content.`,
        },
      ),
    );
}
