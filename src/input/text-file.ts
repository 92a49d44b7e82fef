// Reads text files with limits: on size, binary content and time. Knows nothing of their content.
import { constants, openSync, readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { Socket } from 'node:net';
import { type Problem, problem } from '../domain/problem/problem.ts';

/** Bytes. A configuration of 5,000 keys is about 2 MB. */
const MAX_FILE_BYTES = 10 * 1024 * 1024;

export type TextFile = { readonly text: string } | { readonly problem: Problem };

export type ReadText = (path: string, shown: string) => Promise<TextFile>;

/** `shown` is the name of the file in problems. */
export async function readTextFile(path: string, shown: string, limit = MAX_FILE_BYTES): Promise<TextFile> {
  const position = { file: shown, line: 1, column: 1 };
  try {
    const bytes = await readBounded(path, limit);
    return bytes === undefined ? tooLarge(shown, limit) : decode(bytes, shown);
  } catch (error) {
    return { problem: problem('HF2002', `${shown} can't be read: ${reasonOf(error)}`, { position }) };
  }
}

/** The same for bytes that the caller has read. */
export function decodeText(bytes: Buffer, shown: string): TextFile {
  return bytes.length > MAX_FILE_BYTES ? tooLarge(shown, MAX_FILE_BYTES) : decode(bytes, shown);
}

function tooLarge(shown: string, limit: number): TextFile {
  const position = { file: shown, line: 1, column: 1 };
  return { problem: problem('HF2004', `${shown} is larger than ${limit / 1024 / 1024} MiB`, { position }) };
}

/** ms for a pipe, e.g. `--key-file <(pass show gateway)`. A file takes no time. */
const PIPE_MS = 10_000;

/** Otherwise, a pipe without a writer would block forever, and no signal ends that. */
const READ_NOW = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** Undefined: more than `limit` bytes. Reads no further than the limit, whatever size the file reports. */
async function readBounded(path: string, limit: number): Promise<Buffer | undefined> {
  const handle = await open(path, READ_NOW);
  try {
    const stats = await handle.stat();
    if (stats.isFile() || stats.isDirectory())
      return stats.size > limit ? undefined : await readUpTo(handle, limit);
    if (!stats.isFIFO()) throw new Reason('NOFILE');
  } finally {
    await handle.close();
  }
  return readPipe(path, limit);
}

async function readPipe(path: string, limit: number): Promise<Buffer | undefined> {
  const fd = openSync(path, READ_NOW);
  const pipe = new Socket({ fd, readable: true, writable: false });
  const timer = setTimeout(() => pipe.destroy(new Reason('NOEND')), PIPE_MS);
  try {
    const chunks = readAtOnce(fd);
    if (chunks.length === 0) return Buffer.alloc(0);
    let total = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    for await (const chunk of pipe as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      total += chunk.length;
      if (total > limit) return undefined;
    }
    return Buffer.concat(chunks);
  } finally {
    clearTimeout(timer);
    pipe.destroy();
  }
}

/** The available data: undefined if there is no writer, empty if a writer hasn't written yet. */
function readAtOnce(fd: number): Buffer[] {
  const buffer = Buffer.alloc(65_536);
  try {
    const read = readSync(fd, buffer);
    return read === 0 ? [] : [buffer.subarray(0, read)];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return [Buffer.alloc(0)];
    throw error;
  }
}

/** Why something isn't read although no system call failed. */
class Reason extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

async function readUpTo(handle: FileHandle, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let total = 0;
  for (;;) {
    const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(65_536) });
    if (bytesRead === 0) return Buffer.concat(chunks);
    chunks.push(buffer.subarray(0, bytesRead));
    total += bytesRead;
    if (total > limit) return undefined;
  }
}

function decode(bytes: Buffer, shown: string): TextFile {
  const zero = bytes.indexOf(0);
  if (zero >= 0) return binary(bytes, zero, shown, 'contains a zero byte');
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return binary(bytes, firstInvalid(bytes), shown, "isn't UTF-8 text");
  }
}

function firstInvalid(bytes: Buffer): number {
  const decoded = bytes.toString('utf8');
  return Buffer.byteLength(decoded.slice(0, Math.max(decoded.indexOf('\uFFFD'), 0)));
}

function binary(bytes: Buffer, offset: number, shown: string, what: string): TextFile {
  const before = bytes.subarray(0, offset).toString('latin1');
  const line = before.split('\n').length;
  const column = offset - before.lastIndexOf('\n');
  return { problem: problem('HF2005', `${shown} ${what}`, { position: { file: shown, line, column } }) };
}

/** The reason of a failed system call, without its path. */
export function reasonOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return "it doesn't exist";
  if (code === 'EACCES' || code === 'EPERM') return 'permission denied';
  if (code === 'EISDIR') return 'it is a directory';
  if (code === 'ELOOP') return 'its symbolic links form a loop';
  if (code === 'NOFILE') return "it's neither a file nor a pipe";
  if (code === 'NOEND') return `it's a pipe that didn't end within ${PIPE_MS / 1000} s`;
  return code ?? 'unknown reason';
}
