// Archives: a backup as one file that can be kept elsewhere if the state directory doesn't last. Encrypted with age
// for the recipients, or in plain text if there are none. Its name contains time and target, and nothing about the
// content.
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Backup, type BackupArchive, isBackupId } from '../../domain/state/backup.ts';
import { fail, type HoldfastError } from '../../domain/problem/problem.ts';
import { seal } from '../../domain/secret.ts';
import { sha256 } from '../backup-rules.ts';
import { errorCode, explained, makeDirectory, orMissing, remove, requireParent, writeWhole } from './disk.ts';
import { directoryName } from './names.ts';
import { isBackupContent } from '../record-schema.ts';

export interface ArchiveDirectory {
  /** Absolute; created if it is missing, unless its parent is missing too. */
  readonly dir: string;
  /** Recipients of age; empty: files are in plain text. */
  readonly recipients: readonly string[];
}

/** What a file contains, as JSON. */
interface Content {
  readonly format: number;
  readonly backup: Omit<Backup, 'file' | 'json'>;
  /** Raw `config.yaml`. */
  readonly file: string;
  readonly json: string;
}

const FORMAT = 1;
/** Far larger than any backup: a configuration of 5,000 keys has about 2 MB. */
const MOST_BYTES = 128 * 1024 * 1024;
const AGE = 'age-encryption.org/v1\n';
const ARMOR = '-----BEGIN AGE ENCRYPTED FILE-----';

/** Synced to disk when it resolves. */
export async function writeArchive(place: ArchiveDirectory, backup: Backup): Promise<void> {
  await requireParent(place.dir);
  await makeDirectory(place.dir);
  const { file, json, ...about } = backup;
  const content: Content = { format: FORMAT, backup: about, file: file.open(), json: json.open() };
  const text = `${JSON.stringify(content)}\n`;
  const bytes = place.recipients.length > 0 ? await encrypted(text, place.recipients) : text;
  await writeWhole(archiveOf(place, backup.target, backup.id), bytes);
}

export function archiveOf({ dir, recipients }: ArchiveDirectory, target: string, id: string): string {
  return join(dir, `${directoryName(target)}-${id}.${recipients.length > 0 ? 'age' : 'json'}`);
}

async function encrypted(text: string, recipients: readonly string[]): Promise<Uint8Array> {
  const { Encrypter } = await import('age-encryption'); // only where something is encrypted
  const encrypter = new Encrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  return encrypter.encrypt(text);
}

/** Newest first. Skips what isn't a backup of the target. */
export async function listArchives({ dir }: ArchiveDirectory, target: string): Promise<BackupArchive[]> {
  const names = (await explained(dir, () => readdir(dir).catch(orMissing))) ?? [];
  const prefix = `${directoryName(target)}-`;
  const found: BackupArchive[] = [];
  for (const name of names) {
    const id = name.slice(prefix.length).replace(/\.(?:age|json)$/, '');
    if (!name.startsWith(prefix) || !isBackupId(id) || name === prefix + id) continue;
    const file = join(dir, name);
    const { size, mtimeMs } = await explained(file, () => stat(file));
    found.push({ file, id, target, at: timeOf(id, mtimeMs), bytes: size });
  }
  return found.toSorted((a, b) => b.at - a.at || b.id.localeCompare(a.id));
}

/** ms from the second of an ID to when its file is written. */
const SOON_MS = 2000;

/**
 * ms since the epoch. An ID has seconds only, so archives of one second are told apart by when their files were written,
 * unless they were copied since.
 */
function timeOf(id: string, writtenAt: number): number {
  const at = Date.parse(id.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z.*$/, '$1-$2-$3T$4:$5:$6Z'));
  return writtenAt >= at && writtenAt < at + SOON_MS ? writtenAt : at;
}

export async function removeArchive(place: ArchiveDirectory, target: string, id: string): Promise<void> {
  await remove(archiveOf(place, target, id));
}

/**
 * `identities` as age writes them (`AGE-SECRET-KEY-1…`), `shown` is the name of the file in problems. Rejects with
 * HF6010 if none of them can decrypt it, HF6011 if it isn't a complete backup, HF6012 if it needs one and none is
 * given.
 */
export async function readArchive(
  path: string,
  shown: string,
  identities: readonly string[],
): Promise<Backup> {
  const bytes = await bytesOf(path, shown);
  const { backup, file, json } = contentOf(await decrypted(bytes, shown, identities), shown);
  if (sha256(file) !== backup.sha256) throw damaged(shown, 'its content is not what was saved');
  return { ...backup, file: seal(file), json: seal(json) };
}

async function bytesOf(path: string, shown: string): Promise<Buffer> {
  const parts: Buffer[] = [];
  let total = 0;
  try {
    for await (const part of createReadStream(path) as AsyncIterable<Buffer>) {
      total += part.length;
      if (total > MOST_BYTES) break;
      parts.push(part);
    }
  } catch (cause) {
    throw fail('HF6011', `${shown} can't be read (${errorCode(cause)})`, {}, { cause });
  }
  if (total > MOST_BYTES) throw damaged(shown, `it is larger than ${MOST_BYTES / 1024 / 1024} MiB`);
  return Buffer.concat(parts);
}

async function decrypted(bytes: Buffer, shown: string, identities: readonly string[]): Promise<string> {
  const start = bytes.subarray(0, 64).toString('latin1');
  if (start.startsWith('{')) return bytes.toString('utf8');
  if (!start.startsWith(AGE) && !start.startsWith(ARMOR)) throw damaged(shown, 'it has another format');
  if (identities.length === 0) throw fail('HF6012', `${shown} is encrypted, and no identity was given`);
  const { armor, Decrypter } = await import('age-encryption');
  const decrypter = new Decrypter();
  for (const identity of identities) decrypter.addIdentity(identity);
  const whole = start.startsWith(ARMOR)
    ? await orDamaged(shown, async () => armor.decode(bytes.toString('latin1')))
    : new Uint8Array(bytes);
  await openHeader(decrypter.decryptHeader.bind(decrypter), whole, shown);
  return orDamaged(shown, () => decrypter.decrypt(whole, 'text'));
}

/** A separate step, to distinguish a wrong identity from a truncated or changed file. */
async function openHeader(
  open: (header: Uint8Array) => Promise<unknown>,
  whole: Uint8Array,
  shown: string,
): Promise<void> {
  const text = Buffer.from(whole).toString('latin1');
  const mac = text.indexOf('\n--- ');
  const end = text.indexOf('\n', mac + 1);
  if (mac < 0 || end < 0) throw damaged(shown, 'it is cut off');
  try {
    await open(whole.subarray(0, end + 1));
  } catch (cause) {
    throw fail('HF6010', `none of the identities opens ${shown}`, {}, { cause });
  }
}

async function orDamaged<T>(shown: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw damaged(shown, 'it is cut off or was changed', cause);
  }
}

function contentOf(text: string, shown: string): Content {
  const content = parsed(text) as Partial<Content> | undefined | null; // until the checks below have passed
  const format = content?.format;
  if (typeof format === 'number' && format > FORMAT)
    throw fail('HF6008', `${shown} has format ${format}; this version knows ${FORMAT}`);
  if (!isBackupContent(content)) throw damaged(shown, "it doesn't contain a backup");
  return content as Content; // as `isBackupContent` asks for
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function damaged(shown: string, why: string, cause?: unknown): HoldfastError {
  return fail('HF6011', `${shown} can't be read as a backup: ${why}`, {}, { cause });
}
